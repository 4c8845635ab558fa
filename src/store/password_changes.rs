//! New passwords: from whoever knows the old one, and from whoever follows a mailed link.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::database::{Statement, Transaction};
use super::open::Store;
use super::security_notices::{NewNotice, Notified};
use super::session_ends::EndedSessions;
use super::users::{USER_COLUMNS, UserRow};
use super::{StoreError, email_changes, known_devices, password_resets};
use crate::domain::{Deed, EndReason, HashedToken, SecurityEvent, SecurityEventKind, User};

/// Leaves the version alone: the password stays what it was.
const UPGRADE_HASH: Statement =
    Statement::new("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_version = $2");

const CHANGE: Statement = Statement::new(
    "UPDATE users SET password_hash = $3, password_version = password_version + 1 \
     WHERE id = $1 AND password_version = $2",
);

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
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("UPGRADE_HASH", UPGRADE_HASH),
    ("CHANGE", CHANGE),
    ("USE_RESET", USE_RESET),
    ("RESET", RESET),
];

/// A new password for a user who knows the old one.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    pub user_id: Uuid,
    /// The version that the old password was checked against.
    pub password_version: i64,
    pub password_hash: String,
    /// The session to leave alone while all others end; `None` leaves all alone.
    pub end_all_but: Option<Uuid>,
    pub notice: NewNotice,
    pub deed: Deed,
}

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
    /// Replaces the hash of an unchanged password, unless the password was changed meanwhile.
    pub async fn upgrade_password_hash(
        &self,
        user_id: Uuid,
        password_version: i64,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        self.write
            .query(&UPGRADE_HASH)
            .bind(user_id)
            .bind(password_version)
            .bind(password_hash)
            .execute()
            .await?;
        Ok(())
    }

    /// Sets a password if it still is the version that the caller checked, voids the links that would
    /// reset it or change the address, ends the user's other sessions if asked to, and writes a notice.
    /// Returns which sessions ended and where the notice went; `None` if the password had changed
    /// meanwhile.
    pub async fn change_password(
        &self,
        change: &PasswordChange,
    ) -> Result<Option<(EndedSessions, Notified)>, StoreError> {
        let (user_id, deed, notice) = (change.user_id, &change.deed, &change.notice);
        let mut tx = self.begin().await?;
        tx.keep_password(deed.id, user_id, notice.expires_at)
            .await?;
        let changed = tx
            .query(&CHANGE)
            .bind(user_id)
            .bind(change.password_version)
            .bind(change.password_hash.as_str())
            .execute()
            .await?;
        if changed == 0 {
            return Ok(None);
        }
        // Nor may a change of address go on that somebody with the old password asked for.
        for void in [
            password_resets::DELETE_OF_USER,
            email_changes::DELETE_OF_USER,
        ] {
            tx.query(&void).bind(user_id).execute().await?;
        }
        let event = deed.event(user_id, SecurityEventKind::PasswordChanged);
        tx.insert_events(&[event]).await?;
        let ended = match change.end_all_but {
            kept @ Some(_) => {
                let reason = EndReason::PasswordChanged;
                tx.end_sessions(user_id, kept, reason, deed).await?
            }
            None => EndedSessions::default(),
        };
        let notified = tx.insert_notice(notice, user_id).await?;
        tx.commit(Some((ended, notified))).await
    }

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
        for forget in [
            known_devices::DELETE_OF_UNVERIFIED,
            email_changes::DELETE_OF_USER,
        ] {
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
