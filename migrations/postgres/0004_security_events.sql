-- What happened to accounts, for the people whose they are. Rows are only ever added, until they are swept.

CREATE TABLE security_events (
    id          UUID        NOT NULL PRIMARY KEY, -- UUIDv7: sorts by time
    user_id     UUID        NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- whose account it is
    kind        TEXT        NOT NULL, -- what happened, as in the API
    occurred_at TIMESTAMPTZ NOT NULL, -- when
    ip_address  TEXT        NOT NULL, -- of the client that did it
    device_id   TEXT,                 -- X-Device-ID of that client
    device_name TEXT,                 -- X-Device-Name
    device_type TEXT        NOT NULL, -- X-Device-Type, or unknown
    user_agent  TEXT,                 -- User-Agent
    session_id  UUID,                 -- the session that it was about; it may be swept by now
    end_reason  TEXT,                 -- why that session ended
    operation   TEXT                  -- the field of the API that was tried, of what was refused
);

CREATE INDEX security_events_of_user ON security_events (user_id, id);
CREATE INDEX security_events_by_time ON security_events (occurred_at);

CREATE FUNCTION refuse_to_rewrite_security_events() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''security_events is append-only''; END';

CREATE TRIGGER security_events_are_only_added BEFORE UPDATE ON security_events
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_security_events();
