//! Credentials: the account that a login names, with the hash that its password is checked against.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use crate::domain::{BucketName, Credentials, Device, Identifier};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::database::{Statement, Store, StoreError};
use crate::store::password::hash::NO_PASSWORD;

/// Selects a [`CredentialsRow`]. `$2` to `$5` are from [`ClientEvidence`], or NULL.
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

/// The evidence by which an account recognizes a client that logs in.
#[derive(Clone, Copy, Debug)]
pub struct ClientEvidence<'a> {
    pub device: &'a Device,
    /// See [`Store::insert_passes`].
    pub passes: [Option<BucketName>; 2],
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
    /// Finds the credentials of an account, and whether the evidence shows that it knows the client.
    pub async fn find_credentials(
        &self,
        identifier: &Identifier,
        evidence: Option<ClientEvidence<'_>>,
    ) -> Result<Option<Credentials>, StoreError> {
        let [first_pass, second_pass] = evidence.map_or([None; 2], |evidence| evidence.passes);
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
            .bind(evidence.map(|evidence| evidence.device.fingerprint()))
            .bind(first_pass)
            .bind(second_pass)
            .bind(evidence.map(|evidence| evidence.now.timestamp_millis()))
            .optional()
            .await?;
        Ok(row.map(Credentials::from))
    }
}
