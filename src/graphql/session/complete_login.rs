//! The second step of a login.

use async_graphql::{Context, InputObject, Object};

use crate::domain::{FactorCode, SecondFactorAnswer};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services};
use crate::graphql::error::ApiError;
use crate::graphql::input::exactly_one;
use crate::graphql::passkey::types::PasskeyCredentialInput;
use crate::graphql::session::login::LoginPayload;

/// The input of `completeLogin`: the challenge, and exactly one answer.
#[derive(InputObject)]
pub struct CompleteLoginInput {
    /// The challenge, `lkc_…`, from AUTH_SECOND_FACTOR_REQUIRED. It is good for one login, for ten minutes and five answers.
    challenge: String,
    /// A code that the authenticator app shows: six digits, with or without spaces. Each is good for one use.
    totp_code: Option<String>,
    /// A recovery code, in any letter case, with or without hyphens. Each is good for one use.
    recovery_code: Option<String>,
    /// The answer of a passkey to the ceremony of `startPasskeyLogin` with this challenge.
    passkey: Option<PasskeyCredentialInput>,
}

#[derive(Default)]
pub struct CompleteLoginMutation;

#[Object]
impl CompleteLoginMutation {
    /// Finishes a login that was refused with AUTH_SECOND_FACTOR_REQUIRED: checks the second factor, and creates a session and its
    /// tokens.
    ///
    /// Errors: AUTH_SECOND_FACTOR_INVALID (ask for another code, or for the passkey again), PASSKEY_NOT_FOUND,
    /// AUTH_CHALLENGE_INVALID (call `login` again), VALIDATION_FAILED, RATE_LIMITED, OVERLOADED; if `login` named an
    /// organization also ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn complete_login(
        &self,
        ctx: &Context<'_>,
        input: CompleteLoginInput,
    ) -> Result<LoginPayload, ApiError> {
        let totp = input.totp_code.as_deref();
        let recovery = input.recovery_code.as_deref();
        let passkey = input.passkey.map(PasskeyCredentialInput::parse);
        let passkey = passkey.transpose()?;
        let code = SecondFactorAnswer::Code;
        let answer = exactly_one([
            ("totpCode", totp.map(FactorCode::Totp).map(code)),
            ("recoveryCode", recovery.map(FactorCode::Recovery).map(code)),
            ("passkey", passkey.as_ref().map(SecondFactorAnswer::Passkey)),
        ])?;
        let login = services(ctx)?
            .sessions
            .complete_login(&input.challenge, answer, client(ctx)?.clone())
            .await?;
        LoginPayload::new(ctx, login)
    }
}
