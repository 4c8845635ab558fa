-- Organizations that people run themselves.

-- Somebody is invited by address, whether or not an account has it. A row goes when it is answered or
-- withdrawn; and with the power of whoever made it.
CREATE TABLE invitations (
    id              BLOB NOT NULL PRIMARY KEY,                                     -- UUIDv7
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE, -- where to
    email           TEXT NOT NULL,                                                 -- whom, as the inviter wrote it
    email_canonical TEXT NOT NULL,                                                 -- the form in which addresses are compared
    role            TEXT NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER')),    -- as what
    invited_by      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,         -- by whom
    token_hash      BLOB NOT NULL UNIQUE,                                          -- SHA-256 of the mailed token, 32 bytes
    created_at      TEXT NOT NULL,                                                 -- when
    expires_at      TEXT NOT NULL,                                                 -- until when it can be accepted
    UNIQUE (organization_id, email_canonical)
) STRICT;

CREATE INDEX invitations_by_email ON invitations (email_canonical, id);
CREATE INDEX invitations_by_inviter ON invitations (invited_by);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

ALTER TABLE sessions ADD COLUMN
    organization_id BLOB; -- whom its access tokens act for; it may be gone by now, or its user no member any more

-- What an administrator does to a membership is an event of its member too, who is not told where the
-- administrator was: so an event may have no address.
DROP TRIGGER security_events_are_only_added;

CREATE TABLE new_security_events (
    id              BLOB NOT NULL PRIMARY KEY, -- UUIDv7: sorts by time
    user_id         BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose account it is
    kind            TEXT NOT NULL, -- what happened, as in the API
    occurred_at     TEXT NOT NULL, -- when
    ip_address      TEXT,          -- of the client that did it; NULL if that was somebody else's
    device_id       TEXT,          -- X-Device-ID of that client
    device_name     TEXT,          -- X-Device-Name
    device_type     TEXT NOT NULL, -- X-Device-Type, or unknown
    user_agent      TEXT,          -- User-Agent
    session_id      BLOB,          -- the session that it was about; it may be swept by now
    end_reason      TEXT,          -- why that session ended
    operation       TEXT,          -- the field of the API that was tried, of what was refused
    organization_id BLOB           -- the organization that it was about; it may be gone by now
) STRICT;

INSERT INTO new_security_events SELECT *, NULL FROM security_events;
DROP TABLE security_events;
ALTER TABLE new_security_events RENAME TO security_events;

CREATE INDEX security_events_of_user ON security_events (user_id, id);
CREATE INDEX security_events_by_time ON security_events (occurred_at);

CREATE TRIGGER security_events_are_only_added BEFORE UPDATE ON security_events
BEGIN
    SELECT RAISE(ABORT, 'security_events is append-only');
END;
