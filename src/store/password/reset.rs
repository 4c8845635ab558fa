//! Resets of a password by a mailed link.

use chrono::{DateTime, Utc};
use constcat::concat;

use crate::domain::{
    AuditContext, EndReason, HashedToken, SecurityEvent, SecurityEventKind, User, UserId,
};
use crate::store::account::notice::NewNotice;
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::account::user::LinkError;
use crate::store::database::{Committed, Statement, Store, Transaction};
use crate::store::email::change::DELETE_EMAIL_CHANGE;
use crate::store::session::device::DELETE_UNVERIFIED_DEVICES;

const USE_RESET: Statement = Statement::new(
    "DELETE FROM password_resets \
     WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3 RETURNING email",
);

/// Also verifies the address, because the user received the link there.
const RESET: Statement = Statement::new(concat!(
    "UPDATE users SET password_hash = $3, password_version = password_version + 1, \
         email_verified_at = COALESCE(email_verified_at, $4), updated_at = $4 \
     WHERE id = $1 AND email_canonical = $2 RETURNING ",
    USER_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("USE_RESET", USE_RESET), ("RESET", RESET)];

impl Transaction {
    /// Uses up a link, and returns its address.
    async fn use_reset(
        &mut self,
        user_id: UserId,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<String, LinkError> {
        let used = self
            .query(&USE_RESET)
            .bind(user_id)
            .bind(token.as_bytes())
            .bind(now);
        used.optional_scalar().await?.ok_or(LinkError::Invalid)
    }
}

impl Store {
    /// Uses up a link: sets the password, marks the address as verified, ends every session, voids a pending change of
    /// address, and writes a notice. Returns the updated user.
    pub async fn reset_password(
        &self,
        before: &User,
        token: &HashedToken,
        password_hash: &str,
        audit: &AuditContext,
        notice: &NewNotice,
    ) -> Result<Committed<User>, LinkError> {
        let (user_id, reason) = (before.id, EndReason::PasswordReset);
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let email = tx.use_reset(user_id, token, audit.at).await?;
        for statement in [DELETE_UNVERIFIED_DEVICES, DELETE_EMAIL_CHANGE] {
            tx.query(&statement).bind(user_id).execute().await?;
        }
        tx.keep_password(audit.id, user_id, notice.link.expires_at)
            .await?;
        let row: Option<UserRow> = tx
            .query(&RESET)
            .bind(user_id)
            .bind(email)
            .bind(password_hash)
            .bind(audit.at)
            .optional()
            .await?;
        let user = User::from(row.ok_or(LinkError::Invalid)?);
        tx.insert_events(reset_events(audit, before, &user)).await?;
        tx.end_sessions(user_id, None, reason, audit).await?;
        tx.insert_notice(notice, user_id).await?;
        Ok(tx.commit(user).await?)
    }
}

/// Returns the event of the reset, and the event of the verification if the reset verified the address.
fn reset_events(audit: &AuditContext, before: &User, after: &User) -> Vec<SecurityEvent> {
    let mut events = vec![audit.event(after.id, SecurityEventKind::PasswordReset)];
    if before.email_verified_at.is_none() && after.email_verified_at == Some(audit.at) {
        events.push(audit.event_before(after.id, SecurityEventKind::EmailVerified));
    }
    events
}
