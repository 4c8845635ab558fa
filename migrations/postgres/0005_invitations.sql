-- Organizations that people run themselves.

-- Somebody is invited by address, whether or not an account has it. A row goes when it is answered or
-- withdrawn; and with the power of whoever made it.
CREATE TABLE invitations (
    id              UUID        NOT NULL PRIMARY KEY,                                     -- UUIDv7
    organization_id UUID        NOT NULL REFERENCES organizations (id) ON DELETE CASCADE, -- where to
    email           TEXT        NOT NULL,                                                 -- whom, as the inviter wrote it
    email_canonical TEXT        NOT NULL,                                                 -- the form in which addresses are compared
    role            TEXT        NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER')),    -- as what
    invited_by      UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE,         -- by whom
    token_hash      BYTEA       NOT NULL UNIQUE,                                          -- SHA-256 of the mailed token, 32 bytes
    created_at      TIMESTAMPTZ NOT NULL,                                                 -- when
    expires_at      TIMESTAMPTZ NOT NULL,                                                 -- until when it can be accepted
    UNIQUE (organization_id, email_canonical)
);

CREATE INDEX invitations_by_email ON invitations (email_canonical, id);
CREATE INDEX invitations_by_inviter ON invitations (invited_by);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

ALTER TABLE sessions ADD COLUMN
    organization_id UUID; -- whom its access tokens act for; it may be gone by now, or its user no member any more

-- What an administrator does to a membership is an event of its member too, who is not told where the
-- administrator was: so an event may have no address.
ALTER TABLE security_events ALTER COLUMN ip_address DROP NOT NULL;

ALTER TABLE security_events ADD COLUMN
    organization_id UUID; -- the organization that it was about; it may be gone by now
