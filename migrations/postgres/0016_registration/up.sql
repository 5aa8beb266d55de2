-- What an operator says of the person behind an account beyond what was verified: claims as JSON, and since when.
ALTER TABLE users ADD COLUMN profile TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN updated_at BIGINT;

-- What lets clients register themselves.
CREATE TABLE initial_access_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX initial_access_tokens_by_expiry ON initial_access_tokens (expires_at);
