-- What administrators decide, as data: contexts, policies, workflows and dialects are one document (JSON) of which every
-- version is kept. The highest number is in force; without any, what ships is.
CREATE TABLE policy_versions (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
    document TEXT NOT NULL,
    -- 'operator:<user id>', or 'installer' for the command line.
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Every registration that a client has had, without its secrets; null where it was removed. A name only: the history
-- outlives the client.
CREATE TABLE client_versions (
    client_id TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    snapshot TEXT,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (client_id, number)
) STRICT;

-- The groups that policies know an account by (JSON).
ALTER TABLE users ADD COLUMN member_of TEXT NOT NULL DEFAULT '[]';

-- The workflow that was decided upon, and the one that a run passes through; null: the ones that ship.
ALTER TABLE interactions ADD COLUMN workflow TEXT;
ALTER TABLE runs ADD COLUMN workflow TEXT;
