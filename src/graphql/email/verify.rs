//! The verification of an email address by a mailed link.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::EmailAddress;
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::account::user::User;
use crate::graphql::engine::caller::{client, services};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;

/// The input of `verifyEmail`.
#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// The token from the mailed link, `lkm_…`. It is valid for one use, within 24 hours unless the operator changed that.
    token: String,
}

/// The result of `verifyEmail`.
#[derive(SimpleObject)]
pub struct VerifyEmailPayload {
    /// The user, whose email address is verified now.
    user: User,
}

/// The input of `resendVerificationEmail`.
#[derive(InputObject)]
pub struct ResendVerificationEmailInput {
    /// The email address to verify.
    email: String,
}

/// The result of `resendVerificationEmail`. It does not reveal whether a mail was sent.
#[derive(SimpleObject)]
pub struct ResendVerificationEmailPayload {
    /// Whether the request was accepted: always true. Tell the user that a mail is on its way if the address needs one.
    accepted: bool,
}

#[derive(Default)]
pub struct VerifyEmailMutation;

#[Object]
impl VerifyEmailMutation {
    /// Verifies an email address with the token from the mailed link.
    ///
    /// Before you call it, show the registration (see `registration`) and offer `cancelRegistration`: the account may have
    /// been made by somebody else, who knows its password.
    ///
    /// Errors: AUTH_LINK_INVALID, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        input: VerifyEmailInput,
    ) -> Result<VerifyEmailPayload, ApiError> {
        let user = services(ctx)?
            .emails
            .verify(&input.token, client(ctx)?)
            .await?;
        Ok(VerifyEmailPayload {
            user: User::of_self(user),
        })
    }

    /// Mails another verification link, if the address belongs to an unverified account. The answer is the same for every
    /// address, so that nobody can learn from it which addresses have an account.
    ///
    /// Errors: VALIDATION_FAILED (the text is no email address), RATE_LIMITED (whether or not the address has an account).
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn resend_verification_email(
        &self,
        ctx: &Context<'_>,
        input: ResendVerificationEmailInput,
    ) -> Result<ResendVerificationEmailPayload, ApiError> {
        // Text that is no address belongs to no account, so refusing it reveals nothing.
        let email = EmailAddress::parse(&input.email).map_err(|error| invalid("email", error))?;
        let emails = &services(ctx)?.emails;
        emails.resend_verification(&email, client(ctx)?).await?;
        Ok(ResendVerificationEmailPayload { accepted: true })
    }
}
