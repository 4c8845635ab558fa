-- The purge finds expired sessions by a time that a refresh leaves alone: it is when the session would have expired, as of
-- the login or of the latest purge that met it. So a refresh changes no column with an index. A session of a node of an
-- older version has the default, and the next purge corrects it.

ALTER TABLE sessions ADD COLUMN
    purge_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00Z'; -- when the purge looks at the session next

UPDATE sessions SET purge_at = expires_at;

DROP INDEX sessions_by_expiry;
CREATE INDEX sessions_by_purge ON sessions (purge_at);
