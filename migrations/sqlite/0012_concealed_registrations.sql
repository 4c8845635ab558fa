-- The hourly purge finds old registrations without a claim on their address by this index. Without it, SQLite reads all
-- users, and holds its only writer meanwhile.

CREATE INDEX users_by_concealed_registration ON users (created_at) WHERE concealed_email IS NOT NULL;
