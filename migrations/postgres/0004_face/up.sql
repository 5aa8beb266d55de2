-- Face captures and attempt budgets.

CREATE TABLE ceremonies (
    id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    -- Names only: a ceremony is dropped at its own expiry, whatever became of its request and session.
    interaction_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    challenge TEXT NOT NULL,
    nonce TEXT NOT NULL,
    capture_public_jwk TEXT NOT NULL,
    hint_public_jwk TEXT NOT NULL,
    sealed_private_jwks BYTEA NOT NULL,
    stage TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX ceremonies_by_run ON ceremonies (run_id);
CREATE INDEX ceremonies_by_user ON ceremonies (user_id);
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

CREATE TABLE attempt_budgets (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- 'unknown', or 'device:' and the device's id.
    scope TEXT NOT NULL,
    failures_in_a_row INTEGER NOT NULL,
    poor_pictures_in_a_row INTEGER NOT NULL,
    unfinished INTEGER NOT NULL,
    last_begun_at BIGINT,
    last_spent_at BIGINT,
    suspended_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (user_id, scope)
);

CREATE TABLE population_attempts (
    time_window BIGINT NOT NULL PRIMARY KEY,
    spent BIGINT NOT NULL CHECK (spent >= 0)
);
