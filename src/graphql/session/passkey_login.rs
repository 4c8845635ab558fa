//! Sign-ins with a passkey alone.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::domain::{AssertionResponse, PasskeyAnswer};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services};
use crate::graphql::error::ApiError;
use crate::graphql::input::{invalid, parse_optional_id};
use crate::graphql::passkey::types::{PasskeyCeremony, parse_credential};
use crate::graphql::scalars::Json;
use crate::graphql::session::login::LoginPayload;

/// The input of `startPasskeyLogin`.
#[derive(InputObject)]
pub struct StartPasskeyLoginInput {
    /// The challenge, `lkc_…`, from AUTH_SECOND_FACTOR_REQUIRED, to answer it with a passkey. Without it, the passkey signs in
    /// alone.
    challenge: Option<String>,
}

/// The result of `startPasskeyLogin`.
#[derive(SimpleObject)]
pub struct StartPasskeyLoginPayload {
    /// The ceremony. Give its options to `navigator.credentials.get`.
    ceremony: PasskeyCeremony,
}

/// The input of `completePasskeyLogin`.
#[derive(InputObject)]
pub struct CompletePasskeyLoginInput {
    /// The token of the ceremony.
    ceremony: String,
    /// The credential that `navigator.credentials.get` returned, by its method `toJSON`.
    credential: Json,
    /// The organization to act for: the access token names it. The user must be a member.
    organization_id: Option<ID>,
}

#[derive(Default)]
pub struct PasskeyLoginMutation;

#[Object]
impl PasskeyLoginMutation {
    /// Starts a sign-in with a passkey: finish it with `completePasskeyLogin`. With a challenge, starts the second step of a
    /// login: finish that with `completeLogin`.
    ///
    /// Errors: AUTH_CHALLENGE_INVALID (call `login` again), PASSKEY_NOT_FOUND (the account has none), RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn start_passkey_login(
        &self,
        ctx: &Context<'_>,
        input: Option<StartPasskeyLoginInput>,
    ) -> Result<StartPasskeyLoginPayload, ApiError> {
        let (passkeys, client) = (&services(ctx)?.passkeys, client(ctx)?);
        let challenge = input.and_then(|input| input.challenge);
        let ceremony = match challenge {
            Some(challenge) => passkeys.start_second_factor(&challenge, client).await?,
            None => passkeys.start_login(client).await?,
        };
        Ok(StartPasskeyLoginPayload {
            ceremony: ceremony.into(),
        })
    }

    /// Signs the owner of a passkey in: creates a session and its tokens. The authenticator must have verified its user, by a PIN
    /// or a fingerprint. That makes the passkey two factors, so that no other one is asked for.
    ///
    /// Errors: AUTH_CHALLENGE_INVALID (start again), AUTH_SECOND_FACTOR_INVALID (the answer does not verify), PASSKEY_NOT_FOUND (it
    /// was removed: tell the password manager with `PublicKeyCredential.signalUnknownCredential`), VALIDATION_FAILED,
    /// RATE_LIMITED; with `organizationId` also ORGANIZATION_NOT_FOUND and AUTH_EMAIL_NOT_VERIFIED.
    #[graphql(directive = access::apply(AccessLevel::Public))]
    async fn complete_passkey_login(
        &self,
        ctx: &Context<'_>,
        input: CompletePasskeyLoginInput,
    ) -> Result<LoginPayload, ApiError> {
        let response = parse_credential(&input.credential, AssertionResponse::parse);
        let answer = PasskeyAnswer {
            ceremony: input.ceremony,
            response: response.map_err(|error| invalid("credential", error))?,
        };
        let organization_id = parse_optional_id(input.organization_id.as_ref());
        let sessions = &services(ctx)?.sessions;
        let login = sessions.sign_in_with_passkey(&answer, organization_id, client(ctx)?.clone());
        LoginPayload::new(ctx, login.await?)
    }
}
