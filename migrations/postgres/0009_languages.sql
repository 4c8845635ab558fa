-- In which language to write to whom, and who has signed in at all.

ALTER TABLE users ADD COLUMN
    language TEXT; -- of mail to the user: that of their latest own login or refresh, such as 'de'; NULL if they never named one that we write

ALTER TABLE users ADD COLUMN
    signed_in_at TIMESTAMPTZ; -- when somebody first logged in, from a device that is new like every first one; NULL if nobody has

-- Who is there may have logged in before this was noted: a further device of theirs is new.
UPDATE users SET signed_in_at = created_at;

ALTER TABLE outbox ADD COLUMN
    language TEXT; -- of the recipient when it was written; NULL: that of what caused it, which the message says itself
