-- Keys that browsers sign their captures with, bound to an account by a passed one.
CREATE TABLE device_keys (
    -- RFC 7638, SHA-256. A key is one account's.
    thumbprint TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    public_jwk TEXT NOT NULL,
    -- The browser whose latest passed capture it signed.
    device_id TEXT REFERENCES devices (id) ON DELETE SET NULL,
    bound_at BIGINT NOT NULL,
    -- A name only: runs are dropped before keys are.
    bound_by TEXT NOT NULL,
    last_used_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX device_keys_by_user ON device_keys (user_id);
CREATE INDEX device_keys_by_device ON device_keys (device_id);
