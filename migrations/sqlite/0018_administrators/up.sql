-- Who may use the console, the one-time links that let people in, and what the installer or an officer attested of a person.

CREATE TABLE administrators (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'owner')),
    granted_by TEXT NOT NULL,
    granted_at INTEGER NOT NULL
) STRICT;

CREATE TABLE admin_invitations (
    -- Only the link's hash is kept.
    token_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('invite', 'recover')),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The role that it gives; none for an account alone.
    role TEXT CHECK (role IN ('viewer', 'operator', 'owner')),
    invited_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX admin_invitations_by_user ON admin_invitations (user_id);
CREATE INDEX admin_invitations_by_expiry ON admin_invitations (expires_at);

CREATE TABLE identity_checks (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('installer', 'officer')),
    -- Which kind of document, in words.
    document TEXT NOT NULL,
    -- Keyed hash of its number.
    document_hash TEXT NOT NULL,
    -- Name and birth date on it (JSON).
    attested TEXT NOT NULL,
    -- Sealed; emptied once it was used or withdrawn.
    sealed_portrait BLOB NOT NULL,
    portrait_sha256 TEXT NOT NULL,
    checked_by TEXT NOT NULL,
    -- By which name whoever checked answers for it.
    answered_for_by TEXT NOT NULL,
    checked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX identity_checks_by_user ON identity_checks (user_id);
CREATE INDEX identity_checks_by_expiry ON identity_checks (expires_at);

-- Lists by what was used last.
CREATE INDEX sessions_by_use ON sessions (seen_at, id) WHERE user_id IS NOT NULL;
