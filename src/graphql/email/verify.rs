//! The verification of an address by a mailed link.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::EmailAddress;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, of};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;
use crate::service::EmailAddresses;

/// The proof of an address.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// From the mailed link, `lkm_…`. Good for one use.
    token: String,
}

/// The user, verified.
#[derive(SimpleObject)]
pub struct VerifyEmailPayload {
    user: User,
}

/// Where to mail a further link.
#[derive(InputObject)]
pub struct ResendVerificationEmailInput {
    email: String,
}

/// Whether a mail was sent stays untold.
#[derive(SimpleObject)]
pub struct ResendVerificationEmailPayload {
    /// Always true.
    accepted: bool,
}

#[derive(Default)]
pub struct VerifyEmailMutation;

#[Object]
impl VerifyEmailMutation {
    /// Verifies an address with the token from the mailed link.
    ///
    /// Before, show the user who registered (`registration`), and offer `cancelRegistration`: it may have been somebody
    /// else, who knows the password of the account.
    ///
    /// Errors: AUTH_LINK_INVALID, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        input: VerifyEmailInput,
    ) -> Result<VerifyEmailPayload, ApiError> {
        let user = of::<EmailAddresses>(ctx)?
            .verify(&input.token, client(ctx)?)
            .await?;
        Ok(VerifyEmailPayload {
            user: User::of_self(user),
        })
    }

    /// Answers alike for every address, so that it tells nobody which exist.
    ///
    /// Errors: VALIDATION_FAILED for what cannot be an address; RATE_LIMITED, whether or not it exists.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn resend_verification_email(
        &self,
        ctx: &Context<'_>,
        input: ResendVerificationEmailInput,
    ) -> Result<ResendVerificationEmailPayload, ApiError> {
        // What is no address belongs to nobody, so that says nothing of any account.
        let email =
            EmailAddress::parse(&input.email).map_err(|message| invalid("email", &message))?;
        let emails = of::<EmailAddresses>(ctx)?;
        emails.resend_verification(&email, client(ctx)?).await?;
        Ok(ResendVerificationEmailPayload { accepted: true })
    }
}
