-- Refresh tokens, opaque access tokens, what clients get for themselves, and the assertions that were used.

-- Whether the grant outlives its session (offline_access).
ALTER TABLE grants ADD COLUMN offline INTEGER NOT NULL DEFAULT 0 CHECK (offline IN (0, 1));
CREATE INDEX grants_by_session ON grants (session_id);

-- One row for each grant's chain of refresh tokens: a use puts the next secret's hash in the place of the last one.
CREATE TABLE refresh_tokens (
    -- The first part of the token's text, the same for the whole chain; the second part is the secret.
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL UNIQUE REFERENCES grants (id) ON DELETE CASCADE,
    -- Single use rests on the conditional update that replaces this.
    secret_hash TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- However busy the chain is, it ends here.
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- What clients got for themselves (client credentials).
CREATE TABLE client_grants (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX client_grants_by_client ON client_grants (client_id);
CREATE INDEX client_grants_by_expiry ON client_grants (expires_at);

-- Opaque access tokens: the claims that a signed one would carry.
CREATE TABLE access_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT REFERENCES grants (id) ON DELETE CASCADE,
    client_grant_id TEXT REFERENCES client_grants (id) ON DELETE CASCADE,
    claims TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    CHECK ((grant_id IS NULL) <> (client_grant_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_by_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_by_client_grant ON access_tokens (client_grant_id);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

-- Assertions that clients proved themselves with, until they lapse: none counts twice.
CREATE TABLE used_assertions (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    jti_hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at);
