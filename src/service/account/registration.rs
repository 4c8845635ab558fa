//! Registrations whose address is still to be verified: what the owner of the mailbox is told of one, and its end if they
//! did not make it.

use uuid::Uuid;

use crate::domain::{Client, PendingRegistration};
use crate::platform::clock::Clock;
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::{Attempt, Limits};
use crate::service::mail::read_token;
use crate::store::Store;

/// The rules about registrations. Cheap to clone.
#[derive(Clone)]
pub struct Registrations {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
}

impl Registrations {
    /// Finds who registered with the address that a mailed link would verify. Uses nothing up.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired, or the address is verified; `RateLimited`.
    pub async fn find(
        &self,
        token: &str,
        client: &Client,
    ) -> Result<PendingRegistration, AuthError> {
        self.limits
            .charge(Attempt::ReadRegistration, client, &[], None)
            .await?;
        let token = read_token(token)?;
        let now = self.clock.now();
        let found = self.store.find_registration_by_token(&token, now);
        found.await?.ok_or(AuthError::LinkInvalid)
    }

    /// "I did not register": deletes the account and everything about it, so that the address is free. Returns the id of
    /// its user.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired, or the address is verified; `RateLimited`.
    pub async fn cancel(&self, token: &str, client: &Client) -> Result<Uuid, AuthError> {
        let attempt = Attempt::CancelRegistration;
        self.limits.charge(attempt, client, &[], None).await?;
        let token = read_token(token)?;
        let now = self.clock.now();
        let deleted = self.store.delete_registration(&token, now);
        let user_id = deleted.await?.ok_or(AuthError::LinkInvalid)?;
        log::deletions([user_id], None, client, attempt.field());
        Ok(user_id)
    }
}
