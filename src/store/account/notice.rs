//! Security notices about an account, each with a link that says "this was not me".

use constcat::concat;

use crate::domain::{Device, NoticeId, SecurityEvent, UserId};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewLink;

/// On PostgreSQL, waits for a change of address that is in progress: otherwise the notice, with a link that undoes
/// changes, would go to an address that the account no longer has.
const INSERT: Statement = Statement::of_each(
    concat!(INSERT_FOR_USER, " RETURNING email"),
    concat!(INSERT_FOR_USER, " FOR SHARE OF users RETURNING email"),
);

/// Writes nothing to an unverified address, because it may be a stranger's.
const INSERT_FOR_USER: &str = "INSERT INTO security_notices \
         (id, user_id, email, email_canonical, email_version, token_hash, \
          created_at, expires_at) \
     SELECT $1, users.id, users.email, users.email_canonical, users.email_version, \
         $3, $4, $5 \
     FROM users WHERE users.id = $2 AND users.email_verified_at IS NOT NULL";

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("INSERT", INSERT)];

/// A notice that is written in the transaction of its cause, to the address that the user has at that moment.
#[derive(Clone, Debug)]
pub struct NewNotice {
    pub id: NoticeId,
    pub link: NewLink,
}

impl Transaction {
    /// Writes a notice to a user, unless their address is unverified.
    pub async fn insert_notice(
        &mut self,
        notice: &NewNotice,
        user_id: UserId,
    ) -> Result<(), StoreError> {
        let recipient: Option<String> = self
            .query(&INSERT)
            .bind(notice.id)
            .bind(user_id)
            .bind(notice.link.token.as_bytes())
            .bind(notice.link.created_at)
            .bind(notice.link.expires_at)
            .optional_scalar()
            .await?;
        if let Some(recipient) = &recipient {
            self.insert_message(&notice.link.message, Some(user_id), recipient)
                .await?;
        }
        Ok(())
    }
}

impl Store {
    /// Writes a notice that belongs to no change.
    pub async fn insert_notice(
        &self,
        user_id: UserId,
        notice: &NewNotice,
    ) -> Result<Committed<()>, StoreError> {
        let mut tx = self.begin().await?;
        tx.insert_notice(notice, user_id).await?;
        tx.commit(()).await
    }

    /// Records the event of a right password that made no session. Like a login, it records the device, and writes a
    /// notice if the device is new to the account. A device of an account with a second factor becomes known only when it
    /// has shown that, because known devices have limits of their own.
    pub async fn record_known_password(
        &self,
        event: SecurityEvent,
        device: &Device,
        notice: &NewNotice,
    ) -> Result<Committed<()>, StoreError> {
        let (user_id, at) = (event.user_id, event.at);
        let mut tx = self.begin().await?;
        if tx.lock_user(user_id).await?.is_none() {
            return Ok(Committed::unwritten(()));
        }
        tx.insert_events(vec![event]).await?;
        // The device is recorded here, so the next login is no longer the first one.
        tx.end_first_login(user_id).await?;
        if tx.insert_device_by_password(user_id, device, at).await? {
            tx.insert_notice(notice, user_id).await?;
        }
        tx.commit(()).await
    }
}
