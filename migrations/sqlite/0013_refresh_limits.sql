-- The limit of a session's refreshes is kept in the session, which each refresh changes in any case: a row of its own in
-- rate_limits would be a second statement.

ALTER TABLE sessions ADD COLUMN
    refreshes_full_at INTEGER NOT NULL DEFAULT 0; -- as rate_limits.full_at
