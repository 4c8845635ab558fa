//! The epochs of a user's sessions (see the migration `session_epochs`). One row ends an epoch, and with it all its
//! sessions. Later, a walk in small steps copies the end into the rows of the sessions, and deletes the epoch.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use tokio::time::Instant;

use super::row::{EPOCH_END_REASON, EPOCH_ENDED_AT, IS_LIVE_AT};
use crate::domain::{EndReason, SessionId, UserId};
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::purge_batch::PurgeBatch;

/// Skips `$3` rows below an id, the newest first, and finds the next one.
const FIND_OLDEST: Statement = Statement::new(
    "SELECT id FROM sessions WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3",
);

const BEGIN_EPOCH: Statement = Statement::new(
    "UPDATE users SET session_epoch = session_epoch + 1 WHERE id = $1 RETURNING session_epoch",
);

/// Moves a live session to another epoch.
const MOVE_SESSION: Statement = Statement::new(concat!(
    "UPDATE sessions SET epoch = $2 WHERE id = $1 AND ",
    IS_LIVE_AT,
    "$3",
));

const END_EPOCH: Statement = Statement::new(
    "INSERT INTO ended_epochs (user_id, epoch, ended_at, end_reason) VALUES ($1, $2, $3, $4)",
);

/// Finds the first ended epoch of a user, whose row holds the progress of the walk over the user's rows. On PostgreSQL,
/// skips users whom another transaction has locked, and locks the user first, as every transaction does.
const FIND_WALK: Statement = Statement::of_each(
    SELECT_WALK,
    concat!(SELECT_WALK, " FOR NO KEY UPDATE OF users SKIP LOCKED"),
);

const SELECT_WALK: &str = "SELECT ended_epochs.user_id, ended_epochs.epoch, ended_epochs.below, \
         COALESCE(ended_epochs.through, (SELECT MAX(latest.epoch) FROM ended_epochs AS latest \
             WHERE latest.user_id = ended_epochs.user_id)) AS through \
     FROM ended_epochs JOIN users ON users.id = ended_epochs.user_id \
     ORDER BY ended_epochs.user_id, ended_epochs.epoch LIMIT 1";

/// Writes to each row the end of its own epoch.
const WRITE_ENDS: Statement = Statement::new(concat!(
    "UPDATE sessions SET ended_at = ",
    EPOCH_ENDED_AT,
    ", end_reason = ",
    EPOCH_END_REASON,
    " WHERE user_id = $1 AND id < $2 AND id >= $3 AND ended_at IS NULL AND ",
    EPOCH_ENDED_AT,
    " IS NOT NULL",
));

const ADVANCE_WALK: Statement = Statement::new(
    "UPDATE ended_epochs SET through = $3, below = $4 WHERE user_id = $1 AND epoch = $2",
);

const DELETE_EPOCHS: Statement =
    Statement::new("DELETE FROM ended_epochs WHERE user_id = $1 AND epoch <= $2");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("FIND_OLDEST", FIND_OLDEST),
    ("BEGIN_EPOCH", BEGIN_EPOCH),
    ("MOVE_SESSION", MOVE_SESSION),
    ("END_EPOCH", END_EPOCH),
    ("FIND_WALK", FIND_WALK),
    ("WRITE_ENDS", WRITE_ENDS),
    ("ADVANCE_WALK", ADVANCE_WALK),
    ("DELETE_EPOCHS", DELETE_EPOCHS),
];

/// An epoch that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndedEpoch {
    pub(super) user_id: UserId,
    pub(super) epoch: i64,
    pub(super) ended_at: DateTime<Utc>,
}

/// A walk over a user's rows, the newest first.
#[derive(FromRow)]
struct Walk {
    user_id: UserId,
    epoch: i64,
    /// The last epoch that the walk covers: the last one that had ended when the walk began.
    through: i64,
    below: Option<SessionId>,
}

impl Transaction {
    /// Ends the current epoch of a user's sessions, and moves the kept session to the next one.
    pub(super) async fn end_epoch(
        &mut self,
        user_id: UserId,
        kept: SessionId,
        reason: EndReason,
        ended_at: DateTime<Utc>,
    ) -> Result<EndedEpoch, StoreError> {
        let next: i64 = self.query(&BEGIN_EPOCH).bind(user_id).scalar().await?;
        self.query(&MOVE_SESSION)
            .bind(kept)
            .bind(next)
            .bind(ended_at)
            .execute()
            .await?;
        let epoch = next - 1;
        self.query(&END_EPOCH)
            .bind(user_id)
            .bind(epoch)
            .bind(ended_at)
            .bind(reason.as_str())
            .execute()
            .await?;
        Ok(EndedEpoch {
            user_id,
            epoch,
            ended_at,
        })
    }

    /// Finds the oldest of the `count` newest rows of a user below an id; `None` if there are fewer.
    pub(super) async fn find_oldest(
        &mut self,
        user_id: UserId,
        below: SessionId,
        count: i64,
    ) -> Result<Option<SessionId>, StoreError> {
        self.query(&FIND_OLDEST)
            .bind(user_id)
            .bind(below)
            .bind(count - 1)
            .optional_scalar()
            .await
    }
}

impl Store {
    /// Takes one step of a walk that copies the ends of epochs into the rows of their sessions, over up to `size` rows.
    /// The last step of a walk deletes the epochs. The batch is the last one if no epoch has ended.
    pub async fn write_ends(&self, size: u32) -> Result<PurgeBatch, StoreError> {
        let mut tx = self.begin().await?;
        let began = Instant::now();
        let walk: Option<Walk> = tx.query(&FIND_WALK).optional().await?;
        let Some(walk) = walk else {
            return tx.commit_batch(began, 0, true).await;
        };
        let below = walk.below.unwrap_or(SessionId::MAX);
        let oldest = tx.find_oldest(walk.user_id, below, size.into()).await?;
        let rows = tx
            .query(&WRITE_ENDS)
            .bind(walk.user_id)
            .bind(below)
            .bind(oldest.unwrap_or(SessionId::NIL))
            .execute()
            .await?;
        let next = match oldest {
            Some(oldest) => tx
                .query(&ADVANCE_WALK)
                .bind(walk.user_id)
                .bind(walk.epoch)
                .bind(walk.through)
                .bind(oldest),
            None => tx
                .query(&DELETE_EPOCHS)
                .bind(walk.user_id)
                .bind(walk.through),
        };
        next.execute().await?;
        tx.commit_batch(began, rows, false).await
    }
}
