//! The set-up of an authenticator app.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::scalars::DateTime;

/// The result of `startTotpSetup`. Show it to the user and keep none of it.
#[derive(SimpleObject)]
pub struct StartTotpSetupPayload {
    /// The secret in Base32, for a user who cannot scan the QR code.
    secret: String,
    /// The same secret as an `otpauth://` URI. On a phone, link to it: it opens the authenticator app.
    uri: String,
    /// The URI as a QR code: an SVG image, dark on light, which scales to any size.
    qr_code_svg: String,
    /// The time until which the set-up can be confirmed.
    expires_at: DateTime,
}

/// The input of `confirmTotpSetup`.
#[derive(InputObject)]
pub struct ConfirmTotpSetupInput {
    /// A code that the authenticator app shows: six digits, with or without spaces.
    code: String,
}

/// The result of `confirmTotpSetup`.
#[derive(SimpleObject)]
pub struct ConfirmTotpSetupPayload {
    /// Ten recovery codes. They are shown this once: ask the user to print or copy them. Each replaces a code of the
    /// authenticator app once.
    recovery_codes: Vec<String>,
}

#[derive(Default)]
pub struct TotpSetupMutation;

#[Object]
impl TotpSetupMutation {
    /// Starts the set-up of an authenticator app: makes a secret for it. Nothing changes until `confirmTotpSetup`.
    ///
    /// A newer set-up takes the place of an older one. If the account has an authenticator app already, it stays in use until
    /// the new one is confirmed.
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn start_totp_setup(&self, ctx: &Context<'_>) -> Result<StartTotpSetupPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let setup = services(ctx)?
            .second_factors
            .start_totp_setup(&viewer)
            .await?;
        Ok(StartTotpSetupPayload {
            secret: setup.secret,
            uri: setup.uri,
            qr_code_svg: setup.qr_code_svg,
            expires_at: DateTime(setup.expires_at),
        })
    }

    /// Turns the second factor on with a code of the authenticator app, and returns recovery codes, once. From now on, `login`
    /// asks for a code. Recovery codes and an app that the account had before are void. A notice is mailed to the user.
    ///
    /// Errors: AUTH_CHALLENGE_INVALID (no set-up waits for a code: start again), AUTH_SECOND_FACTOR_INVALID, RATE_LIMITED,
    /// OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Fresh))]
    async fn confirm_totp_setup(
        &self,
        ctx: &Context<'_>,
        input: ConfirmTotpSetupInput,
    ) -> Result<ConfirmTotpSetupPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let recovery_codes = services(ctx)?
            .second_factors
            .confirm_totp_setup(&viewer, client(ctx)?, &input.code)
            .await?;
        Ok(ConfirmTotpSetupPayload { recovery_codes })
    }
}
