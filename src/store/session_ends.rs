//! The ends of sessions. However many a user has, ending them all touches a bounded number of rows, and takes effect at
//! once: the newest rows say so themselves, and all others by their epoch (see the migration `session_epochs`).

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::open::Store;
use super::security_notices::{NewNotice, Notified};
use super::session_rows::{
    EPOCH_END_REASON, EPOCH_ENDED_AT, IS_LIVE_AT, SESSION_COLUMNS, SessionRow,
};
use crate::domain::{Deed, EndReason, SecurityEventKind, Session};

/// How many of a user's rows, the newest, are looked at in the transaction that ends the user's sessions.
const ENDED_AT_ONCE: i64 = 500;

/// How many sessions that ended at once are counted for the answer.
const MAX_COUNTED: i64 = 10_000;

/// How many rows one step of [`Store::write_ends`] looks at: like [`super::PURGE_BATCH`].
const WRITTEN_AT_ONCE: i64 = 200;

const END_ONE: Statement = Statement::new(concat!(
    "UPDATE sessions SET ended_at = $3, end_reason = $4 \
     WHERE id = $1 AND user_id = $2 AND ",
    IS_LIVE_AT,
    "$3 RETURNING ",
    SESSION_COLUMNS,
));

/// The oldest of so many rows below an id; none if there are fewer.
const FIND_OLDEST: Statement = Statement::new(
    "SELECT id FROM sessions WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3",
);

const END_FROM: Statement = Statement::new(concat!(
    "UPDATE sessions SET ended_at = $2, end_reason = $3 \
     WHERE user_id = $1 AND id >= $4 AND id <> $5 AND ",
    IS_LIVE_AT,
    "$2 RETURNING id",
));

const BEGIN_EPOCH: Statement = Statement::new(
    "UPDATE users SET session_epoch = session_epoch + 1 WHERE id = $1 RETURNING session_epoch",
);

/// Moves a live session to another epoch.
const SPARE: Statement = Statement::new(concat!(
    "UPDATE sessions SET epoch = $2 WHERE id = $1 AND ",
    IS_LIVE_AT,
    "$3",
));

const END_EPOCH: Statement = Statement::new(
    "INSERT INTO ended_epochs (user_id, epoch, ended_at, end_reason) VALUES ($1, $2, $3, $4)",
);

const COUNT_OF_EPOCH: Statement = Statement::new(
    "SELECT COUNT(*) AS count FROM (SELECT id FROM sessions \
         WHERE user_id = $1 AND epoch = $2 AND ended_at IS NULL AND expires_at > $3 \
         LIMIT $4) AS found",
);

/// The first ended epoch of a user, which holds how far a walk over the user's rows has come. On PostgreSQL, of a user
/// whom nobody else holds, and who is locked before anything of theirs, as everywhere.
const FIND_WALK: Statement = Statement::of_each(
    SELECT_WALK,
    concat!(SELECT_WALK, " FOR NO KEY UPDATE OF users SKIP LOCKED"),
);

const SELECT_WALK: &str = "SELECT ended_epochs.user_id, ended_epochs.epoch, ended_epochs.below, \
         COALESCE(ended_epochs.through, (SELECT MAX(latest.epoch) FROM ended_epochs AS latest \
             WHERE latest.user_id = ended_epochs.user_id)) AS through \
     FROM ended_epochs JOIN users ON users.id = ended_epochs.user_id \
     ORDER BY ended_epochs.user_id, ended_epochs.epoch LIMIT 1";

/// Each row gets the end of its own epoch.
const WRITE_ENDS: Statement = Statement::new(concat!(
    "UPDATE sessions SET ended_at = ",
    EPOCH_ENDED_AT,
    ", end_reason = ",
    EPOCH_END_REASON,
    " WHERE user_id = $1 AND id < $2 AND id >= $3 AND ended_at IS NULL AND ",
    EPOCH_ENDED_AT,
    " IS NOT NULL",
));

const MOVE_ON: Statement = Statement::new(
    "UPDATE ended_epochs SET through = $3, below = $4 WHERE user_id = $1 AND epoch = $2",
);

const FORGET_EPOCHS: Statement =
    Statement::new("DELETE FROM ended_epochs WHERE user_id = $1 AND epoch <= $2");

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("END_ONE", END_ONE),
    ("FIND_OLDEST", FIND_OLDEST),
    ("END_FROM", END_FROM),
    ("BEGIN_EPOCH", BEGIN_EPOCH),
    ("SPARE", SPARE),
    ("END_EPOCH", END_EPOCH),
    ("COUNT_OF_EPOCH", COUNT_OF_EPOCH),
    ("FIND_WALK", FIND_WALK),
    ("WRITE_ENDS", WRITE_ENDS),
    ("MOVE_ON", MOVE_ON),
    ("FORGET_EPOCHS", FORGET_EPOCHS),
];

/// The sessions of a user that something ended.
#[derive(Clone, Debug, Default)]
pub struct EndedSessions {
    /// The newest. Each has an event of its own.
    pub newest: Vec<Uuid>,
    /// The epoch of the others, if there may be any.
    others: Option<EndedEpoch>,
}

#[derive(Clone, Copy, Debug)]
struct EndedEpoch {
    user_id: Uuid,
    epoch: i64,
    ended_at: DateTime<Utc>,
}

/// A walk over a user's rows, the newest first.
#[derive(FromRow)]
struct Walk {
    user_id: Uuid,
    epoch: i64,
    /// The epochs that it covers: those that had ended when it began.
    through: i64,
    below: Option<Uuid>,
}

