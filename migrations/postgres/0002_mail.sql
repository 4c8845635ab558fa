-- Mail that arrives, and what it is for: reset, change of address, notices, deletion.
--
-- Mail is sent by whichever node claims it first. Until then it waits, sealed; once it is sent its
-- secrets are wiped. No table refers to the outbox, so it is made anew with what it gains. What waited
-- in it is due.

CREATE TABLE outbox_before AS SELECT * FROM outbox;
DROP TABLE outbox;

CREATE TABLE outbox (
    id         UUID        NOT NULL PRIMARY KEY,                    -- UUIDv7; also bound into the seal, and the Message-ID
    user_id    UUID        REFERENCES users (id) ON DELETE CASCADE, -- whose account it is about; NULL if nobody has it any more
    template   TEXT        NOT NULL,                                -- which message it is, such as 'verify_email'
    recipient  TEXT        NOT NULL,                                -- the address as its owner wrote it
    sealed     BYTEA       NOT NULL,                                -- what the template is filled with: AES-256-GCM, nonce first
    created_at TIMESTAMPTZ NOT NULL,                                -- when it was written
    attempts   BIGINT      NOT NULL,                                -- how often a node set out to send it
    due_at     TIMESTAMPTZ,                                         -- when to send it or try again, and while a node tries, when another may; NULL if nobody shall
    give_up_at TIMESTAMPTZ NOT NULL,                                -- a failure after this moment is the last
    sent_at    TIMESTAMPTZ,                                         -- when a mail server took it; NULL until then
    failed_at  TIMESTAMPTZ,                                         -- when it was given up; NULL if it was not
    problem    TEXT                                                 -- why the latest attempt failed, in the mail server's words
);

CREATE INDEX outbox_by_creation ON outbox (created_at);
CREATE INDEX outbox_by_due ON outbox (due_at, id);
CREATE INDEX outbox_by_user ON outbox (user_id);

INSERT INTO outbox (id, user_id, template, recipient, sealed, created_at, attempts, due_at, give_up_at)
SELECT before.id, users.id, before.template, before.recipient, before.sealed, before.created_at,
       0, before.created_at, before.created_at
FROM outbox_before AS before LEFT JOIN users ON users.email = before.recipient;

DROP TABLE outbox_before;

-- A registration for an address that somebody has, where that must not be told: it looks like any
-- other, has no claim on the address, and can never be verified.
ALTER TABLE users ADD COLUMN
    concealed_email TEXT; -- canonical form of the address that was asked for in vain; NULL for everybody else

ALTER TABLE users ADD COLUMN
    email_version BIGINT NOT NULL DEFAULT 1; -- counts changes of the address: what was mailed to an older one overrules what was mailed to a newer

CREATE INDEX users_by_concealed_email ON users (concealed_email);

-- One a user: a newer request replaces the older one, whose link is void from then on.
CREATE TABLE password_resets (
    user_id    UUID        NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, -- whose password the link replaces
    email      TEXT        NOT NULL,                                                     -- canonical form of the address the link was mailed to
    token_hash BYTEA       NOT NULL UNIQUE,                                              -- SHA-256 of the mailed token, 32 bytes
    created_at TIMESTAMPTZ NOT NULL,                                                     -- when the link was made
    expires_at TIMESTAMPTZ NOT NULL                                                      -- until when the link works
);

CREATE INDEX password_resets_by_expiry ON password_resets (expires_at);

-- One a user, likewise. Nothing about the user changes until its link is followed.
CREATE TABLE email_changes (
    user_id         UUID        NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, -- whose address is to change
    email           TEXT        NOT NULL,                                                     -- the new address, as the user wrote it
    email_canonical TEXT        NOT NULL,                                                     -- the form in which addresses are compared
    token_hash      BYTEA       NOT NULL UNIQUE,                                              -- SHA-256 of the token mailed to it, 32 bytes
    created_at      TIMESTAMPTZ NOT NULL,                                                     -- when the change was asked for
    expires_at      TIMESTAMPTZ NOT NULL                                                      -- until when it can be confirmed
);

CREATE INDEX email_changes_by_expiry ON email_changes (expires_at);

-- Notices of what happened to an account, whose link says "this was not me": it ends every session
-- and brings the account back to the address that the notice was mailed to. While it may, nobody else
-- can have that address.
CREATE TABLE security_notices (
    id              UUID        NOT NULL PRIMARY KEY,                             -- UUIDv7
    user_id         UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose account it is about
    email           TEXT        NOT NULL,                                         -- where it was mailed to, as the user wrote it
    email_canonical TEXT        NOT NULL,                                         -- the form in which addresses are compared
    email_version   BIGINT      NOT NULL,                                         -- of the user, when it was written
    token_hash      BYTEA       NOT NULL UNIQUE,                                  -- SHA-256 of the mailed token, 32 bytes
    created_at      TIMESTAMPTZ NOT NULL,                                         -- when it was written
    expires_at      TIMESTAMPTZ NOT NULL                                          -- until when its link works
);

CREATE INDEX security_notices_by_user ON security_notices (user_id);
CREATE INDEX security_notices_by_email ON security_notices (email_canonical);
CREATE INDEX security_notices_by_expiry ON security_notices (expires_at);

-- The devices that signed in to an account, for longer than their sessions are kept.
CREATE TABLE known_devices (
    user_id       UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose account
    device        TEXT        NOT NULL,                                         -- 'id:' and X-Device-ID; without one 'ua:' and User-Agent without its digits and dots
    first_seen_at TIMESTAMPTZ NOT NULL,                                         -- when it first signed in
    PRIMARY KEY (user_id, device)
);

INSERT INTO known_devices (user_id, device, first_seen_at)
SELECT user_id, device, MIN(created_at) FROM (
    SELECT user_id, created_at, CASE WHEN device_id IS NOT NULL THEN 'id:' || device_id ELSE 'ua:' ||
        REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
            COALESCE(user_agent, ''), '0', ''), '1', ''), '2', ''), '3', ''), '4', ''), '5', ''),
            '6', ''), '7', ''), '8', ''), '9', ''), '.', '') END AS device
    FROM sessions
) AS seen GROUP BY user_id, device;

-- What is left of a session whose user is gone: enough to tell its device why it is over.
CREATE TABLE session_tombstones (
    id         UUID        NOT NULL PRIMARY KEY, -- the session's
    ended_at   TIMESTAMPTZ NOT NULL,             -- when it ended
    end_reason TEXT        NOT NULL              -- a SessionEndReason
);

CREATE INDEX session_tombstones_by_end ON session_tombstones (ended_at);
