-- What an operator says of the person behind an account beyond what was verified: claims as JSON, and since when.
ALTER TABLE users ADD COLUMN profile TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN updated_at INTEGER;

-- What lets clients register themselves.
CREATE TABLE initial_access_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX initial_access_tokens_by_expiry ON initial_access_tokens (expires_at);
