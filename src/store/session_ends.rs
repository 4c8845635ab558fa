//! The ends of sessions. However many a user has, ending them all touches a bounded number of rows, and takes effect at
//! once: the newest rows say so themselves, and all others by their epoch (see the migration `session_epochs`).

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, statements, transaction};
use super::security_events::insert_events;
use super::security_notices::{NewNotice, Notified, insert_notice};
use super::session_rows::{SessionRow, end_of_epoch, is_live, session_columns};
use super::users::lock_user;
use crate::domain::{Deed, EndReason, SecurityEventKind, Session};

/// How many of a user's rows, the newest, are looked at in the transaction that ends the user's sessions.
pub(super) const ENDED_AT_ONCE: i64 = 500;

/// How many sessions that ended at once are counted for the answer.
const MAX_COUNTED: i64 = 10_000;

/// How many rows one step of [`Store::write_ends`] looks at: like [`super::PURGE_BATCH`].
const WRITTEN_AT_ONCE: i64 = 200;

/// The first ended epoch of a user, which holds how far a walk over the user's rows has come. On PostgreSQL, of a user
/// whom nobody else holds, and who is locked before anything of theirs, as everywhere.
macro_rules! find_walk {
    ($lock:literal) => {
        concat!(
            "SELECT ended_epochs.user_id, ended_epochs.epoch, ended_epochs.below, \
                 COALESCE(ended_epochs.through, (SELECT MAX(latest.epoch) FROM ended_epochs AS latest \
                     WHERE latest.user_id = ended_epochs.user_id)) AS through \
             FROM ended_epochs JOIN users ON users.id = ended_epochs.user_id \
             ORDER BY ended_epochs.user_id, ended_epochs.epoch LIMIT 1",
            $lock,
        )
    };
}

pub(super) const FIND_WALK_ON_POSTGRES: &str =
    find_walk!(" FOR NO KEY UPDATE OF users SKIP LOCKED");

statements! {
    END_ONE = concat!(
        "UPDATE sessions SET ended_at = $3, end_reason = $4 \
         WHERE id = $1 AND user_id = $2 AND ", is_live!("$3"), " RETURNING ", session_columns!(),
    );
    /// The oldest of so many rows below an id; none if there are fewer.
    FIND_OLDEST =
        "SELECT id FROM sessions WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3";
    END_FROM = concat!(
        "UPDATE sessions SET ended_at = $2, end_reason = $3 \
         WHERE user_id = $1 AND id >= $4 AND id <> $5 AND ", is_live!("$2"), " RETURNING id",
    );
    BEGIN_EPOCH =
        "UPDATE users SET session_epoch = session_epoch + 1 WHERE id = $1 RETURNING session_epoch";
    SPARE = concat!("UPDATE sessions SET epoch = $2 WHERE id = $1 AND ", is_live!("$3"));
    END_EPOCH =
        "INSERT INTO ended_epochs (user_id, epoch, ended_at, end_reason) VALUES ($1, $2, $3, $4)";
    COUNT_OF_EPOCH =
        "SELECT COUNT(*) AS count FROM (SELECT id FROM sessions \
             WHERE user_id = $1 AND epoch = $2 AND ended_at IS NULL AND expires_at > $3 \
             LIMIT $4) AS found";
    FIND_WALK = find_walk!("");
    /// Each row gets the end of its own epoch.
    WRITE_ENDS = concat!(
        "UPDATE sessions SET ended_at = ", end_of_epoch!("ended_at"),
        ", end_reason = ", end_of_epoch!("end_reason"),
        " WHERE user_id = $1 AND id < $2 AND id >= $3 AND ended_at IS NULL \
             AND ", end_of_epoch!("ended_at"), " IS NOT NULL",
    );
    MOVE_ON =
        "UPDATE ended_epochs SET through = $3, below = $4 WHERE user_id = $1 AND epoch = $2";
    FORGET_EPOCHS = "DELETE FROM ended_epochs WHERE user_id = $1 AND epoch <= $2";
}

