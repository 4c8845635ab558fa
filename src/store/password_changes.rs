//! New passwords: from whoever knows the old one, and from whoever follows a mailed link.

use uuid::Uuid;

use super::pool::{Store, on, statements, transaction};
use super::security_events::insert_events;
use super::security_notices::{NewNotice, Notified, insert_notice};
use super::session_ends::{EndedSessions, end_sessions};
use super::users::{UserRow, lock_user, user_columns};
use super::{StoreError, email_changes, former_passwords, known_devices, password_resets};
use crate::domain::{Deed, EndReason, HashedToken, SecurityEvent, SecurityEventKind, User};

statements! {
    /// Leaves the version alone: the password stays what it was.
    UPGRADE_HASH = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_version = $2";
    CHANGE =
        "UPDATE users SET password_hash = $3, password_version = password_version + 1 \
         WHERE id = $1 AND password_version = $2";
    USE_RESET =
        "DELETE FROM password_resets \
         WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3 RETURNING email";
    /// Whoever follows the link reads mail at that address: it is proved, too.
    RESET = concat!(
        "UPDATE users SET password_hash = $3, password_version = password_version + 1, \
             email_verified_at = COALESCE(email_verified_at, $4), updated_at = $4 \
         WHERE id = $1 AND email_canonical = $2 RETURNING ", user_columns!(),
    );
}

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

/// What a reset did.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    pub user: User,
    /// What happened, beside the ends of sessions.
    pub events: Vec<SecurityEvent>,
    pub ended: EndedSessions,
    pub notified: Notified,
}

impl Store {
    /// Replaces the hash of an unchanged password, unless the password was changed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upgrade_password_hash(
        &self,
        user_id: Uuid,
        password_version: i64,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        on!(&self.write, |db| {
            sqlx::query(UPGRADE_HASH)
                .bind(user_id)
                .bind(password_version)
                .bind(password_hash)
                .execute(db)
                .await
                .map(|_| ())
        })?;
        Ok(())
    }

    /// Sets a password if it still is the version that the caller checked, voids the links that would
    /// reset it or change the address, ends the user's other sessions if asked to, and writes a notice.
    /// Answers which sessions ended and where the notice went; `None` if the password had changed
    /// meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_password(
        &self,
        change: &PasswordChange,
    ) -> Result<Option<(EndedSessions, Notified)>, StoreError> {
        let (user_id, deed) = (change.user_id, &change.deed);
        transaction!(&self.write, |tx| {
            sqlx::query(former_passwords::KEEP)
                .bind(deed.id)
                .bind(user_id)
                .bind(change.notice.expires_at)
                .execute(&mut *tx)
                .await?;
            let changed = sqlx::query(CHANGE)
                .bind(user_id)
                .bind(change.password_version)
                .bind(&change.password_hash)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if changed == 0 {
                return Ok(None);
            }
            // Nor may a change of address go on that somebody with the old password asked for.
            for void in [
                password_resets::DELETE_OF_USER,
                email_changes::DELETE_OF_USER,
            ] {
                sqlx::query(void).bind(user_id).execute(&mut *tx).await?;
            }
            let event = deed.event(user_id, SecurityEventKind::PasswordChanged);
            insert_events!(tx, &[event]);
            let ended = match change.end_all_but {
                kept @ Some(_) => {
                    end_sessions!(tx, user_id, kept, EndReason::PasswordChanged, deed)
                }
                None => EndedSessions::default(),
            };
            Some((ended, insert_notice!(self, tx, &change.notice, user_id)))
        })
    }

    /// Uses up a link: sets the password, takes the address as proved, ends every session, voids a
    /// change of address that was asked for, and writes a notice. `None`, and nothing changed, as in
    /// [`Store::find_password_reset`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset_password(
        &self,
        before: &User,
        token: &HashedToken,
        password_hash: &str,
        deed: &Deed,
        notice: &NewNotice,
    ) -> Result<Option<PasswordReset>, StoreError> {
        let user_id = before.id;
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            let email: Option<String> = sqlx::query_scalar(USE_RESET)
                .bind(user_id)
                .bind(token.0.as_slice())
                .bind(deed.at)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(email) = email else {
                return Ok(None);
            };
            for forget in [
                known_devices::DELETE_OF_UNPROVED,
                email_changes::DELETE_OF_USER,
            ] {
                sqlx::query(forget).bind(user_id).execute(&mut *tx).await?;
            }
            sqlx::query(former_passwords::KEEP)
                .bind(deed.id)
                .bind(user_id)
                .bind(notice.expires_at)
                .execute(&mut *tx)
                .await?;
            let row: Option<UserRow> = sqlx::query_as(RESET)
                .bind(user_id)
                .bind(email)
                .bind(password_hash)
                .bind(deed.at)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else { return Ok(None) };
            let user = User::from(row);
            let events = reset_events(deed, before, &user);
            insert_events!(tx, &events);
            let ended = end_sessions!(tx, user_id, None, EndReason::PasswordReset, deed);
            let notified = insert_notice!(self, tx, notice, user_id);
            Some(PasswordReset {
                user,
                events,
                ended,
                notified,
            })
        })
    }
}

/// The reset, and the proof of the address if that is what proved it.
fn reset_events(deed: &Deed, before: &User, after: &User) -> Vec<SecurityEvent> {
    let mut events = vec![deed.event(after.id, SecurityEventKind::PasswordReset)];
    if before.email_verified_at.is_none() && after.email_verified_at == Some(deed.at) {
        events.push(deed.event_before(after.id, SecurityEventKind::EmailVerified));
    }
    events
}
