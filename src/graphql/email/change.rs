//! The change of an email address: its request, and its confirmation by a link that is mailed to the new address.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::EmailAddress;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;

/// The input of `requestEmailChange`.
#[derive(InputObject)]
pub struct RequestEmailChangeInput {
    /// The new email address: at most 254 characters; unique whatever the letter case. A link is mailed to it.
    new_email: String,
    /// The user's current password. May be left out in a fresh session: see `reauthenticate`.
    password: Option<String>,
}

/// The result of `requestEmailChange`.
#[derive(SimpleObject)]
pub struct RequestEmailChangePayload {
    /// Whether the request was accepted: always true. Ask the user to look for the mail at the new address.
    accepted: bool,
}

/// The input of `confirmEmailChange`.
#[derive(InputObject)]
pub struct ConfirmEmailChangeInput {
    /// The token from the mailed link, `lkm_…`. It is valid for one use, within 24 hours unless the operator changed that,
    /// and until another change is requested.
    token: String,
}

/// The result of `confirmEmailChange`.
#[derive(SimpleObject)]
pub struct ConfirmEmailChangePayload {
    /// The user with their new email address.
    user: User,
}

#[derive(Default)]
pub struct ChangeEmailMutation;

#[Object]
impl ChangeEmailMutation {
    /// Requests a change of the signed-in user's email address: mails a link to the new address and a notice to the old one.
    /// Nothing changes until the link is followed.
    ///
    /// For an unverified account, it replaces the address at once and mails a new verification link; links to the old address
    /// are no longer valid. If the operator conceals accounts, this is refused with AUTH_EMAIL_NOT_VERIFIED.
    ///
    /// The notice has a link that undoes the change, valid for 7 days unless the operator changed that (see `secureAccount`).
    /// If the operator conceals accounts, the address of another account is accepted, too, and its owner is mailed.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, AUTH_REAUTHENTICATION_REQUIRED, AUTH_EMAIL_EXISTS, AUTH_EMAIL_NOT_VERIFIED,
    /// VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn request_email_change(
        &self,
        ctx: &Context<'_>,
        input: RequestEmailChangeInput,
    ) -> Result<RequestEmailChangePayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let email =
            EmailAddress::parse(&input.new_email).map_err(|error| invalid("newEmail", error))?;
        services(ctx)?
            .emails
            .request_change(&viewer, client(ctx)?, email, input.password.as_deref())
            .await?;
        Ok(RequestEmailChangePayload { accepted: true })
    }

    /// Changes the email address of an account with the token from the mailed link.
    ///
    /// Errors: AUTH_LINK_INVALID, AUTH_EMAIL_EXISTS (another account has taken the address since), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn confirm_email_change(
        &self,
        ctx: &Context<'_>,
        input: ConfirmEmailChangeInput,
    ) -> Result<ConfirmEmailChangePayload, ApiError> {
        let user = services(ctx)?
            .emails
            .confirm_change(&input.token, client(ctx)?)
            .await?;
        Ok(ConfirmEmailChangePayload {
            user: User::of_self(user),
        })
    }
}
