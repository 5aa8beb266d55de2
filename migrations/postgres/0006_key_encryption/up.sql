-- Key-encryption keys by name, and the keys of enrolments that they wrap.

CREATE TABLE key_encryption_keys (
    -- A name only: the key itself is never in the database.
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('template', 'transform')),
    -- A known value wrapped by the key, so that a wrong key under its name is found at start.
    known_answer BYTEA NOT NULL,
    in_use BOOLEAN NOT NULL,
    used_since BIGINT NOT NULL
);
-- New keys are wrapped by one key of each purpose.
CREATE UNIQUE INDEX key_encryption_keys_in_use ON key_encryption_keys (purpose) WHERE in_use;

-- What a reference is sealed with. No cascade from the key that wraps it: one by which anything is wrapped stays.
CREATE TABLE data_keys (
    enrolment_id TEXT NOT NULL PRIMARY KEY REFERENCES enrolments (id) ON DELETE CASCADE,
    kek_id TEXT NOT NULL REFERENCES key_encryption_keys (id),
    wrapped BYTEA NOT NULL
);
CREATE INDEX data_keys_by_kek ON data_keys (kek_id);

-- What a reference is transformed with, apart from it and wrapped by a key of another purpose.
CREATE TABLE transform_keys (
    enrolment_id TEXT NOT NULL PRIMARY KEY REFERENCES enrolments (id) ON DELETE CASCADE,
    kek_id TEXT NOT NULL REFERENCES key_encryption_keys (id),
    wrapped BYTEA NOT NULL
);
CREATE INDEX transform_keys_by_kek ON transform_keys (kek_id);

-- How often a template was issued anew.
ALTER TABLE enrolments ADD COLUMN renewal BIGINT NOT NULL DEFAULT 0;
-- What was enrolled before has no keys of its own, and is of an embedder that is no longer in use: nothing compares with it.
UPDATE enrolments SET revoked_at = CAST(extract(epoch FROM now()) * 1000 AS BIGINT), sealed_template = '' WHERE revoked_at IS NULL;
