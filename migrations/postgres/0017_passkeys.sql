-- Passkeys: the public keys of credentials that authenticators keep.

CREATE TABLE passkeys (
    id              UUID        NOT NULL PRIMARY KEY,                              -- UUIDv7
    user_id         UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE,  -- whose it is
    credential_id   BYTEA       NOT NULL UNIQUE,                                   -- the authenticator's name for it, at most 1,023 bytes
    relying_party   TEXT        NOT NULL,                                          -- the PASSKEY_RP_ID that it was registered for: it works for no other
    public_key      BYTEA       NOT NULL,                                          -- in COSE form, as the authenticator made it
    sign_count      BIGINT      NOT NULL,                                          -- the authenticator's number of uses so far; 0 if it does not count
    aaguid          BYTEA       NOT NULL,                                          -- the model of the authenticator, 16 bytes; zero if it does not tell
    transports      TEXT        NOT NULL,                                          -- how browsers reach the authenticator: words with spaces between them
    backup_eligible BOOLEAN     NOT NULL,                                          -- whether it may be synced between devices, which never changes
    backed_up       BOOLEAN     NOT NULL,                                          -- whether it was synced at its latest use
    user_verified   BOOLEAN     NOT NULL,                                          -- whether the authenticator has verified its user, so that it signs in alone
    name            TEXT        NOT NULL,                                          -- for its owner
    created_at      TIMESTAMPTZ NOT NULL,                                          -- when it was registered
    last_used_at    TIMESTAMPTZ                                                        -- when it was last used; NULL if never
);

CREATE INDEX passkeys_of_user ON passkeys (user_id);