/// The sessions of a user that something ended.
#[derive(Clone, Debug, Default)]
pub struct EndedSessions {
    /// The newest. Each has an event of its own.
    pub newest: Vec<Uuid>,
    /// The epoch of the others, if there may be any.
    others: Option<EndedEpoch>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct EndedEpoch {
    pub user_id: Uuid,
    pub epoch: i64,
    pub ended_at: DateTime<Utc>,
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

impl EndedSessions {
    pub(super) fn new(newest: Vec<Uuid>, others: Option<EndedEpoch>) -> Self {
        Self { newest, others }
    }
}

/// Ends the sessions of a user, but for one if it is named, inside the caller's transaction, which has locked the
/// user; and writes the events of that.
macro_rules! end_sessions {
    ($tx:ident, $user_id:expr, $all_but:expr, $reason:expr, $deed:expr) => {{
        use $crate::store::session_ends as ends;
        let (user_id, kept): (uuid::Uuid, Option<uuid::Uuid>) = ($user_id, $all_but);
        let kept = kept.unwrap_or_default(); // no session has the nil id
        let deed: &$crate::domain::Deed = $deed;
        let reason: $crate::domain::EndReason = $reason;
        let oldest: Option<uuid::Uuid> = sqlx::query_scalar(ends::FIND_OLDEST)
            .bind(user_id)
            .bind(uuid::Uuid::max())
            .bind(ends::ENDED_AT_ONCE - 1)
            .fetch_optional(&mut *$tx)
            .await?;
        let newest: Vec<uuid::Uuid> = sqlx::query_scalar(ends::END_FROM)
            .bind(user_id)
            .bind(deed.at)
            .bind(reason.word())
            .bind(oldest.unwrap_or_default())
            .bind(kept)
            .fetch_all(&mut *$tx)
            .await?;
        $crate::store::security_events::insert_events!($tx, &deed.ends(user_id, &newest, reason));
        // Without as many rows as that, there are no others.
        let others = match oldest {
            Some(_) => {
                let next: i64 = sqlx::query_scalar(ends::BEGIN_EPOCH)
                    .bind(user_id)
                    .fetch_one(&mut *$tx)
                    .await?;
                sqlx::query(ends::SPARE)
                    .bind(kept)
                    .bind(next)
                    .bind(deed.at)
                    .execute(&mut *$tx)
                    .await?;
                let (epoch, ended_at) = (next - 1, deed.at);
                sqlx::query(ends::END_EPOCH)
                    .bind(user_id)
                    .bind(epoch)
                    .bind(ended_at)
                    .bind(reason.word())
                    .execute(&mut *$tx)
                    .await?;
                Some(ends::EndedEpoch {
                    user_id,
                    epoch,
                    ended_at,
                })
            }
            None => None,
        };
        ends::EndedSessions::new(newest, others)
    }};
}
pub(super) use end_sessions;

/// Ends a live session inside the caller's transaction, and writes the event of that.
macro_rules! end_one {
    ($tx:ident, $session_id:expr, $user_id:expr, $reason:expr, $deed:expr) => {{
        let deed: &Deed = $deed;
        let row: Option<SessionRow> = sqlx::query_as(END_ONE)
            .bind($session_id)
            .bind($user_id)
            .bind(deed.at)
            .bind($reason.word())
            .fetch_optional(&mut *$tx)
            .await?;
        if row.is_some() {
            insert_events!($tx, &deed.ends($user_id, &[$session_id], $reason));
        }
        row
    }};
}

impl Store {
    /// Ends a live session whose refresh token was copied, and writes a notice. `None` if something
    /// else ended it first; else where the notice went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_reused_session(
        &self,
        session: &Session,
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<Notified>, StoreError> {
        let reason = EndReason::RefreshTokenReused;
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, session.user_id);
            if end_one!(tx, session.id, session.user_id, reason, deed).is_none() {
                return Ok(None);
            }
            let kind = SecurityEventKind::RefreshTokenReused;
            let event = deed.session_event(session.user_id, kind, session.id);
            insert_events!(tx, &[event]);
            Some(insert_notice!(self, tx, notice, session.user_id))
        })
    }

    /// Ends a live session of this user and answers it; `None` if there is no such live one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(
        &self,
        session_id: Uuid,
        user_id: Uuid,
        reason: EndReason,
        deed: &Deed,
    ) -> Result<Option<Session>, StoreError> {
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            let row = end_one!(tx, session_id, user_id, reason, deed);
            row.map(Session::try_from).transpose()?
        })
    }

    /// Ends every live session of a user, but for one if it is named.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions(
        &self,
        user_id: Uuid,
        all_but: Option<Uuid>,
        reason: EndReason,
        deed: &Deed,
    ) -> Result<EndedSessions, StoreError> {
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            end_sessions!(tx, user_id, all_but, reason, deed)
        })
    }

    /// How many sessions those are that have just been ended: fewer, if they are more than are counted, or if a sweep has
    /// come in between.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_ended(&self, ended: &EndedSessions) -> Result<u64, StoreError> {
        let newest = ended.newest.len() as u64;
        let Some(others) = &ended.others else {
            return Ok(newest);
        };
        let others: i64 = on!(&self.read, |db| {
            sqlx::query_scalar(COUNT_OF_EPOCH)
                .bind(others.user_id)
                .bind(others.epoch)
                .bind(others.ended_at)
                .bind(MAX_COUNTED - ENDED_AT_ONCE)
                .fetch_one(db)
                .await
        })?;
        Ok(newest + others.cast_unsigned())
    }

    /// Takes one step of a walk that writes the ends of epochs into the rows of their sessions, and forgets those epochs
    /// after the last. Answers whether there was one to take.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write_ends(&self) -> Result<bool, StoreError> {
        let find = self.engines(FIND_WALK, FIND_WALK_ON_POSTGRES);
        transaction!(&self.write, |tx| {
            let found: Option<Walk> = sqlx::query_as(find).fetch_optional(&mut *tx).await?;
            let Some(walk) = found else {
                return Ok(false);
            };
            let below = walk.below.unwrap_or(Uuid::max());
            let oldest: Option<Uuid> = sqlx::query_scalar(FIND_OLDEST)
                .bind(walk.user_id)
                .bind(below)
                .bind(WRITTEN_AT_ONCE - 1)
                .fetch_optional(&mut *tx)
                .await?;
            sqlx::query(WRITE_ENDS)
                .bind(walk.user_id)
                .bind(below)
                .bind(oldest.unwrap_or_default())
                .execute(&mut *tx)
                .await?;
            let next = match oldest {
                Some(oldest) => sqlx::query(MOVE_ON)
                    .bind(walk.user_id)
                    .bind(walk.epoch)
                    .bind(walk.through)
                    .bind(oldest),
                None => sqlx::query(FORGET_EPOCHS)
                    .bind(walk.user_id)
                    .bind(walk.through),
            };
            next.execute(&mut *tx).await?;
            true
        })
    }
}
