//! The verification of a new user's address.

use chrono::{DateTime, Utc};
use constcat::concat;

use crate::domain::{
    AuditContext, EmailAddress, EmailVerificationId, HashedToken, SecurityEventKind, User, UserId,
};
use crate::store::account::row::{USER_COLUMNS, UserRow};
use crate::store::account::user::LOCK_UNVERIFIED;
use crate::store::account::user::LinkError;
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewLink;

const INSERT: Statement = Statement::new(
    "INSERT INTO email_verifications \
         (id, user_id, email, token_hash, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)",
);

pub const FIND_USER: Statement = Statement::new(
    "SELECT user_id FROM email_verifications \
     WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
);

const USE: Statement = Statement::new(
    "UPDATE email_verifications SET used_at = $2 \
     WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 \
     RETURNING email",
);

/// Finds no user if the account has another address now.
const VERIFY_USER: Statement = Statement::new(concat!(
    "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $3), updated_at = $3 \
     WHERE id = $1 AND email_canonical = $2 RETURNING ",
    USER_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("INSERT", INSERT),
    ("FIND_USER", FIND_USER),
    ("USE", USE),
    ("VERIFY_USER", VERIFY_USER),
];

/// A mailed link that verifies an address, and the mail that carries it.
#[derive(Clone, Debug)]
pub struct NewVerification {
    pub id: EmailVerificationId,
    pub link: NewLink,
}

impl Transaction {
    /// Writes a link that verifies an address, and its mail.
    pub async fn insert_verification(
        &mut self,
        verification: &NewVerification,
        user_id: UserId,
        canonical: &str,
        recipient: &str,
    ) -> Result<(), StoreError> {
        self.query(&INSERT)
            .bind(verification.id)
            .bind(user_id)
            .bind(canonical)
            .bind(verification.link.token.as_bytes())
            .bind(verification.link.created_at)
            .bind(verification.link.expires_at)
            .execute()
            .await?;
        self.insert_message(&verification.link.message, Some(user_id), recipient)
            .await
    }

    /// Uses up the link of a locked user and returns its address.
    async fn use_verification(
        &mut self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<String, LinkError> {
        let used = self.query(&USE).bind(token.as_bytes()).bind(now);
        used.optional_scalar().await?.ok_or(LinkError::Invalid)
    }
}

impl Store {
    /// Writes another link for an unverified address, and its mail, which names the registration of this user. Does the
    /// same work without a mail if there is no such address, or another user has it now.
    pub async fn insert_verification(
        &self,
        email: &EmailAddress,
        registered: Option<UserId>,
        verification: &NewVerification,
    ) -> Result<Committed<()>, StoreError> {
        let canonical = email.canonical();
        let mut tx = self.begin().await?;
        let user: Option<(UserId, String)> = tx
            .query(&LOCK_UNVERIFIED)
            .bind(canonical)
            .optional()
            .await?;
        let named = user.filter(|(user_id, _)| registered == Some(*user_id));
        let Some((user_id, recipient)) = named else {
            tx.insert_decoy_message(&verification.link.message, email.as_str())
                .await?;
            return tx.commit(()).await;
        };
        tx.insert_verification(verification, user_id, canonical, &recipient)
            .await?;
        tx.commit(()).await
    }

    /// Uses up a mailed link and marks its address as verified. The link is invalid if the account has another address
    /// now.
    pub async fn verify_email(
        &self,
        token: &HashedToken,
        audit: &AuditContext,
    ) -> Result<Committed<User>, LinkError> {
        let now = audit.at;
        let mut tx = self.begin().await?;
        let user_id = tx.lock_user_of_token(&FIND_USER, token, now).await?;
        let email = tx.use_verification(token, now).await?;
        let row: Option<UserRow> = tx
            .query(&VERIFY_USER)
            .bind(user_id)
            .bind(email)
            .bind(now)
            .optional()
            .await?;
        let user = User::from(row.ok_or(LinkError::Invalid)?);
        let event = audit.event(user_id, SecurityEventKind::EmailVerified);
        tx.insert_events(vec![event]).await?;
        Ok(tx.commit(user).await?)
    }
}
