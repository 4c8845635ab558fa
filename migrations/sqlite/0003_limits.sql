-- How often something may be tried, shared by all nodes: the generic cell rate algorithm (GCRA), which
-- needs one moment a bucket. A bucket is named by a MAC, so that no address stands here.

CREATE TABLE rate_limits (
    bucket  BLOB    NOT NULL PRIMARY KEY, -- HMAC-SHA-256 of the kind of attempt and whom it is charged to
    full_at INTEGER NOT NULL,             -- when the bucket will have let everything through again, milliseconds since 1970
    step    INTEGER NOT NULL,             -- milliseconds that one attempt costs
    room    INTEGER NOT NULL              -- milliseconds that full_at may be ahead for another attempt to pass
) STRICT;

CREATE INDEX rate_limits_by_end ON rate_limits (full_at);
