//! The pending registration: an account whose address nobody has verified yet. Its owner looks at it before they verify
//! the address, or cancels it.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::domain;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of};
use crate::graphql::error::ApiError;
use crate::graphql::scalars::DateTime;
use crate::service::Registrations;

/// An account whose address nobody has verified yet: who registered with it, when, and from which device.
#[derive(SimpleObject)]
pub struct PendingRegistration {
    /// The address that the link would verify.
    email: String,
    username: String,
    registered_at: DateTime,
    /// What the device that registered calls itself: its `X-Device-Name`, else its `User-Agent`. Show it as text, never
    /// as a link: the person who registered chose it. Null if it did not say, or if that is no longer on record.
    device: Option<String>,
}

impl From<domain::PendingRegistration> for PendingRegistration {
    fn from(registration: domain::PendingRegistration) -> Self {
        Self {
            device: registration.device.label().map(str::to_owned),
            email: registration.email,
            username: registration.username,
            registered_at: DateTime(registration.registered_at),
        }
    }
}

/// The registration to cancel.
#[derive(InputObject)]
pub struct CancelRegistrationInput {
    /// From the mailed link that verifies the address, `lkm_…`.
    token: String,
}

/// The account is gone.
#[derive(SimpleObject)]
pub struct CancelRegistrationPayload {
    deleted_user_id: ID,
}

#[derive(Default)]
pub struct RegistrationQuery;

#[Object]
impl RegistrationQuery {
    /// Who registered with the address that a mailed link would verify: to be shown before the button that calls
    /// `verifyEmail`, beside one that calls `cancelRegistration`.
    ///
    /// Does not use the link up. May stand once in an operation, and needs POST: a token must not stand in a URL.
    ///
    /// Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From the mailed link that verifies the address, `lkm_…`.")] token: String,
    ) -> Result<PendingRegistration, ApiError> {
        let registrations = of::<Registrations>(ctx)?;
        let found = registrations.find(&token, client(ctx)?).await?;
        Ok(found.into())
    }
}

#[derive(Default)]
pub struct RegistrationMutation;

#[Object]
impl RegistrationMutation {
    /// "I did not register": deletes the unverified account that somebody else made with the caller's address.
    ///
    /// Everything about it goes as with `deleteAccount`: its sessions, which end with ACCOUNT_DELETED, the organizations
    /// that nobody else belongs to, and mail that waits. The address can be registered again at once. A verified account
    /// is never deleted so.
    ///
    /// Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn cancel_registration(
        &self,
        ctx: &Context<'_>,
        input: CancelRegistrationInput,
    ) -> Result<CancelRegistrationPayload, ApiError> {
        let registrations = of::<Registrations>(ctx)?;
        let deleted = registrations.cancel(&input.token, client(ctx)?).await?;
        Ok(CancelRegistrationPayload {
            deleted_user_id: deleted.into(),
        })
    }
}
