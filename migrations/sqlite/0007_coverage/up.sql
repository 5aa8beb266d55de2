-- The poses in which an enrolment saw the face, as names with spaces between: no biometric, and shown to the person.
-- Without a value: from before this was recorded, or without a face map.
ALTER TABLE enrolments ADD COLUMN coverage TEXT;
