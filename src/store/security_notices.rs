//! Notices of what happened to an account, each with a link that says "this was not me".

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::outbox::NewMessage;
use crate::domain::HashedToken;

/// On PostgreSQL, waits for a change of address that is under way: otherwise the notice would go, with a link that undoes
/// things, to an address that its owner has just taken the account away from.
const INSERT: Statement = Statement::of_each(
    concat!(INSERT_FOR_USER, " RETURNING email"),
    concat!(INSERT_FOR_USER, " FOR SHARE OF users RETURNING email"),
);

/// Writes nothing to an unverified address: nobody knows whose it is.
const INSERT_FOR_USER: &str = "INSERT INTO security_notices \
         (id, user_id, email, email_canonical, email_version, token_hash, \
          created_at, expires_at) \
     SELECT $1, users.id, users.email, users.email_canonical, users.email_version, \
         $3, $4, $5 \
     FROM users WHERE users.id = $2 AND users.email_verified_at IS NOT NULL";

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[("INSERT", INSERT)];

/// A notice to be written in the transaction that gives rise to it, to the address that the user has
/// when it is.
#[derive(Clone, Debug)]
pub struct NewNotice {
    pub id: Uuid,
    pub token: HashedToken,
    pub message: NewMessage,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// The address that a notice went to; none if the user's address is unverified.
#[derive(Clone, Debug, Default)]
pub struct Notified(pub Option<String>);

impl Transaction {
    /// Writes a notice to a user. Returns where it goes.
    pub(super) async fn insert_notice(
        &mut self,
        notice: &NewNotice,
        user_id: Uuid,
    ) -> Result<Notified, StoreError> {
        let recipient: Option<String> = self
            .query(&INSERT)
            .bind(notice.id)
            .bind(user_id)
            .bind(notice.token.0.as_slice())
            .bind(notice.created_at)
            .bind(notice.expires_at)
            .optional_scalar()
            .await?;
        if let Some(recipient) = &recipient {
            self.insert_message(&notice.message, Some(user_id), recipient)
                .await?;
        }
        Ok(Notified(recipient))
    }
}
