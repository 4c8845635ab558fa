//! The request for a link that resets a forgotten password.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::EmailAddress;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;

/// The input of `requestPasswordReset`.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The email address of the account whose password is forgotten.
    email: String,
}

/// The result of `requestPasswordReset`. It does not reveal whether a mail was sent.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Whether the request was accepted: always true. Tell the user that a mail is on its way if the address has an account.
    accepted: bool,
}

#[derive(Default)]
pub struct RequestPasswordResetMutation;

#[Object]
impl RequestPasswordResetMutation {
    /// Mails a link to choose a new password, if the address has an account. The answer is the same for every address, so that
    /// nobody can learn from it which addresses have an account.
    ///
    /// Links that were mailed before are no longer valid.
    ///
    /// Errors: VALIDATION_FAILED (the text is no email address), RATE_LIMITED (whether or not the address has an account).
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload, ApiError> {
        // Text that is no address belongs to no account, so refusing it reveals nothing.
        let email = EmailAddress::parse(&input.email).map_err(|error| invalid("email", error))?;
        let passwords = &services(ctx)?.passwords;
        passwords.request_reset(&email, client(ctx)?).await?;
        Ok(RequestPasswordResetPayload { accepted: true })
    }
}
