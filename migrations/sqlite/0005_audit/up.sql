-- Audit events, and the head of the chain that the sealer makes of them.

CREATE TABLE audit_events (
    -- The order of writing. AUTOINCREMENT: a number is never given out twice.
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    -- The JSON text as written; the chain is over these bytes.
    event TEXT NOT NULL,
    -- Both null until the sealer has come by.
    position INTEGER UNIQUE,
    link BLOB,
    CHECK ((position IS NULL) = (link IS NULL))
) STRICT;
CREATE INDEX audit_events_unsealed ON audit_events (seq) WHERE position IS NULL;

-- One row, from the start: moving it is the conditional update that lets one sealer win.
CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    link BLOB NOT NULL
) STRICT;
INSERT INTO audit_head (id, position, link) VALUES (1, 0, zeroblob(32));
