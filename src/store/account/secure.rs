//! Everything that "this was not me" undoes.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::{Deed, EndReason, HashedToken, SecurityEventKind};
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::email::change::DELETE_EMAIL_CHANGE;
use crate::store::password::hash::NO_PASSWORD;
use crate::store::password::reset_link::NewReset;
use crate::store::session::device::DELETE_DEVICES;
use crate::store::session::end::EndedSessions;

const FIND_USER: Statement = Statement::new(
    "SELECT user_id FROM security_notices WHERE token_hash = $1 AND expires_at > $2",
);

const USE: Statement = Statement::new(
    "DELETE FROM security_notices WHERE token_hash = $1 AND expires_at > $2 \
     RETURNING email, email_canonical, email_version",
);

/// Voids the notices to a newer address, which may have been mailed to whoever took the account over, and those to the
/// same one, which have nothing more to say. One to an older address stays good.
const DELETE_OVERRULED: Statement =
    Statement::new("DELETE FROM security_notices WHERE user_id = $1 AND email_version >= $2");

/// Finds somebody who registered the address in the moment that it was free, and never verified it.
const FIND_UNVERIFIED: Statement = Statement::new(
    "SELECT id FROM users \
     WHERE email_canonical = $1 AND id <> $2 AND email_verified_at IS NULL",
);

/// Leaves the address alone in the one case that somebody else has it.
const RESTORE_USER: Statement = Statement::new(
    "UPDATE users SET \
         email = CASE WHEN free THEN $2 ELSE email END, \
         email_canonical = CASE WHEN free THEN $3 ELSE email_canonical END, \
         email_verified_at = CASE WHEN free THEN $4 ELSE email_verified_at END, \
         email_version = email_version + 1, awaits_first_login = FALSE, \
         language = COALESCE($6, language), \
         password_hash = $5, password_version = password_version + 1, updated_at = $4 \
     FROM (SELECT NOT EXISTS ( \
         SELECT 1 FROM users WHERE email_canonical = $3 AND id <> $1) AS free) AS address \
     WHERE users.id = $1 RETURNING users.email_canonical",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("FIND_USER", FIND_USER),
    ("USE", USE),
    ("DELETE_OVERRULED", DELETE_OVERRULED),
    ("FIND_UNVERIFIED", FIND_UNVERIFIED),
    ("RESTORE_USER", RESTORE_USER),
];

/// An account whose owner said "this was not me".
#[derive(Clone, Debug)]
pub struct SecuredAccount {
    pub user_id: Uuid,
    /// The address to which the notice had been mailed, and the link to a new password now is.
    pub email: String,
    pub ended: EndedSessions,
    /// The unverified account that had the address, and that is deleted.
    pub replaced: Option<Uuid>,
}

/// A notice whose link was used.
struct UsedNotice {
    user_id: Uuid,
    /// The address that it went to, which the account had then.
    email: String,
    email_canonical: String,
    /// The version of the account's address at that time.
    version: i64,
}

impl Transaction {
    /// Uses up a notice's link, and locks the user whom the notice is about. `None` if the link is unknown, used or
    /// expired.
    async fn use_notice(
        &mut self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<UsedNotice>, StoreError> {
        // Waits for what others are just writing about the account, and makes later ones wait.
        let Some(user_id) = self.lock_user_of_token(&FIND_USER, token, now).await? else {
            return Ok(None);
        };
        let used: Option<(String, String, i64)> = self
            .query(&USE)
            .bind(token.0.as_slice())
            .bind(now)
            .optional()
            .await?;
        Ok(used.map(|(email, email_canonical, version)| UsedNotice {
            user_id,
            email,
            email_canonical,
            version,
        }))
    }

    /// Voids the notices that the used one overrules.
    async fn delete_overruled(&mut self, used: &UsedNotice) -> Result<(), StoreError> {
        self.query(&DELETE_OVERRULED)
            .bind(used.user_id)
            .bind(used.version)
            .execute()
            .await?;
        Ok(())
    }

    /// Deletes another account that has the address of the notice and has not verified it, and returns its id.
    async fn delete_squatter(
        &mut self,
        used: &UsedNotice,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        let squatter: Option<Uuid> = self
            .query(&FIND_UNVERIFIED)
            .bind(used.email_canonical.as_str())
            .bind(used.user_id)
            .optional_scalar()
            .await?;
        if let Some(squatter) = squatter {
            self.delete_user(squatter, now).await?;
        }
        Ok(squatter)
    }

    /// Voids the password, and brings the account back to the address of the notice. Returns the canonical form of the
    /// address that the account has now.
    async fn restore_user(
        &mut self,
        used: &UsedNotice,
        language: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<String, StoreError> {
        self.query(&RESTORE_USER)
            .bind(used.user_id)
            .bind(used.email.as_str())
            .bind(used.email_canonical.as_str())
            .bind(now)
            .bind(NO_PASSWORD)
            .bind(language)
            .scalar()
            .await
    }
}

impl Store {
    /// Uses up a notice's link: ends every session, voids the password, brings the address back to the
    /// one that the notice went to, forgets the devices, and mails a link to choose a new password. The passwords that
    /// the account had may not be set again until the given moment: somebody else may know them.
    /// `None`, and nothing changed, if the link is unknown, used or expired. Mail to the owner is in their language from
    /// now on, if they name one: a thief may have logged in with another.
    pub async fn secure_account(
        &self,
        token: &HashedToken,
        deed: &Deed,
        reset: &NewReset,
        refuse_passwords_until: DateTime<Utc>,
        language: Option<&str>,
    ) -> Result<Option<SecuredAccount>, StoreError> {
        let mut tx = self.begin().await?;
        let Some(used) = tx.use_notice(token, deed.at).await? else {
            return Ok(None);
        };
        let user_id = used.user_id;
        tx.delete_overruled(&used).await?;
        let replaced = tx.delete_squatter(&used, deed.at).await?;
        tx.keep_password(deed.id, user_id, refuse_passwords_until)
            .await?;
        tx.compromise_passwords(user_id, refuse_passwords_until)
            .await?;
        let current = tx.restore_user(&used, language, deed.at).await?;
        let event = deed.event(user_id, SecurityEventKind::AccountSecured);
        tx.insert_events(&[event]).await?;
        let ended = tx
            .end_sessions(user_id, None, EndReason::AccountSecured, deed)
            .await?;
        for forget in [DELETE_EMAIL_CHANGE, DELETE_DEVICES] {
            tx.query(&forget).bind(user_id).execute().await?;
        }
        tx.insert_reset(reset, user_id, &current).await?;
        tx.insert_message(&reset.message, Some(user_id), &used.email)
            .await?;
        tx.commit(Some(SecuredAccount {
            user_id,
            email: used.email,
            ended,
            replaced,
        }))
        .await
    }
}
