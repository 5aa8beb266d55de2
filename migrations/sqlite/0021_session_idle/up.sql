-- The longest time that a session lay unused since somebody proved something in it, in milliseconds.

ALTER TABLE sessions ADD COLUMN longest_idle INTEGER NOT NULL DEFAULT 0;
