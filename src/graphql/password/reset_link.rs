//! The request for a link that resets a forgotten password.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::EmailAddress;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;
use crate::service::PasswordResets;

/// Who forgot a password.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    email: String,
}

/// Whether a mail was sent stays untold.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always true.
    accepted: bool,
}

#[derive(Default)]
pub struct RequestPasswordResetMutation;

#[Object]
impl RequestPasswordResetMutation {
    /// Answers alike for every address, so that it tells nobody which exist.
    ///
    /// A link that was mailed before is void from then on.
    ///
    /// Errors: VALIDATION_FAILED for what cannot be an address; RATE_LIMITED, whether or not it exists.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload, ApiError> {
        // What is no address belongs to nobody, so that says nothing of any account.
        let email =
            EmailAddress::parse(&input.email).map_err(|message| invalid("email", &message))?;
        let resets = of::<PasswordResets>(ctx)?;
        resets.request(&email, client(ctx)?).await?;
        Ok(RequestPasswordResetPayload { accepted: true })
    }
}
