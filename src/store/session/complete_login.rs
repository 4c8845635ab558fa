//! Logins that wait for a second factor.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use crate::domain::{
    ChallengeId, ChallengeKind, Device, HashedToken, MAX_TRIES, StoredFactors, User,
};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::database::{Statement, Store, StoreError};
use crate::store::second_factor::row::{FACTOR_COLUMNS, FactorsRow};

const FIND: Statement = Statement::new(concat!(
    "SELECT ",
    USER_COLUMNS,
    ", ",
    FACTOR_COLUMNS,
    ", challenges.id AS challenge_id, challenges.state, EXISTS (SELECT 1 FROM known_devices \
         WHERE known_devices.user_id = users.id AND known_devices.device = $5) AS device_known \
     FROM challenges JOIN users ON users.id = challenges.user_id \
     WHERE challenges.secret_hash = $1 AND challenges.kind = $2 AND challenges.expires_at > $3 \
         AND challenges.tries < $4",
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("FIND", FIND)];

/// A login that waits for a second factor.
#[derive(Clone, Debug)]
pub struct PendingLogin {
    pub challenge_id: ChallengeId,
    /// The sealed state of the challenge.
    pub state: Vec<u8>,
    pub user: User,
    pub factors: StoredFactors,
    /// Whether the account knows the device that answers.
    pub device_known: bool,
}

#[derive(FromRow)]
struct PendingLoginRow {
    #[sqlx(flatten)]
    user: UserRow,
    #[sqlx(flatten)]
    factors: FactorsRow,
    challenge_id: ChallengeId,
    state: Vec<u8>,
    device_known: bool,
}

impl Store {
    /// Finds the login that a challenge belongs to, unless the challenge is void.
    pub async fn find_pending_login(
        &self,
        token: &HashedToken,
        device: &Device,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingLogin>, StoreError> {
        let row: Option<PendingLoginRow> = self
            .read
            .query(&FIND)
            .bind(token.as_bytes())
            .bind(ChallengeKind::Login.as_str())
            .bind(now)
            .bind(MAX_TRIES)
            .bind(device.fingerprint())
            .optional()
            .await?;
        Ok(row.map(|row| PendingLogin {
            challenge_id: row.challenge_id,
            state: row.state,
            user: row.user.into(),
            factors: row.factors.into(),
            device_known: row.device_known,
        }))
    }
}
