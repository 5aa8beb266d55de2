-- What audit events are looked for and counted by, beside their text: the chain is over the text alone, and a column that
-- does not say what the text says is found with it.

ALTER TABLE audit_events ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit_events ADD COLUMN kind TEXT NOT NULL DEFAULT '';
-- The one word that events of a kind are told apart and counted by: an outcome, a reason, a workflow.
ALTER TABLE audit_events ADD COLUMN facet TEXT;
-- Names only: an event outlives what it tells of.
ALTER TABLE audit_events ADD COLUMN user_id TEXT;
ALTER TABLE audit_events ADD COLUMN client_id TEXT;
ALTER TABLE audit_events ADD COLUMN session_id TEXT;
ALTER TABLE audit_events ADD COLUMN interaction_id TEXT;
ALTER TABLE audit_events ADD COLUMN run_id TEXT;

-- Events from before, from their text. One whose text was damaged is left as it is, for the chain to tell of.
UPDATE audit_events SET
    at = coalesce(
        CAST(strftime('%s', substr(event ->> '$.at', 1, 19)) AS INTEGER) * 1000
            + CASE WHEN substr(event ->> '$.at', 20, 1) = '.'
                THEN CAST(substr(rtrim(substr(event ->> '$.at', 21), 'Z') || '000', 1, 3) AS INTEGER)
                ELSE 0 END,
        0),
    kind = coalesce(event ->> '$.kind', ''),
    facet = CASE event ->> '$.kind'
        WHEN 'run_opened' THEN event ->> '$.details.workflow'
        WHEN 'run_ended' THEN iif(event ->> '$.details.completed', 'completed', event ->> '$.details.reason')
        WHEN 'ceremony_concluded' THEN
            iif(event ->> '$.details.passed', 'passed', coalesce(event ->> '$.details.cause', 'quality'))
        WHEN 'interaction_refused' THEN event ->> '$.details.reason'
        WHEN 'declined' THEN event ->> '$.details.reason'
        WHEN 'grant_issued' THEN event ->> '$.details.acr'
        WHEN 'identity_checked' THEN event ->> '$.details.outcome'
        END,
    user_id = event ->> '$.user',
    client_id = event ->> '$.client',
    session_id = event ->> '$.session',
    interaction_id = event ->> '$.interaction',
    run_id = event ->> '$.run'
WHERE json_valid(event);

CREATE INDEX audit_events_by_time ON audit_events (at, seq);
CREATE INDEX audit_events_by_kind ON audit_events (kind, at, seq);
CREATE INDEX audit_events_by_user ON audit_events (user_id, at, seq) WHERE user_id IS NOT NULL;
CREATE INDEX audit_events_by_client ON audit_events (client_id, at, seq) WHERE client_id IS NOT NULL;
CREATE INDEX audit_events_by_session ON audit_events (session_id, at, seq) WHERE session_id IS NOT NULL;
CREATE INDEX audit_events_by_interaction ON audit_events (interaction_id, at, seq) WHERE interaction_id IS NOT NULL;
