-- What an account's last captures were like, sealed: to know a picture again that is shown twice.

CREATE TABLE shown_captures (
    -- A name only: the ceremony itself is dropped when it has lapsed.
    ceremony_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    passed BOOLEAN NOT NULL,
    shown_at BIGINT NOT NULL,
    sealed_prints BYTEA NOT NULL
);
CREATE INDEX shown_captures_by_user ON shown_captures (user_id, shown_at);
