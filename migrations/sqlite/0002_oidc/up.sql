-- Clients, authorization requests in progress, grants and signing keys.

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    authentication TEXT NOT NULL,
    secret_hash TEXT,
    redirect_uris TEXT NOT NULL,
    id_token_algorithm TEXT NOT NULL,
    minimum_acr TEXT,
    acr_values_are_necessary INTEGER NOT NULL CHECK (acr_values_are_necessary IN (0, 1)),
    protected_scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE interactions (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    parameters TEXT NOT NULL,
    -- Goes with its session. Set to null instead, it could be taken up by another browser.
    session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE,
    missed TEXT,
    ceremonies_opened INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended TEXT,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX interactions_by_session ON interactions (session_id);
CREATE INDEX interactions_by_expiry ON interactions (expires_at);

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    -- Single use rests on this and on the conditional update that sets redeemed_at.
    code_hash TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- A name only: what was granted outlives the session.
    session_id TEXT NOT NULL,
    terms TEXT NOT NULL,
    assurance TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_issue ON grants (issued_at);

CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    sealed_private_jwk BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