impl Transaction {
    /// Ends a live session of this user, writes the event of that, and returns the session; `None` if there is no such
    /// live one.
    async fn end_session(
        &mut self,
        session_id: Uuid,
        user_id: Uuid,
        reason: EndReason,
        deed: &Deed,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = self
            .query(&END_ONE)
            .bind(session_id)
            .bind(user_id)
            .bind(deed.at)
            .bind(reason.as_str())
            .optional()
            .await?;
        if row.is_some() {
            let events = deed.ends(user_id, &[session_id], reason);
            self.insert_events(&events).await?;
        }
        row.map(Session::try_from).transpose()
    }

    /// Ends the sessions of a locked user, but for one if it is named, and writes the events of that.
    pub(super) async fn end_sessions(
        &mut self,
        user_id: Uuid,
        all_but: Option<Uuid>,
        reason: EndReason,
        deed: &Deed,
    ) -> Result<EndedSessions, StoreError> {
        let kept = all_but.unwrap_or_default(); // no session has the nil id
        let oldest = self
            .find_oldest(user_id, Uuid::max(), ENDED_AT_ONCE)
            .await?;
        let newest: Vec<Uuid> = self
            .query(&END_FROM)
            .bind(user_id)
            .bind(deed.at)
            .bind(reason.as_str())
            .bind(oldest.unwrap_or_default())
            .bind(kept)
            .all_scalars()
            .await?;
        let events = deed.ends(user_id, &newest, reason);
        self.insert_events(&events).await?;
        // Without as many rows as that, there are no others.
        let others = match oldest {
            Some(_) => Some(self.end_epoch(user_id, kept, reason, deed.at).await?),
            None => None,
        };
        Ok(EndedSessions { newest, others })
    }

    /// Ends the current epoch of a user's sessions, but for the session that is kept.
    async fn end_epoch(
        &mut self,
        user_id: Uuid,
        kept: Uuid,
        reason: EndReason,
        ended_at: DateTime<Utc>,
    ) -> Result<EndedEpoch, StoreError> {
        let next: i64 = self.query(&BEGIN_EPOCH).bind(user_id).scalar().await?;
        self.query(&SPARE)
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

    /// The oldest of so many of a user's rows below an id; `None` if there are fewer.
    async fn find_oldest(
        &mut self,
        user_id: Uuid,
        below: Uuid,
        count: i64,
    ) -> Result<Option<Uuid>, StoreError> {
        self.query(&FIND_OLDEST)
            .bind(user_id)
            .bind(below)
            .bind(count - 1)
            .optional_scalar()
            .await
    }
}

impl Store {
    /// Ends a live session whose refresh token was copied, and writes a notice. `None` if something
    /// else ended it first; else where the notice went.
    pub async fn end_reused_session(
        &self,
        session: &Session,
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<Notified>, StoreError> {
        let (user_id, reason) = (session.user_id, EndReason::RefreshTokenReused);
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let ended = tx.end_session(session.id, user_id, reason, deed).await?;
        if ended.is_none() {
            return Ok(None);
        }
        let kind = SecurityEventKind::RefreshTokenReused;
        let event = deed.session_event(user_id, kind, session.id);
        tx.insert_events(&[event]).await?;
        let notified = tx.insert_notice(notice, user_id).await?;
        tx.commit(Some(notified)).await
    }

    /// Ends a live session of this user and returns it; `None` if there is no such live one.
    pub async fn end_session(
        &self,
        session_id: Uuid,
        user_id: Uuid,
        reason: EndReason,
        deed: &Deed,
    ) -> Result<Option<Session>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let session = tx.end_session(session_id, user_id, reason, deed).await?;
        tx.commit(session).await
    }

    /// Ends every live session of a user, but for one if it is named.
    pub async fn end_sessions(
        &self,
        user_id: Uuid,
        all_but: Option<Uuid>,
        reason: EndReason,
        deed: &Deed,
    ) -> Result<EndedSessions, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let ended = tx.end_sessions(user_id, all_but, reason, deed).await?;
        tx.commit(ended).await
    }

    /// Counts the sessions that have just been ended: fewer, if they are more than are counted, or if a sweep has
    /// come in between.
    pub async fn count_ended(&self, ended: &EndedSessions) -> Result<u64, StoreError> {
        let newest = ended.newest.len() as u64;
        let Some(others) = &ended.others else {
            return Ok(newest);
        };
        let others: i64 = self
            .read
            .query(&COUNT_OF_EPOCH)
            .bind(others.user_id)
            .bind(others.epoch)
            .bind(others.ended_at)
            .bind(MAX_COUNTED - ENDED_AT_ONCE)
            .scalar()
            .await?;
        Ok(newest + others.cast_unsigned())
    }

    /// Takes one step of a walk that writes the ends of epochs into the rows of their sessions, and forgets those epochs
    /// after the last. Returns whether there was one to take.
    pub async fn write_ends(&self) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let found: Option<Walk> = tx.query(&FIND_WALK).optional().await?;
        let Some(walk) = found else {
            return Ok(false);
        };
        let below = walk.below.unwrap_or(Uuid::max());
        let oldest = tx.find_oldest(walk.user_id, below, WRITTEN_AT_ONCE).await?;
        tx.query(&WRITE_ENDS)
            .bind(walk.user_id)
            .bind(below)
            .bind(oldest.unwrap_or_default())
            .execute()
            .await?;
        let next = match oldest {
            Some(oldest) => tx
                .query(&MOVE_ON)
                .bind(walk.user_id)
                .bind(walk.epoch)
                .bind(walk.through)
                .bind(oldest),
            None => tx
                .query(&FORGET_EPOCHS)
                .bind(walk.user_id)
                .bind(walk.through),
        };
        next.execute().await?;
        tx.commit(true).await
    }
}
