//! Notices of what happened to an account, each with a link that says "this was not me".

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::outbox::NewMessage;
use super::pool::{Store, statements};
use crate::domain::HashedToken;

/// Of an unproved address nobody knows whose it is: nothing is told there.
macro_rules! insert_notice_statement {
    ($lock:literal) => {
        concat!(
            "INSERT INTO security_notices (id, user_id, email, email_canonical, email_version, \
                 token_hash, created_at, expires_at) \
             SELECT $1, users.id, users.email, users.email_canonical, users.email_version, \
                 $3, $4, $5 \
             FROM users WHERE users.id = $2 AND users.email_verified_at IS NOT NULL",
            $lock,
            " RETURNING email",
        )
    };
}

/// On PostgreSQL, a change of address that is under way is waited for: otherwise the notice would go,
/// with a link that undoes things, to an address that its owner has just taken the account away from.
pub(super) const INSERT_ON_POSTGRES: &str = insert_notice_statement!(" FOR SHARE OF users");

statements! {
    INSERT = insert_notice_statement!("");
}

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

/// Where a notice went; nowhere if the user's address is still to be proved.
#[derive(Clone, Debug, Default)]
pub struct Notified(pub Option<String>);

/// Writes a notice to a user inside the caller's transaction. Answers where it goes.
macro_rules! insert_notice {
    ($store:expr, $tx:ident, $notice:expr, $user_id:expr) => {{
        let notice: &$crate::store::NewNotice = $notice;
        let user_id: uuid::Uuid = $user_id;
        let recipient: Option<String> = sqlx::query_scalar($store.insert_notice_statement())
            .bind(notice.id)
            .bind(user_id)
            .bind(notice.token.0.as_slice())
            .bind(notice.created_at)
            .bind(notice.expires_at)
            .fetch_optional(&mut *$tx)
            .await?;
        if let Some(recipient) = &recipient {
            $crate::store::outbox::insert_message!($tx, &notice.message, Some(user_id), recipient);
        }
        $crate::store::Notified(recipient)
    }};
}
pub(super) use insert_notice;

impl Store {
    pub(super) fn insert_notice_statement(&self) -> &'static str {
        self.engines(INSERT, INSERT_ON_POSTGRES)
    }
}
