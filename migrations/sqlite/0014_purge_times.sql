-- The purge finds expired sessions by a time that a refresh leaves alone, so that a refresh changes no column with an
-- index. Sessions of nodes of an older version have the default, and the next purge corrects it.

ALTER TABLE sessions ADD COLUMN
    purge_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00Z'; -- expires_at as of the login, or of the latest purge that moved it
