-- What a client registers beyond its name, its secret and where it is answered, as JSON.
ALTER TABLE clients ADD COLUMN sealed_secret BYTEA;
ALTER TABLE clients ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE clients ADD COLUMN registration_token_hash TEXT;
-- By which the client knows the user: the account's name until now.
ALTER TABLE grants ADD COLUMN subject TEXT NOT NULL DEFAULT '';
UPDATE grants SET subject = user_id;
