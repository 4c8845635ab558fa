-- Ends more sessions of one user at once than a transaction can touch: the epoch that they share has ended, from one
-- moment on and for one reason. A sweep walks over the user's rows afterwards, writes it into them, and then forgets
-- the epoch.

ALTER TABLE users ADD COLUMN
    session_epoch BIGINT NOT NULL DEFAULT 0; -- of the sessions that are made from now on

ALTER TABLE sessions ADD COLUMN
    epoch BIGINT NOT NULL DEFAULT 0; -- its user's session_epoch at login, or when it was spared

CREATE TABLE ended_epochs (
    user_id    UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose sessions
    epoch      BIGINT      NOT NULL,                                         -- all sessions of this epoch and of those before it have ended
    ended_at   TIMESTAMPTZ NOT NULL,                                         -- when, of those that had not expired by then
    end_reason TEXT        NOT NULL,                                         -- a SessionEndReason
    through    BIGINT,                                                       -- epochs up to this one are covered by the walk of the sweep; NULL if it has not begun
    below      UUID,                                                         -- the rows from this session's id on are done by that walk
    PRIMARY KEY (user_id, epoch)
);
