//! The change of an address: its request, and its confirmation by a link that is mailed to the new one.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::EmailAddress;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;
use crate::service::EmailAddresses;

/// A change of address.
#[derive(InputObject)]
pub struct RequestEmailChangeInput {
    /// At most 254 characters; unique whatever the letter case. A link is mailed to it.
    new_email: String,
    password: String,
}

/// The answer to a change of address: a link is mailed to the new one.
#[derive(SimpleObject)]
pub struct RequestEmailChangePayload {
    /// Always true.
    accepted: bool,
}

/// The proof of another address.
#[derive(InputObject)]
pub struct ConfirmEmailChangeInput {
    /// From the mailed link, `lkm_…`. Good for one use, and until a newer change is asked for.
    token: String,
}

/// The user with their new address.
#[derive(SimpleObject)]
pub struct ConfirmEmailChangePayload {
    user: User,
}

#[derive(Default)]
pub struct ChangeEmailMutation;

#[Object]
impl ChangeEmailMutation {
    /// Mails a link to the new address and a notice to the old one. Nothing changes until the link is followed.
    ///
    /// Of an unverified account, it replaces the address at once and mails a new verification link; links to the old
    /// address are void. Where the operator conceals accounts, that answers AUTH_EMAIL_NOT_VERIFIED.
    ///
    /// The notice has a link that undoes the change for 7 days (see `secureAccount`). Where the
    /// operator conceals accounts, an address that is taken is accepted too, and its owner is mailed.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS, AUTH_EMAIL_EXISTS, AUTH_EMAIL_NOT_VERIFIED, VALIDATION_FAILED, RATE_LIMITED,
    /// OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn request_email_change(
        &self,
        ctx: &Context<'_>,
        input: RequestEmailChangeInput,
    ) -> Result<RequestEmailChangePayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let email = EmailAddress::parse(&input.new_email)
            .map_err(|message| invalid("newEmail", &message))?;
        of::<EmailAddresses>(ctx)?
            .request_change(&viewer, client(ctx)?, email, &input.password)
            .await?;
        Ok(RequestEmailChangePayload { accepted: true })
    }

    /// Gives the account its new address with the token from the mailed link.
    ///
    /// Errors: AUTH_LINK_INVALID; AUTH_EMAIL_EXISTS when another account has the address by now;
    /// RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn confirm_email_change(
        &self,
        ctx: &Context<'_>,
        input: ConfirmEmailChangeInput,
    ) -> Result<ConfirmEmailChangePayload, ApiError> {
        let user = of::<EmailAddresses>(ctx)?
            .confirm_change(&input.token, client(ctx)?)
            .await?;
        Ok(ConfirmEmailChangePayload {
            user: User::of_self(user),
        })
    }
}
