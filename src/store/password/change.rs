//! Changes of a password by a user who has confirmed them.

use super::reset_link::DELETE_RESET_LINK;
use crate::domain::{AuditContext, Confirmation, EndReason, SecurityEventKind, SessionId, UserId};
use crate::store::account::notice::NewNotice;
use crate::store::account::user::ConfirmationError;
use crate::store::database::{Committed, Statement, Store};
use crate::store::email::change::DELETE_EMAIL_CHANGE;
use crate::store::session::end::EndedSessions;

const CHANGE: Statement = Statement::new(
    "UPDATE users SET password_hash = $2, password_version = password_version + 1 WHERE id = $1",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("CHANGE", CHANGE)];

/// A change of a password by a user who has confirmed it.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    pub user_id: UserId,
    pub confirmation: Confirmation,
    pub password_hash: String,
    /// The session that stays while all others end; with `None`, no session ends.
    pub end_all_but: Option<SessionId>,
    pub notice: NewNotice,
    pub audit: AuditContext,
}

impl Store {
    /// Sets a password if the confirmation still holds, voids the links that would reset it or change
    /// the address, ends the user's other sessions if requested, and writes a notice. Returns the sessions that ended.
    pub async fn change_password(
        &self,
        change: &PasswordChange,
    ) -> Result<Committed<EndedSessions>, ConfirmationError> {
        let (user_id, audit, notice) = (change.user_id, &change.audit, &change.notice);
        let mut tx = self.begin().await?;
        tx.lock_confirmed(user_id, &change.confirmation, audit.at)
            .await?;
        tx.keep_password(audit.id, user_id, notice.link.expires_at)
            .await?;
        tx.query(&CHANGE)
            .bind(user_id)
            .bind(change.password_hash.as_str())
            .execute()
            .await?;
        // A pending change of address may have been requested by a thief who had the old password.
        for statement in [DELETE_RESET_LINK, DELETE_EMAIL_CHANGE] {
            tx.query(&statement).bind(user_id).execute().await?;
        }
        let event = audit.event(user_id, SecurityEventKind::PasswordChanged);
        tx.insert_events(vec![event]).await?;
        let ended = match change.end_all_but {
            kept @ Some(_) => {
                let reason = EndReason::PasswordChanged;
                tx.end_sessions(user_id, kept, reason, audit).await?
            }
            None => EndedSessions::default(),
        };
        tx.insert_notice(notice, user_id).await?;
        Ok(tx.commit(ended).await?)
    }
}
