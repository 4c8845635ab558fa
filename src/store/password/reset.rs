//! A new password from somebody who follows a mailed link.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use crate::domain::{Deed, EndReason, HashedToken, SecurityEvent, SecurityEventKind, User};
use crate::store::account::notice::{NewNotice, Notified};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::email::change::DELETE_EMAIL_CHANGE;
use crate::store::session::device::DELETE_UNVERIFIED_DEVICES;
use crate::store::session::end::EndedSessions;

const USE_RESET: Statement = Statement::new(
    "DELETE FROM password_resets \
     WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3 RETURNING email",
);

/// Verifies the address, too: somebody who follows the link reads mail at it.
const RESET: Statement = Statement::new(concat!(
    "UPDATE users SET password_hash = $3, password_version = password_version + 1, \
         email_verified_at = COALESCE(email_verified_at, $4), updated_at = $4 \
     WHERE id = $1 AND email_canonical = $2 RETURNING ",
    USER_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("USE_RESET", USE_RESET), ("RESET", RESET)];

/// The outcome of a reset.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    pub user: User,
    /// The events of it, beside the ends of sessions.
    pub events: Vec<SecurityEvent>,
    pub ended: EndedSessions,
    pub notified: Notified,
}

impl Transaction {
    /// Uses up a link. Returns the address that it was for; `None` if it is unknown, used or expired.
    async fn use_reset(
        &mut self,
        user_id: Uuid,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, StoreError> {
        self.query(&USE_RESET)
            .bind(user_id)
            .bind(token.0.as_slice())
            .bind(now)
            .optional_scalar()
            .await
    }
}

impl Store {
    /// Uses up a link: sets the password, takes the address as verified, ends every session, voids a
    /// change of address that was asked for, and writes a notice. `None`, and nothing changed, as in
    /// [`Store::find_password_reset`].
    pub async fn reset_password(
        &self,
        before: &User,
        token: &HashedToken,
        password_hash: &str,
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<PasswordReset>, StoreError> {
        let (user_id, reason) = (before.id, EndReason::PasswordReset);
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let Some(email) = tx.use_reset(user_id, token, deed.at).await? else {
            return Ok(None);
        };
        for forget in [DELETE_UNVERIFIED_DEVICES, DELETE_EMAIL_CHANGE] {
            tx.query(&forget).bind(user_id).execute().await?;
        }
        tx.keep_password(deed.id, user_id, notice.expires_at)
            .await?;
        let row: Option<UserRow> = tx
            .query(&RESET)
            .bind(user_id)
            .bind(email)
            .bind(password_hash)
            .bind(deed.at)
            .optional()
            .await?;
        let Some(row) = row else { return Ok(None) };
        let user = User::from(row);
        let events = reset_events(deed, before, &user);
        tx.insert_events(&events).await?;
        let ended = tx.end_sessions(user_id, None, reason, deed).await?;
        let notified = tx.insert_notice(notice, user_id).await?;
        tx.commit(Some(PasswordReset {
            user,
            events,
            ended,
            notified,
        }))
        .await
    }
}

/// Returns the event of the reset, and that of the address if the reset verified it.
fn reset_events(deed: &Deed, before: &User, after: &User) -> Vec<SecurityEvent> {
    let mut events = vec![deed.event(after.id, SecurityEventKind::PasswordReset)];
    if before.email_verified_at.is_none() && after.email_verified_at == Some(deed.at) {
        events.push(deed.event_before(after.id, SecurityEventKind::EmailVerified));
    }
    events
}
