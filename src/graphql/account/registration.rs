//! The pending registration: an account whose email address is not verified yet. The owner of the address sees it before they
//! verify the address, or cancel the registration.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::domain;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services};
use crate::graphql::error::ApiError;
use crate::graphql::scalars::DateTime;

/// An account whose email address is not verified yet.
#[derive(SimpleObject)]
pub struct PendingRegistration {
    /// The address that the link verifies.
    email: String,
    /// The username of the account. Show it as text, never as a link: the person who registered chose it.
    username: String,
    /// The time of the registration.
    registered_at: DateTime,
    /// The name of the device that registered: its `X-Device-Name` header, else its `User-Agent`. Show it as text, never
    /// as a link: the person who registered chose it. Null if neither header was sent, or if it is no longer on record.
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

/// The input of `cancelRegistration`.
#[derive(InputObject)]
pub struct CancelRegistrationInput {
    /// The token from the mailed link that verifies the address, `lkm_…`.
    token: String,
}

/// The result of `cancelRegistration`.
#[derive(SimpleObject)]
pub struct CancelRegistrationPayload {
    /// The id of the user whose account was deleted.
    deleted_user_id: ID,
}

#[derive(Default)]
pub struct RegistrationQuery;

#[Object]
impl RegistrationQuery {
    /// The registration whose email address a mailed link verifies. Show it before the button that calls `verifyEmail`, beside
    /// a button that calls `cancelRegistration`.
    ///
    /// Reading it does not use the link up. The field may stand once in an operation, and needs POST, so that the token is
    /// in no URL.
    ///
    /// Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from the mailed link that verifies the address, `lkm_…`.")]
        token: String,
    ) -> Result<PendingRegistration, ApiError> {
        let accounts = &services(ctx)?.accounts;
        let registration = accounts.find_registration(&token, client(ctx)?).await?;
        Ok(registration.into())
    }
}

#[derive(Default)]
pub struct RegistrationMutation;

#[Object]
impl RegistrationMutation {
    /// Deletes an unverified account that somebody else made with the caller's email address ("I did not register").
    ///
    /// Its data is deleted as with `deleteAccount`: its sessions, which end with the reason ACCOUNT_DELETED, organizations
    /// without other members, and mail that waits. The address can be registered again at once. A verified account is
    /// never deleted in this way.
    ///
    /// Errors: AUTH_LINK_INVALID (unknown, used or expired, or the address is verified), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn cancel_registration(
        &self,
        ctx: &Context<'_>,
        input: CancelRegistrationInput,
    ) -> Result<CancelRegistrationPayload, ApiError> {
        let accounts = &services(ctx)?.accounts;
        let user_id = accounts
            .cancel_registration(&input.token, client(ctx)?)
            .await?;
        Ok(CancelRegistrationPayload {
            deleted_user_id: user_id.into(),
        })
    }
}
