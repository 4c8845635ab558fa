//! The registration of a passkey.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::domain::{PasskeyName, RegistrationResponse};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::ValidationErrors;
use crate::graphql::passkey::types::{Passkey, PasskeyCeremony, parse_credential};
use crate::graphql::scalars::Json;

/// The result of `startPasskeyRegistration`.
#[derive(SimpleObject)]
pub struct StartPasskeyRegistrationPayload {
    /// The ceremony. Give its options to `navigator.credentials.create`.
    ceremony: PasskeyCeremony,
}

/// The input of `completePasskeyRegistration`.
#[derive(InputObject)]
pub struct CompletePasskeyRegistrationInput {
    /// The token of the ceremony.
    ceremony: String,
    /// The credential that `navigator.credentials.create` returned, by its method `toJSON`.
    credential: Json,
    /// A name for the passkey, of at most 64 characters. Without one, it gets that of its password manager or of the device.
    name: Option<String>,
}

/// The result of `completePasskeyRegistration`.
#[derive(SimpleObject)]
pub struct CompletePasskeyRegistrationPayload {
    /// The new passkey.
    passkey: Passkey,
}

#[derive(Default)]
pub struct PasskeyRegistrationMutation;

#[Object]
impl PasskeyRegistrationMutation {
    /// Starts the registration of a passkey. Nothing changes until `completePasskeyRegistration`, in the same session.
    ///
    /// Errors: TOO_MANY_PASSKEYS, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn start_passkey_registration(
        &self,
        ctx: &Context<'_>,
    ) -> Result<StartPasskeyRegistrationPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let passkeys = &services(ctx)?.passkeys;
        let ceremony = passkeys.start_registration(&viewer, client(ctx)?).await?;
        Ok(StartPasskeyRegistrationPayload {
            ceremony: ceremony.into(),
        })
    }

    /// Adds the passkey that an authenticator has made to the account. If the authenticator has verified its user, by a PIN or
    /// a fingerprint, the passkey signs in without a password. A notice is mailed to the user.
    ///
    /// Errors: AUTH_CHALLENGE_INVALID (start again), AUTH_SECOND_FACTOR_INVALID (the credential does not verify),
    /// PASSKEY_EXISTS, TOO_MANY_PASSKEYS, VALIDATION_FAILED, RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn complete_passkey_registration(
        &self,
        ctx: &Context<'_>,
        input: CompletePasskeyRegistrationInput,
    ) -> Result<CompletePasskeyRegistrationPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let mut errors = ValidationErrors::default();
        let response = parse_credential(&input.credential, RegistrationResponse::parse);
        let response = errors.collect("credential", response);
        let name = errors.collect_optional("name", input.name.as_deref(), PasskeyName::parse);
        let Some(response) = response else {
            return Err(errors.into());
        };
        errors.check()?;
        let passkeys = &services(ctx)?.passkeys;
        let registered = passkeys.register(&viewer, client(ctx)?, &input.ceremony, &response, name);
        Ok(CompletePasskeyRegistrationPayload {
            passkey: registered.await?.into(),
        })
    }
}
