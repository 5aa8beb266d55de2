-- Requests that clients pushed, until their browsers come for them.

CREATE TABLE pushed_requests (
    -- Hash of the secret part of the request_uri.
    reference TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    parameters TEXT NOT NULL,
    signed BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Single use rests on the conditional update that sets this. A name only: the interaction is dropped when it lapsed.
    interaction_id TEXT
);
CREATE INDEX pushed_requests_by_expiry ON pushed_requests (expires_at);
