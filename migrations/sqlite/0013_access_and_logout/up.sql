-- What people allowed clients, how far a request has come, and which clients are still to hear of a logout.

CREATE TABLE access_consents (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    -- Scopes, resources and claims (JSON).
    allowed TEXT NOT NULL,
    allowed_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id)
) STRICT;

-- When the person chose the account, and when they allowed what is asked, in this very request.
ALTER TABLE interactions ADD COLUMN account_chosen_at INTEGER;
ALTER TABLE interactions ADD COLUMN allowed_at INTEGER;

-- Whoever moves next_try_at on has claimed the notice until then.
CREATE TABLE logout_notices (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    session_id TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL,
    tries INTEGER NOT NULL
) STRICT;
CREATE INDEX logout_notices_by_next_try ON logout_notices (next_try_at);
