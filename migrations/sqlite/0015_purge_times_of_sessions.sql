-- Fills purge_at, and moves the index of the purge to it. A file of its own: the statement that adds a column keeps
-- readers out until its transaction ends. These statements let them in, and only writers of sessions wait.

UPDATE sessions SET purge_at = expires_at;

CREATE INDEX sessions_by_purge ON sessions (purge_at);
DROP INDEX sessions_by_expiry;
