-- The core: users, their organizations, their sessions, and the mail that proves an address.
--
-- Ids are UUIDv7 (BLOB, 16 bytes): they sort by the time they were made. Times are RFC 3339 in UTC,
-- cut to milliseconds (TEXT); text order is time order. STRICT, so that no column takes a value of
-- another type. The other engine's file of the same name makes the same tables.

CREATE TABLE users (
    id                 BLOB    NOT NULL PRIMARY KEY, -- UUIDv7
    email              TEXT    NOT NULL,             -- as the user wrote it; mail goes here
    email_canonical    TEXT    NOT NULL UNIQUE,      -- NFKC and lower case: what is unique and searched by
    email_verified_at  TEXT,                         -- when the address was proved; NULL until then
    username           TEXT    NOT NULL,             -- as the user wrote it
    username_canonical TEXT    NOT NULL UNIQUE,      -- NFKC and lower case: what is unique and searched by
    display_name       TEXT,                         -- how the user wants to be called; NULL if not said
    password_hash      TEXT    NOT NULL,             -- PHC string (argon2id), or a foreign bcrypt hash until the next login
    password_version   INTEGER NOT NULL,             -- counts changes of the password: a login is bound to the one it checked
    created_at         TEXT    NOT NULL,             -- registration
    updated_at         TEXT    NOT NULL              -- latest change of what the user sees of themselves
) STRICT;

CREATE TABLE organizations (
    id         BLOB NOT NULL PRIMARY KEY, -- UUIDv7
    name       TEXT NOT NULL,             -- for people
    slug       TEXT NOT NULL UNIQUE,      -- for URLs
    created_at TEXT NOT NULL              -- when it was founded
) STRICT;

CREATE TABLE memberships (
    id              BLOB NOT NULL PRIMARY KEY,                                     -- UUIDv7; members are listed in its order
    user_id         BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,         -- the member
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE, -- where they belong
    role            TEXT NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER')),    -- what they may do there
    joined_at       TEXT NOT NULL,                                                 -- since when they belong
    UNIQUE (user_id, organization_id)
) STRICT;

CREATE INDEX memberships_by_organization ON memberships (organization_id, id);

CREATE TABLE sessions (
    id           BLOB    NOT NULL PRIMARY KEY,                             -- UUIDv7; the sid claim of access tokens
    user_id      BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose session it is
    generation   INTEGER NOT NULL,                                         -- counts refresh tokens, from 1; all that is kept of them
    rotated_at   TEXT    NOT NULL,                                         -- when this generation was reached
    received_at  TEXT,                                                     -- when a token of this generation was first shown; NULL until then
    device_id    TEXT,                                                     -- X-Device-ID at login or the latest rotation
    device_name  TEXT,                                                     -- X-Device-Name, likewise
    device_type  TEXT    NOT NULL,                                         -- X-Device-Type, likewise; 'unknown' if not said
    user_agent   TEXT,                                                     -- User-Agent, likewise
    ip_address   TEXT    NOT NULL,                                         -- the client's address, likewise
    created_at   TEXT    NOT NULL,                                         -- login
    last_used_at TEXT    NOT NULL,                                         -- login, the latest rotation, or the first use of its tokens
    expires_at   TEXT    NOT NULL,                                         -- end unless refreshed before; never after ends_at
    ends_at      TEXT    NOT NULL,                                         -- end in any case
    ended_at     TEXT,                                                     -- when it was ended before its time; NULL if it was not
    end_reason   TEXT,                                                     -- a SessionEndReason; set together with ended_at
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_end ON sessions (ended_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE email_verifications (
    id         BLOB NOT NULL PRIMARY KEY,                             -- UUIDv7
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose address the link proves
    email      TEXT NOT NULL,                                         -- canonical form of the address the link was mailed to
    token_hash BLOB NOT NULL UNIQUE,                                  -- SHA-256 of the mailed token, 32 bytes
    created_at TEXT NOT NULL,                                         -- when the link was made
    expires_at TEXT NOT NULL,                                         -- until when the link works
    used_at    TEXT                                                   -- when the link was followed; NULL until then
) STRICT;

CREATE INDEX email_verifications_by_user ON email_verifications (user_id);
CREATE INDEX email_verifications_by_expiry ON email_verifications (expires_at);

-- Mail is written here in the transaction that gives rise to it, so that neither exists without the
-- other. What a message says holds a secret (its link), so it is sealed with a key of the service.
CREATE TABLE outbox (
    id         BLOB NOT NULL PRIMARY KEY, -- UUIDv7; also bound into the seal
    template   TEXT NOT NULL,             -- which message it is, such as 'verify_email'
    recipient  TEXT NOT NULL,             -- the address as its owner wrote it
    sealed     BLOB NOT NULL,             -- what the template is filled with: AES-256-GCM, nonce first
    created_at TEXT NOT NULL              -- when it was written
) STRICT;

CREATE INDEX outbox_by_creation ON outbox (created_at);
