//! The response to "this was not me": everything that it undoes.

use chrono::{DateTime, Utc};

use super::user::LinkError;
use crate::domain::{AuditContext, EndReason, HashedToken, SecurityEventKind, UserId};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::email::change::DELETE_EMAIL_CHANGE;
use crate::store::outbox::NewLink;
use crate::store::password::hash::NO_PASSWORD;
use crate::store::session::device::DELETE_DEVICES;
use crate::store::session::end::EndedSessions;

const FIND_USER: Statement = Statement::new(
    "SELECT user_id FROM security_notices WHERE token_hash = $1 AND expires_at > $2",
);

const USE: Statement = Statement::new(
    "DELETE FROM security_notices WHERE token_hash = $1 AND expires_at > $2 \
     RETURNING email, email_canonical, email_version, created_at",
);

/// Voids the notices to the same address and to newer ones: the newer ones may have been mailed to the thief. A notice
/// to an older address stays valid.
const DELETE_OVERRULED: Statement = Statement::new(
    "DELETE FROM security_notices WHERE user_id = $1 AND email_version >= $2 RETURNING created_at",
);

/// Finds an account that registered the address while it was free, and never verified it.
const FIND_UNVERIFIED: Statement = Statement::new(
    "SELECT id FROM users \
     WHERE email_canonical = $1 AND id <> $2 AND email_verified_at IS NULL",
);

/// Restores the address unless another account has it.
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
    /// The address that the notice went to. The link to a new password is mailed to it.
    pub email: String,
    pub ended: EndedSessions,
}

/// A notice whose link was used.
struct UsedNotice {
    user_id: UserId,
    /// The address that it was mailed to.
    email: String,
    email_canonical: String,
    /// The version of the account's address when the notice was written.
    version: i64,
    written_at: DateTime<Utc>,
}

impl Transaction {
    /// Uses up a notice's link, and locks its user.
    async fn use_notice(
        &mut self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<UsedNotice, LinkError> {
        // Waits for other transactions on the account, and makes later ones wait.
        let user_id = self.lock_user_of_token(&FIND_USER, token, now).await?;
        let used: Option<(String, String, i64, DateTime<Utc>)> = self
            .query(&USE)
            .bind(token.as_bytes())
            .bind(now)
            .optional()
            .await?;
        let (email, email_canonical, version, written_at) = used.ok_or(LinkError::Invalid)?;
        Ok(UsedNotice {
            user_id,
            email,
            email_canonical,
            version,
            written_at,
        })
    }

    /// Voids the notices that the used one overrules. Returns when the first of them all was written: no link is left that could
    /// undo what was done since.
    async fn delete_overruled(&mut self, used: &UsedNotice) -> Result<DateTime<Utc>, StoreError> {
        let overruled: Vec<DateTime<Utc>> = self
            .query(&DELETE_OVERRULED)
            .bind(used.user_id)
            .bind(used.version)
            .all_scalars()
            .await?;
        Ok(overruled
            .into_iter()
            .fold(used.written_at, DateTime::<Utc>::min))
    }

    /// Deletes another account that has the address of the notice without having verified it.
    async fn delete_squatter(
        &mut self,
        used: &UsedNotice,
        audit: &AuditContext,
    ) -> Result<(), StoreError> {
        let squatter: Option<UserId> = self
            .query(&FIND_UNVERIFIED)
            .bind(used.email_canonical.as_str())
            .bind(used.user_id)
            .optional_scalar()
            .await?;
        self.delete_users(squatter.as_slice(), Some(used.user_id), audit)
            .await
    }

    /// Voids the password and restores the address of the notice. Returns the account's address in canonical form.
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
    /// Uses up a notice's link: ends every session, voids the password, restores the address that the notice went to, forgets
    /// the devices, and mails a link to choose a new password. Removes the passkeys that were added since the first notice that
    /// this voids. Until the given moment, the account's former passwords may not be set again, because somebody else may know
    /// them. `language` replaces the language of the owner's mail, which a thief may have changed.
    pub async fn secure_account(
        &self,
        token: &HashedToken,
        audit: &AuditContext,
        reset: &NewLink,
        refuse_passwords_until: DateTime<Utc>,
        language: Option<&str>,
    ) -> Result<Committed<SecuredAccount>, LinkError> {
        let mut tx = self.begin().await?;
        let used = tx.use_notice(token, audit.at).await?;
        let user_id = used.user_id;
        let undone_since = tx.delete_overruled(&used).await?;
        tx.delete_squatter(&used, audit).await?;
        tx.keep_password(audit.id, user_id, refuse_passwords_until)
            .await?;
        tx.mark_passwords_compromised(user_id, refuse_passwords_until)
            .await?;
        tx.remove_passkeys_since(user_id, undone_since).await?;
        let current = tx.restore_user(&used, language, audit.at).await?;
        let event = audit.event(user_id, SecurityEventKind::AccountSecured);
        tx.insert_events(vec![event]).await?;
        let ended = tx
            .end_sessions(user_id, None, EndReason::AccountSecured, audit)
            .await?;
        for statement in [DELETE_EMAIL_CHANGE, DELETE_DEVICES] {
            tx.query(&statement).bind(user_id).execute().await?;
        }
        tx.insert_reset(reset, user_id, &current).await?;
        tx.insert_message(&reset.message, Some(user_id), &used.email)
            .await?;
        let secured = SecuredAccount {
            email: used.email,
            ended,
        };
        Ok(tx.commit(secured).await?)
    }
}
