-- Accounts, browser sessions and known devices.
-- Times are milliseconds since 1970-01-01T00:00:00Z; ids are made by the program; structured values are JSON text.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    -- Name and birth date as verified before the account came here (JSON).
    verified TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    -- Only the cookie's hash is kept.
    token_hash TEXT NOT NULL UNIQUE,
    csrf TEXT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    ledger TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_seen ON sessions (seen_at);

CREATE TABLE devices (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL,
    first_success_at INTEGER NOT NULL,
    -- One browser may be known to several accounts by the same cookie.
    UNIQUE (user_id, token_hash)
) STRICT;
