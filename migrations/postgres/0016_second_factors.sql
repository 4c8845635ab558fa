-- Second factors: authenticator apps and recovery codes; the ceremonies of several requests that they need; and the time at
-- which the user of a session last proved who they are. Sessions of nodes of an older version have the defaults.

ALTER TABLE users ADD COLUMN
    second_factor_since TIMESTAMPTZ; -- when the second factor was turned on; NULL while it is off
ALTER TABLE users ADD COLUMN
    factor_epoch BIGINT NOT NULL DEFAULT 0; -- counts changes of the factor: proofs of an earlier epoch no longer count

ALTER TABLE sessions ADD COLUMN
    authenticated_at TIMESTAMPTZ; -- when the user last proved who they are; NULL: at created_at
ALTER TABLE sessions ADD COLUMN
    second_factor_at TIMESTAMPTZ; -- when the user last proved it with a second factor; NULL if never
ALTER TABLE sessions ADD COLUMN
    factor_epoch BIGINT NOT NULL DEFAULT 0; -- users.factor_epoch at that time
ALTER TABLE sessions ADD COLUMN
    methods TEXT NOT NULL DEFAULT 'pwd'; -- the methods of these proofs: RFC 8176 names with spaces between them

CREATE TABLE challenges (
    id          UUID        NOT NULL PRIMARY KEY,                    -- UUIDv7; also bound into the seal of the state
    kind        TEXT        NOT NULL,                                -- a ChallengeKind: a challenge is refused as one of another kind
    user_id     UUID REFERENCES users (id) ON DELETE CASCADE,        -- whose it is; NULL while that is unknown
    secret_hash BYTEA       NOT NULL UNIQUE,                         -- SHA-256 of the challenge's token, 32 bytes
    state       BYTEA       NOT NULL,                                -- what the next request needs: AES-256-GCM, nonce first
    tries       BIGINT      NOT NULL DEFAULT 0,                      -- answers so far
    created_at  TIMESTAMPTZ NOT NULL,                                -- when it was made
    expires_at  TIMESTAMPTZ NOT NULL                                 -- until when it can be answered
);

CREATE INDEX challenges_of_user ON challenges (user_id);
CREATE INDEX challenges_by_expiry ON challenges (expires_at);

-- An app that is being set up. It is not asked for until a code of it was confirmed.
CREATE TABLE totp_setups (
    user_id    UUID        NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, -- whose it is
    secret     BYTEA       NOT NULL,                                                     -- the shared secret: AES-256-GCM, nonce first, bound to user_id
    created_at TIMESTAMPTZ NOT NULL,                                                     -- when the set-up began
    expires_at TIMESTAMPTZ NOT NULL                                                      -- until when it can be confirmed
);

CREATE INDEX totp_setups_by_expiry ON totp_setups (expires_at);

CREATE TABLE totps (
    user_id      UUID        NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, -- whose app it is
    secret       BYTEA       NOT NULL,                                                     -- as totp_setups.secret
    sealed_by    TEXT        NOT NULL,                                                     -- the fingerprint of the SECRET_KEY that sealed it
    last_step    BIGINT      NOT NULL,                                                     -- the time step of the latest code that was used: it and all before it are refused
    confirmed_at TIMESTAMPTZ NOT NULL                                                      -- when a code was confirmed
);

CREATE INDEX totps_by_seal ON totps (sealed_by, user_id);

CREATE TABLE recovery_code_sets (
    user_id    UUID        NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, -- whose codes they are
    parameters TEXT        NOT NULL,                                                     -- PHC string without output: the algorithm, its cost, and the salt of all codes
    created_at TIMESTAMPTZ NOT NULL                                                      -- when the codes were shown
);

CREATE TABLE recovery_codes (
    user_id UUID  NOT NULL REFERENCES recovery_code_sets (user_id) ON DELETE CASCADE, -- whose code it is
    output  BYTEA NOT NULL,                                                           -- the code's hash under the parameters of its set; using the code deletes the row
    PRIMARY KEY (user_id, output)
);

-- A node of an older version does not know second factors: its login would make a session for a password alone. It gets no
-- row back, and refuses the login.
CREATE FUNCTION refuse_session_without_second_factor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND second_factor_since IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER sessions_need_second_factor BEFORE INSERT ON sessions
    FOR EACH ROW WHEN (NEW.second_factor_at IS NULL)
    EXECUTE FUNCTION refuse_session_without_second_factor();
