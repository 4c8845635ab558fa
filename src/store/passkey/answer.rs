//! Answers of authenticators: the ceremony, and what an answer is checked against.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::row::{STORED_PASSKEY_COLUMNS, StoredPasskeyRow};
use crate::domain::{ChallengeId, ChallengeKind, Device, HashedToken, StoredPasskey, User};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::database::{Statement, Store, StoreError};

/// Finds nothing if the ceremony belongs to another user than the passkey.
const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    USER_COLUMNS,
    ", ",
    STORED_PASSKEY_COLUMNS,
    ", users.password_version, challenges.id AS challenge_id, challenges.state, \
         EXISTS (SELECT 1 FROM known_devices \
             WHERE known_devices.user_id = users.id AND known_devices.device = $5) AS device_known \
     FROM challenges JOIN passkeys ON passkeys.credential_id = $4 \
         JOIN users ON users.id = passkeys.user_id \
     WHERE challenges.secret_hash = $1 AND challenges.kind = $2 AND challenges.expires_at > $3 \
         AND (challenges.user_id IS NULL OR challenges.user_id = users.id)",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("FIND", FIND)];

/// A ceremony that an authenticator has answered, with the passkey that it used.
#[derive(Clone, Debug)]
pub struct AnsweredCeremony {
    pub challenge_id: ChallengeId,
    /// The sealed state of the ceremony.
    pub state: Vec<u8>,
    pub passkey: StoredPasskey,
    pub user: User,
    pub password_version: i64,
    /// Whether the account knows the device that answers.
    pub device_known: bool,
}

#[derive(FromRow)]
struct AnsweredCeremonyRow {
    #[sqlx(flatten)]
    user: UserRow,
    #[sqlx(flatten)]
    passkey: StoredPasskeyRow,
    password_version: i64,
    challenge_id: ChallengeId,
    state: Vec<u8>,
    device_known: bool,
}

impl Store {
    /// Finds a ceremony that can still be answered, and the passkey with which it was; `None` if there is no such ceremony or
    /// no such passkey, or if they belong to different users.
    pub async fn find_answered_ceremony(
        &self,
        token: &HashedToken,
        kind: ChallengeKind,
        credential_id: &[u8],
        device: &Device,
        now: DateTime<Utc>,
    ) -> Result<Option<AnsweredCeremony>, StoreError> {
        let row: Option<AnsweredCeremonyRow> = self
            .read
            .query(&FIND)
            .bind(token.as_bytes())
            .bind(kind.as_str())
            .bind(now)
            .bind(credential_id)
            .bind(device.fingerprint())
            .optional()
            .await?;
        let Some(row) = row else { return Ok(None) };
        let user = User::from(row.user);
        Ok(Some(AnsweredCeremony {
            challenge_id: row.challenge_id,
            state: row.state,
            passkey: row.passkey.of_user(user.id)?,
            user,
            password_version: row.password_version,
            device_known: row.device_known,
        }))
    }
}
