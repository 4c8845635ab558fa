-- A refresh that is repeated long after it was made says that its first answer never arrived. From then on, an
-- access token of the first answer is a copy.

ALTER TABLE sessions ADD COLUMN
    replayed_at TIMESTAMPTZ; -- when this generation was last handed out again so late; NULL if it was not
