//! Expired rows of every kind.

use crate::support::{Database, rows};

/// Fills a database with this many sessions (a half ended, a half expired) and events, of a hundredth as many users; with
/// a tenth as many sessions that were refreshed, and with a twentieth of each other kind.
pub async fn insert(database: &Database, count: u64) {
    let (users, some) = (count / 100, count / 20);
    for (rows, insert) in [
        (users, USERS),
        (count / 2, ENDED_SESSIONS),
        (count / 2, EXPIRED_SESSIONS),
        (count / 10, REFRESHED_SESSIONS),
        (count, EVENTS),
        (some, TOMBSTONES),
        (some, VERIFICATIONS),
        (users, EMAIL_CHANGES),
        (users, PASSWORD_RESETS),
        (users, ORGANIZATIONS),
        (some, INVITATIONS),
        (some, NOTICES),
        (some, FORMER_PASSWORDS),
        (some, RATE_LIMITS),
        (some, MAIL),
        (some, CONCEALED_USERS),
        (some, CONCEALED_ORGANIZATIONS),
        (some, CONCEALED_MEMBERSHIPS),
        (5 * some, CONCEALED_SESSIONS),
        (5 * some, CONCEALED_EVENTS),
        (some, SESSIONS_OF_ONE_USER),
        (1, ENDED_EPOCH),
    ] {
        let insert = insert
            .replace("{user}", "{id 1 + (number % {users}) * 79 % {users}}")
            .replace("{users}", &users.to_string())
            .replace("{some}", &some.to_string());
        rows::insert(database, rows, &insert).await;
    }
    rows::analyze(database).await;
}

const USERS: &str = "INSERT INTO users (id, email, email_canonical, email_verified_at, username, username_canonical, \
         password_hash, password_version, created_at, updated_at) \
     SELECT {id number}, 'u' || number, 'u' || number, {at}, 'u' || number, 'u' || number, '!', 1, {at}, {at}";

const ENDED_SESSIONS: &str = "INSERT INTO sessions (id, user_id, generation, rotated_at, device_type, user_agent, \
         ip_address, created_at, last_used_at, expires_at, purge_at, ends_at, ended_at, end_reason) \
     SELECT {id number}, {user}, 1, {at}, 'unknown', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0', \
         '192.0.2.1', {at}, {at}, {at}, {at}, {at}, {at}, 'LOGOUT'";

const EXPIRED_SESSIONS: &str = "INSERT INTO sessions (id, user_id, generation, rotated_at, device_type, user_agent, \
         ip_address, created_at, last_used_at, expires_at, purge_at, ends_at) \
     SELECT {id 500000000 + number}, {user}, 1, {at}, 'unknown', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0', \
         '192.0.2.1', {at}, {at}, {at}, {at}, {at}";

/// Each is the session of another device, which goes on.
const REFRESHED_SESSIONS: &str = "INSERT INTO sessions (id, user_id, generation, rotated_at, device_type, user_agent, \
         ip_address, created_at, last_used_at, expires_at, purge_at, ends_at) \
     SELECT {id 3000000000 + number}, {user}, 1, {at}, 'unknown', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0', \
         '192.0.2.1', {at}, {at}, '2099-01-01T00:00:00+00:00', {at}, '2099-01-01T00:00:00+00:00'";

const EVENTS: &str = "INSERT INTO security_events (id, user_id, kind, occurred_at, ip_address, device_type, user_agent, \
         session_id) \
     SELECT {id number}, {user}, 'LOGIN_SUCCEEDED', {at}, '192.0.2.1', 'unknown', \
         'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0', {id number}";

const TOMBSTONES: &str =
    "INSERT INTO session_tombstones (id, ended_at, end_reason) SELECT {id number}, {at}, 'LOGOUT'";

const VERIFICATIONS: &str = "INSERT INTO email_verifications (id, user_id, email, token_hash, created_at, expires_at) \
     SELECT {id number}, {user}, 'ada@example.com', {bytes}, {at}, {at}";

const EMAIL_CHANGES: &str = "INSERT INTO email_changes (user_id, email, email_canonical, token_hash, created_at, expires_at) \
     SELECT {id number}, 'new@example.com', 'new@example.com', {bytes}, {at}, {at}";

