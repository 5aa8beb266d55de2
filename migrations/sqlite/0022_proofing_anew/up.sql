-- The enrolment in whose place a parent run is to put its own, where there was one that had grown too old. A name only.
ALTER TABLE runs ADD COLUMN replaces TEXT;
