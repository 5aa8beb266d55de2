-- What audit events are looked for and counted by, beside their text: the chain is over the text alone, and a column that
-- does not say what the text says is found with it.

ALTER TABLE audit_events ADD COLUMN at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_events ADD COLUMN kind TEXT NOT NULL DEFAULT '';
-- The one word that events of a kind are told apart and counted by: an outcome, a reason, a workflow.
ALTER TABLE audit_events ADD COLUMN facet TEXT;
-- Names only: an event outlives what it tells of.
ALTER TABLE audit_events ADD COLUMN user_id TEXT;
ALTER TABLE audit_events ADD COLUMN client_id TEXT;
ALTER TABLE audit_events ADD COLUMN session_id TEXT;
ALTER TABLE audit_events ADD COLUMN interaction_id TEXT;
ALTER TABLE audit_events ADD COLUMN run_id TEXT;

CREATE FUNCTION pg_temp.parsed(event TEXT) RETURNS JSONB LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN event::JSONB;
EXCEPTION WHEN others THEN
    RETURN NULL;
END
$$;

-- Events from before, from their text. One whose text was damaged is left as it is, for the chain to tell of.
WITH told AS (SELECT seq, pg_temp.parsed(event) AS e FROM audit_events)
UPDATE audit_events SET
    at = coalesce(
        extract(epoch FROM (substr(e ->> 'at', 1, 19) || 'Z')::TIMESTAMPTZ)::BIGINT * 1000
            + CASE WHEN substr(e ->> 'at', 20, 1) = '.'
                THEN substr(rtrim(substr(e ->> 'at', 21), 'Z') || '000', 1, 3)::BIGINT
                ELSE 0 END,
        0),
    kind = coalesce(e ->> 'kind', ''),
    facet = CASE e ->> 'kind'
        WHEN 'run_opened' THEN e #>> '{details,workflow}'
        WHEN 'run_ended' THEN
            CASE WHEN (e #>> '{details,completed}')::BOOLEAN THEN 'completed' ELSE e #>> '{details,reason}' END
        WHEN 'ceremony_concluded' THEN
            CASE WHEN (e #>> '{details,passed}')::BOOLEAN THEN 'passed'
                ELSE coalesce(e #>> '{details,cause}', 'quality') END
        WHEN 'interaction_refused' THEN e #>> '{details,reason}'
        WHEN 'declined' THEN e #>> '{details,reason}'
        WHEN 'grant_issued' THEN e #>> '{details,acr}'
        WHEN 'identity_checked' THEN e #>> '{details,outcome}'
        END,
    user_id = e ->> 'user',
    client_id = e ->> 'client',
    session_id = e ->> 'session',
    interaction_id = e ->> 'interaction',
    run_id = e ->> 'run'
FROM told
WHERE told.seq = audit_events.seq AND e IS NOT NULL;

DROP FUNCTION pg_temp.parsed(TEXT);

CREATE INDEX audit_events_by_time ON audit_events (at, seq);
CREATE INDEX audit_events_by_kind ON audit_events (kind, at, seq);
CREATE INDEX audit_events_by_user ON audit_events (user_id, at, seq) WHERE user_id IS NOT NULL;
CREATE INDEX audit_events_by_client ON audit_events (client_id, at, seq) WHERE client_id IS NOT NULL;
CREATE INDEX audit_events_by_session ON audit_events (session_id, at, seq) WHERE session_id IS NOT NULL;
CREATE INDEX audit_events_by_interaction ON audit_events (interaction_id, at, seq) WHERE interaction_id IS NOT NULL;
