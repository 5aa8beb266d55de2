-- Keys have a life: each signs from a moment on, is taken over from by the next of its algorithm, and may be withdrawn.
ALTER TABLE signing_keys ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN signs_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN withdrawn_at INTEGER;
-- A self-issued certificate (DER), where partners ask for one.
ALTER TABLE signing_keys ADD COLUMN certificate BLOB;

UPDATE signing_keys SET signs_from = created_at;
-- The newest signed until now, and of two of one moment the one with the lesser name.
UPDATE signing_keys SET generation = (
    SELECT COUNT(*) FROM signing_keys AS older
    WHERE older.algorithm = signing_keys.algorithm
      AND (older.created_at < signing_keys.created_at
           OR (older.created_at = signing_keys.created_at AND older.id > signing_keys.id))
);
-- Of several nodes that make the next key of an algorithm, one does.
CREATE UNIQUE INDEX signing_keys_by_generation ON signing_keys (algorithm, generation);
