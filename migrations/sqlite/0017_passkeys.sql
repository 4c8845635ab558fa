-- Passkeys: the public keys of credentials that authenticators keep.

CREATE TABLE passkeys (
    id              BLOB        NOT NULL PRIMARY KEY,                              -- UUIDv7
    user_id         BLOB        NOT NULL REFERENCES users (id) ON DELETE CASCADE,  -- whose it is
    credential_id   BLOB        NOT NULL UNIQUE,                                   -- the authenticator's name for it, at most 1,023 bytes
    relying_party   TEXT        NOT NULL,                                          -- the PASSKEY_RP_ID that it was registered for: it works for no other
    public_key      BLOB        NOT NULL,                                          -- in COSE form, as the authenticator made it
    sign_count      INTEGER     NOT NULL,                                          -- the authenticator's number of uses so far; 0 if it does not count
    aaguid          BLOB        NOT NULL,                                          -- the model of the authenticator, 16 bytes; zero if it does not tell
    transports      TEXT        NOT NULL,                                          -- how browsers reach the authenticator: words with spaces between them
    backup_eligible INTEGER     NOT NULL,                                          -- whether it may be synced between devices, which never changes
    backed_up       INTEGER     NOT NULL,                                          -- whether it was synced at its latest use
    user_verified   INTEGER     NOT NULL,                                          -- whether the authenticator has verified its user, so that it signs in alone
    name            TEXT        NOT NULL,                                          -- for its owner
    created_at      TEXT        NOT NULL,                                          -- when it was registered
    last_used_at    TEXT                                                           -- when it was last used; NULL if never
) STRICT;

CREATE INDEX passkeys_of_user ON passkeys (user_id);
