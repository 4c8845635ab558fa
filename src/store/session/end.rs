//! Ends of sessions. Ending all sessions of a user takes effect at once and changes a bounded number of rows, no matter
//! how many there are: the end is written to the newest rows, and to the epoch of all others (see [`super::epochs`]).

use constcat::concat;

use super::epochs::EndedEpoch;
use super::row::{IS_LIVE_AT, SESSION_COLUMNS, SessionRow};
use crate::domain::{AuditContext, EndReason, SecurityEventKind, Session, SessionId, UserId};
use crate::store::account::notice::NewNotice;
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};

/// The number of a user's newest rows to which the transaction itself writes the end.
const ENDED_AT_ONCE: i64 = 500;

/// The maximum number of ended sessions that are counted for the response.
const MAX_COUNTED: i64 = 10_000;

const END_ONE: Statement = Statement::new(concat!(
    "UPDATE sessions SET ended_at = $3, end_reason = $4 \
     WHERE id = $1 AND user_id = $2 AND ",
    IS_LIVE_AT,
    "$3 RETURNING ",
    SESSION_COLUMNS,
));

const END_FROM: Statement = Statement::new(concat!(
    "UPDATE sessions SET ended_at = $2, end_reason = $3 \
     WHERE user_id = $1 AND id >= $4 AND id <> $5 AND ",
    IS_LIVE_AT,
    "$2 RETURNING id",
));

const COUNT_OF_EPOCH: Statement = Statement::new(
    "SELECT COUNT(*) AS count FROM (SELECT id FROM sessions \
         WHERE user_id = $1 AND epoch = $2 AND ended_at IS NULL AND expires_at > $3 \
         LIMIT $4) AS counted",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("END_ONE", END_ONE),
    ("END_FROM", END_FROM),
    ("COUNT_OF_EPOCH", COUNT_OF_EPOCH),
];

/// The sessions that one operation ended.
#[derive(Clone, Debug, Default)]
pub struct EndedSessions {
    /// The newest sessions. Each has its own event.
    pub newest: Vec<SessionId>,
    /// The epoch of all other sessions, if there may be any.
    others: Option<EndedEpoch>,
}

impl Transaction {
    /// Ends a live session of this user, writes the event, and returns the session; `None` if the user has no such live
    /// session.
    async fn end_session(
        &mut self,
        session_id: SessionId,
        user_id: UserId,
        reason: EndReason,
        audit: &AuditContext,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = self
            .query(&END_ONE)
            .bind(session_id)
            .bind(user_id)
            .bind(audit.at)
            .bind(reason.as_str())
            .optional()
            .await?;
        if row.is_some() {
            let events = audit.session_end_events(user_id, &[session_id], reason);
            self.insert_events(events).await?;
        }
        row.map(Session::try_from).transpose()
    }

    /// Ends the sessions of a locked user, except the one in `all_but`, and writes the events.
    pub async fn end_sessions(
        &mut self,
        user_id: UserId,
        all_but: Option<SessionId>,
        reason: EndReason,
        audit: &AuditContext,
    ) -> Result<EndedSessions, StoreError> {
        let kept = all_but.unwrap_or(SessionId::NIL);
        let oldest = self
            .find_oldest(user_id, SessionId::MAX, ENDED_AT_ONCE)
            .await?;
        let newest: Vec<SessionId> = self
            .query(&END_FROM)
            .bind(user_id)
            .bind(audit.at)
            .bind(reason.as_str())
            .bind(oldest.unwrap_or(SessionId::NIL))
            .bind(kept)
            .all_scalars()
            .await?;
        let events = audit.session_end_events(user_id, &newest, reason);
        self.insert_events(events).await?;
        // If there are fewer rows than that, there are no others.
        let others = match oldest {
            Some(_) => Some(self.end_epoch(user_id, kept, reason, audit.at).await?),
            None => None,
        };
        Ok(EndedSessions { newest, others })
    }
}

impl Store {
    /// Ends a live session whose refresh token was copied, and writes a notice. Returns `false` if the session had
    /// already ended.
    pub async fn end_reused_session(
        &self,
        session: &Session,
        audit: &AuditContext,
        notice: &NewNotice,
    ) -> Result<Committed<bool>, StoreError> {
        let (user_id, reason) = (session.user_id, EndReason::RefreshTokenReused);
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let ended = tx.end_session(session.id, user_id, reason, audit).await?;
        if ended.is_none() {
            return Ok(Committed::unwritten(false));
        }
        let kind = SecurityEventKind::RefreshTokenReused;
        let event = audit.session_event(user_id, kind, session.id);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(notice, user_id).await?;
        tx.commit(true).await
    }

    /// Ends a live session of this user and returns it; `None` if the user has no such live session.
    pub async fn end_session(
        &self,
        session_id: SessionId,
        user_id: UserId,
        reason: EndReason,
        audit: &AuditContext,
    ) -> Result<Committed<Option<Session>>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let session = tx.end_session(session_id, user_id, reason, audit).await?;
        tx.commit(session).await
    }

    /// Ends every live session of a user, except the one in `all_but`.
    pub async fn end_sessions(
        &self,
        user_id: UserId,
        all_but: Option<SessionId>,
        reason: EndReason,
        audit: &AuditContext,
    ) -> Result<Committed<EndedSessions>, StoreError> {
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let ended = tx.end_sessions(user_id, all_but, reason, audit).await?;
        tx.commit(ended).await
    }

    /// Counts the sessions that have just ended. Returns too small a number beyond the maximum, or if a purge came in
    /// between.
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
}
