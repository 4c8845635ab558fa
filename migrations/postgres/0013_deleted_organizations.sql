-- An organization may have more members than one transaction should remove. Its deletion marks the row, which stays until
-- small transactions have removed the members and invitations. The purge continues if the node stops in between.

ALTER TABLE organizations ADD COLUMN
    deleted_at TIMESTAMPTZ; -- when an owner deleted it; NULL for every organization that stays

CREATE INDEX organizations_by_deletion ON organizations (deleted_at) WHERE deleted_at IS NOT NULL;
