//! Challenges: ceremonies of several requests, each of which can be finished once. All kinds share these statements.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use super::database::{Statement, Store, StoreError, Transaction};
use crate::domain::{ChallengeId, ChallengeKind, HashedToken, MAX_TRIES, UserId};

/// Inserts no row for an account that was deleted; on PostgreSQL, waits for a deletion that is in progress.
const INSERT: Statement =
    Statement::of_each(INSERT_FOR_USER, concat!(INSERT_FOR_USER, " FOR KEY SHARE"));

const INSERT_FOR_USER: &str = "INSERT INTO challenges \
         (id, kind, user_id, secret_hash, state, created_at, expires_at) \
     SELECT $1, $2, users.id, $4, $5, $6, $7 FROM users WHERE users.id = $3";

/// Inserts a challenge before it is known whose it is.
const INSERT_FOR_ANYBODY: Statement = Statement::new(
    "INSERT INTO challenges (id, kind, secret_hash, state, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)",
);

const FIND: Statement = Statement::new(
    "SELECT id, user_id, state FROM challenges \
     WHERE secret_hash = $1 AND kind = $2 AND expires_at > $3 AND tries < $4",
);

/// Counts an answer before it is checked, so that simultaneous answers cannot exceed the maximum.
const TAKE_TRY: Statement = Statement::new(
    "UPDATE challenges SET tries = tries + 1 \
     WHERE secret_hash = $1 AND kind = $2 AND expires_at > $3 AND tries < $4 RETURNING tries",
);

const CONSUME: Statement = Statement::new(
    "DELETE FROM challenges WHERE secret_hash = $1 AND kind = $2 AND expires_at > $3",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT", INSERT),
    ("INSERT_FOR_ANYBODY", INSERT_FOR_ANYBODY),
    ("FIND", FIND),
    ("TAKE_TRY", TAKE_TRY),
    ("CONSUME", CONSUME),
];

/// A challenge that is made.
#[derive(Clone, Debug)]
pub struct NewChallenge {
    pub id: ChallengeId,
    pub kind: ChallengeKind,
    /// The user who can answer it; `None` while that is unknown.
    pub user_id: Option<UserId>,
    pub token: HashedToken,
    /// The sealed state, which the request that answers the challenge needs.
    pub state: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A challenge that can still be answered.
#[derive(Clone, Debug, FromRow)]
pub struct FoundChallenge {
    pub id: ChallengeId,
    pub user_id: Option<UserId>,
    /// The sealed state.
    pub state: Vec<u8>,
}

impl Transaction {
    /// Uses a challenge up. Returns `false` if it is unknown, used up or expired, or of another kind.
    pub(super) async fn consume_challenge(
        &mut self,
        token: &HashedToken,
        kind: ChallengeKind,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let consume = self
            .query(&CONSUME)
            .bind(token.as_bytes())
            .bind(kind.as_str())
            .bind(now);
        Ok(consume.execute().await? > 0)
    }
}

impl Store {
    /// Makes a challenge. Returns `false` if the account was deleted.
    pub async fn insert_challenge(&self, new: &NewChallenge) -> Result<bool, StoreError> {
        let insert = match new.user_id {
            Some(user_id) => self
                .write
                .query(&INSERT)
                .bind(new.id)
                .bind(new.kind.as_str())
                .bind(user_id),
            None => self
                .write
                .query(&INSERT_FOR_ANYBODY)
                .bind(new.id)
                .bind(new.kind.as_str()),
        };
        let inserted = insert
            .bind(new.token.as_bytes())
            .bind(new.state.as_slice())
            .bind(new.created_at)
            .bind(new.expires_at)
            .execute()
            .await?;
        Ok(inserted > 0)
    }

    /// Finds a challenge that can still be answered.
    pub async fn find_challenge(
        &self,
        token: &HashedToken,
        kind: ChallengeKind,
        now: DateTime<Utc>,
    ) -> Result<Option<FoundChallenge>, StoreError> {
        self.read
            .query(&FIND)
            .bind(token.as_bytes())
            .bind(kind.as_str())
            .bind(now)
            .bind(MAX_TRIES)
            .optional()
            .await
    }

    /// Counts an answer to a challenge. Returns the number of answers so far; `None` if the challenge is void.
    pub async fn take_try(
        &self,
        token: &HashedToken,
        kind: ChallengeKind,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, StoreError> {
        self.write
            .query(&TAKE_TRY)
            .bind(token.as_bytes())
            .bind(kind.as_str())
            .bind(now)
            .bind(MAX_TRIES)
            .optional_scalar()
            .await
    }
}