const PASSWORD_RESETS: &str = "INSERT INTO password_resets (user_id, email, token_hash, created_at, expires_at) \
     SELECT {id number}, 'ada@example.com', {bytes}, {at}, {at}";

const ORGANIZATIONS: &str = "INSERT INTO organizations (id, name, slug, created_at) SELECT {id number}, 'Engines', 'o' || number, {at}";

const INVITATIONS: &str = "INSERT INTO invitations (id, organization_id, email, email_canonical, role, invited_by, \
         token_hash, created_at, expires_at) \
     SELECT {id number}, {user}, 'i' || number, 'i' || number, 'MEMBER', {user}, {bytes}, {at}, {at}";

const NOTICES: &str = "INSERT INTO security_notices (id, user_id, email, email_canonical, email_version, token_hash, \
         created_at, expires_at) \
     SELECT {id number}, {user}, 'ada@example.com', 'ada@example.com', 1, {bytes}, {at}, {at}";

const FORMER_PASSWORDS: &str = "INSERT INTO former_passwords (id, user_id, password_hash, expires_at) SELECT {id number}, {user}, '!', {at}";

const RATE_LIMITS: &str =
    "INSERT INTO rate_limits (bucket, full_at, step, room) SELECT {bytes}, number, 1, 1";

const MAIL: &str = "INSERT INTO outbox (id, user_id, template, recipient, sealed, created_at, attempts, give_up_at, sent_at) \
     SELECT {id number}, {user}, 'verify_email', 'ada@example.com', {bytes}, {at}, 1, {at}, {at}";

const CONCEALED_USERS: &str = "INSERT INTO users (id, email, email_canonical, concealed_email, username, \
         username_canonical, password_hash, password_version, created_at, updated_at) \
     SELECT {id 1000000000 + number}, 'c' || number, 'c' || number, 'ada@example.com', 'c' || number, 'c' || number, '!', 1, {at}, {at}";

const CONCEALED_ORGANIZATIONS: &str = "INSERT INTO organizations (id, name, slug, created_at) \
     SELECT {id 1000000000 + number}, 'Engines', 'c' || number, {at}";

const CONCEALED_MEMBERSHIPS: &str = "INSERT INTO memberships (id, user_id, organization_id, role, joined_at) \
     SELECT {id 1000000000 + number}, {id 1000000000 + number}, {id 1000000000 + number}, 'OWNER', {at}";

const CONCEALED_SESSIONS: &str = "INSERT INTO sessions (id, user_id, generation, rotated_at, device_type, ip_address, \
         created_at, last_used_at, expires_at, purge_at, ends_at) \
     SELECT {id 1000000000 + number}, {id 1000000001 + number % {some}}, 1, {at}, 'unknown', '192.0.2.1', {at}, {at}, '2099-01-01T00:00:00+00:00', \
         '2099-01-01T00:00:00+00:00', '2099-01-01T00:00:00+00:00'";

const CONCEALED_EVENTS: &str = "INSERT INTO security_events (id, user_id, kind, occurred_at, ip_address, device_type) \
     SELECT {id 1000000000 + number}, {id 1000000001 + number % {some}}, 'LOGIN_SUCCEEDED', '2099-01-01T00:00:00+00:00', '192.0.2.1', 'unknown'";

/// All of them ended in epoch 0.
const SESSIONS_OF_ONE_USER: &str = "INSERT INTO sessions (id, user_id, generation, rotated_at, device_type, ip_address, \
         created_at, last_used_at, expires_at, purge_at, ends_at) \
     SELECT {id 2000000000 + number}, {id 1}, 1, {at}, 'unknown', '192.0.2.1', {at}, {at}, '2099-01-01T00:00:00+00:00', \
         '2099-01-01T00:00:00+00:00', '2099-01-01T00:00:00+00:00'";

const ENDED_EPOCH: &str = "INSERT INTO ended_epochs (user_id, epoch, ended_at, end_reason) \
     SELECT {id 1}, 0, '2026-11-01T00:00:00+00:00', 'REVOKED'";
