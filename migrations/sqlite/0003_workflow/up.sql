-- Workflow runs, enrolments and the simulator's personas.

CREATE TABLE runs (
    -- The order of writing: two runs of one request may be opened in the same millisecond.
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('parent', 'child')),
    -- A child's enrolment; a name only, as enrolments point back at their parent run.
    enrolment_id TEXT,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- A name only: a completed parent run outlives its request, for its enrolment is proven with it.
    interaction_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    CHECK ((kind = 'child') = (enrolment_id IS NOT NULL))
) STRICT;
CREATE INDEX runs_by_interaction ON runs (interaction_id, seq);
CREATE INDEX runs_by_user ON runs (user_id);
CREATE INDEX runs_by_opening ON runs (opened_at);

CREATE TABLE enrolments (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- No cascade: a run that an enrolment rests on is not dropped before it.
    run_id TEXT NOT NULL UNIQUE REFERENCES runs (id),
    model TEXT NOT NULL,
    sealed_template BLOB NOT NULL,
    evidence TEXT NOT NULL,
    completed_at INTEGER NOT NULL,
    proof BLOB NOT NULL,
    revoked_at INTEGER
) STRICT;
-- A user has at most one enrolment that is not revoked.
CREATE UNIQUE INDEX enrolments_in_force ON enrolments (user_id) WHERE revoked_at IS NULL;
CREATE INDEX enrolments_by_user ON enrolments (user_id);

CREATE TABLE personas (
    document_number TEXT NOT NULL PRIMARY KEY,
    behaviour TEXT NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sealed_portrait BLOB NOT NULL
) STRICT;
