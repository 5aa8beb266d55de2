-- Audit events, and the head of the chain that the sealer makes of them.

CREATE TABLE audit_events (
    -- The order of writing. A number may become visible after a higher one: only the chain's order counts.
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    -- The JSON text as written; the chain is over these bytes.
    event TEXT NOT NULL,
    -- Both null until the sealer has come by.
    position BIGINT UNIQUE,
    link BYTEA,
    CHECK ((position IS NULL) = (link IS NULL))
);
CREATE INDEX audit_events_unsealed ON audit_events (seq) WHERE position IS NULL;

-- One row, from the start: moving it is the conditional update that lets one sealer win.
CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL,
    link BYTEA NOT NULL
);
INSERT INTO audit_head (id, position, link) VALUES (1, 0, decode(repeat('00', 32), 'hex'));
