-- Passwords that accounts had, for as long as their owners can say "this was not me", and for a year once they did.
CREATE TABLE former_passwords (
    id             UUID NOT NULL PRIMARY KEY,                             -- that of the security event that replaced it: sorts by time
    user_id        UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose it was
    password_hash  TEXT NOT NULL,                                         -- as users.password_hash had it
    is_compromised BOOLEAN NOT NULL DEFAULT FALSE,                        -- whether the owner said "this was not me": nobody may set it again
    expires_at     TIMESTAMPTZ NOT NULL                                   -- when the row goes
);

CREATE INDEX former_passwords_of_user ON former_passwords (user_id, id);
CREATE INDEX former_passwords_by_expiry ON former_passwords (expires_at);
