//! Registrations that wait for the proof of their address.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::access::{AccessLevel, access};
use super::caller::{client, of};
use super::error::ApiError;
use super::scalars::DateTime;
use crate::domain;
use crate::service::{Accounts, Registrations};

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

/// How people get in, so that a page shows only what will work.
#[derive(SimpleObject)]
pub struct SignInOptions {
    /// Who may register.
    registration: RegistrationMode,
    /// Whether `login` works before the address is verified. If not, the operator conceals accounts: a user who
    /// mistyped their address must register again, with another username.
    unverified_login: bool,
}

/// Who may register.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::RegistrationMode")]
pub enum RegistrationMode {
    /// Everybody.
    Open,
    /// Those with an invitation: `register` needs its `invitationToken`.
    Invitation,
    /// Nobody: `register` answers AUTH_REGISTRATION_CLOSED.
    Closed,
}

#[derive(Default)]
pub struct RegistrationQuery;

#[Object]
#[allow(
    clippy::unused_async,
    reason = "resolvers are async, whether they wait or not"
)]
impl RegistrationQuery {
    /// How people get in: show a link to register only where it leads somewhere.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn sign_in_options(&self, ctx: &Context<'_>) -> Result<SignInOptions, ApiError> {
        let accounts = of::<Accounts>(ctx)?;
        Ok(SignInOptions {
            registration: accounts.registration_mode().into(),
            unverified_login: accounts.allows_unverified_login(),
        })
    }

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
