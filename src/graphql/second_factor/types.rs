//! The GraphQL types of second factors that several operations share.

use async_graphql::Enum;

use crate::domain;

/// A way to answer AUTH_SECOND_FACTOR_REQUIRED. More may come: offer those that you know.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::SecondFactorMethod")]
pub enum SecondFactorMethod {
    /// With a code of the authenticator app: `totpCode`.
    Totp,
    /// With a passkey: `passkey`, after `startPasskeyLogin` with the challenge.
    Passkey,
    /// With a recovery code: `recoveryCode`.
    RecoveryCode,
}
