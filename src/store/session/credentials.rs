//! The account that a login names, with everything that its password is checked against.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use crate::domain::{Credentials, Device, Identifier};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::database::{Statement, Store, StoreError};
use crate::store::password::hash::NO_PASSWORD;

/// Reads a [`CredentialsRow`]. `$2` to `$5` are those of [`Recognition`], or NULL.
const SELECT_CREDENTIALS: &str = concat!(
    "SELECT ",
    USER_COLUMNS,
    ", users.password_hash, users.password_version, EXISTS (SELECT 1 FROM known_devices \
         WHERE known_devices.user_id = users.id AND known_devices.device = $2) AS device_known, \
     EXISTS (SELECT 1 FROM rate_limits \
         WHERE bucket IN ($3, $4) AND full_at > $5) AS mailbox_verified FROM users ",
);

const CREDENTIALS_BY_EMAIL: Statement =
    Statement::new(concat!(SELECT_CREDENTIALS, "WHERE email_canonical = $1"));

const CREDENTIALS_BY_USERNAME: Statement =
    Statement::new(concat!(SELECT_CREDENTIALS, "WHERE username_canonical = $1"));

const CREDENTIALS_BY_ID: Statement = Statement::new(concat!(SELECT_CREDENTIALS, "WHERE id = $1"));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("CREDENTIALS_BY_EMAIL", CREDENTIALS_BY_EMAIL),
    ("CREDENTIALS_BY_USERNAME", CREDENTIALS_BY_USERNAME),
    ("CREDENTIALS_BY_ID", CREDENTIALS_BY_ID),
];

/// By what an account may know the client that asks for its credentials.
#[derive(Clone, Copy, Debug)]
pub struct Recognition<'a> {
    pub device: &'a Device,
    /// See [`Store::insert_passes`].
    pub passes: [Option<[u8; 32]>; 2],
    pub now: DateTime<Utc>,
}

#[derive(FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    user: UserRow,
    password_hash: String,
    password_version: i64,
    device_known: bool,
    mailbox_verified: bool,
}

impl From<CredentialsRow> for Credentials {
    fn from(row: CredentialsRow) -> Self {
        Self {
            user: row.user.into(),
            password_hash: (!row.password_hash.starts_with(NO_PASSWORD))
                .then_some(row.password_hash),
            password_version: row.password_version,
            device_known: row.device_known,
            mailbox_verified: row.mailbox_verified,
        }
    }
}

impl Store {
    /// Finds a user with what their password is checked against.
    pub async fn find_credentials(
        &self,
        identifier: &Identifier,
        recognition: Option<Recognition<'_>>,
    ) -> Result<Option<Credentials>, StoreError> {
        let [first_pass, second_pass] = recognition
            .map_or([None; 2], |client| client.passes)
            .map(|pass| pass.map(|pass| pass.to_vec()));
        let query = match identifier {
            Identifier::Email(email) => self
                .read
                .query(&CREDENTIALS_BY_EMAIL)
                .bind(email.canonical()),
            Identifier::Username(name) => self
                .read
                .query(&CREDENTIALS_BY_USERNAME)
                .bind(name.canonical()),
            Identifier::Id(id) => self.read.query(&CREDENTIALS_BY_ID).bind(*id),
        };
        let row: Option<CredentialsRow> = query
            .bind(recognition.map(|client| client.device.fingerprint()))
            .bind(first_pass)
            .bind(second_pass)
            .bind(recognition.map(|client| client.now.timestamp_millis()))
            .optional()
            .await?;
        Ok(row.map(Credentials::from))
    }
}
