-- In which language to write to a user, and whether anybody has logged in as them yet. Nodes of before write neither: their
-- users count as known, and get their mail in the language of what causes it.

ALTER TABLE users ADD COLUMN
    language TEXT; -- of mail to the user: that of their latest own login or refresh, such as 'de'; NULL if they never named one

ALTER TABLE users ADD COLUMN
    awaits_first_login INTEGER NOT NULL DEFAULT 0; -- 1 until the first login, whose device is no news to the owner
