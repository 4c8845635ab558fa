//! A new password from a user who knows the old one.

use uuid::Uuid;

use super::reset_link::DELETE_RESET_LINK;
use crate::domain::{Deed, EndReason, SecurityEventKind};
use crate::store::account::notice::{NewNotice, Notified};
use crate::store::database::{Statement, Store, StoreError};
use crate::store::email::change::DELETE_EMAIL_CHANGE;
use crate::store::session::end::EndedSessions;

const CHANGE: Statement = Statement::new(
    "UPDATE users SET password_hash = $3, password_version = password_version + 1 \
     WHERE id = $1 AND password_version = $2",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("CHANGE", CHANGE)];

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

impl Store {
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
        for void in [DELETE_RESET_LINK, DELETE_EMAIL_CHANGE] {
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
}
