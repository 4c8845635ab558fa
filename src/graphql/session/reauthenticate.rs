//! Step-up: a proof that makes a session fresh.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};

use crate::domain::{self, FactorCode, SecondFactorAnswer};
use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, services, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::exactly_one;
use crate::graphql::passkey::types::{PasskeyCeremony, PasskeyCredentialInput};
use crate::graphql::scalars::DateTime;
use crate::graphql::session::types::Session;
use crate::service::Proof;

/// A way to make a session fresh. More may come: offer those that you know.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::ReauthenticationMethod")]
pub enum ReauthenticationMethod {
    /// With the password: `password`. Only for an account without a second factor.
    Password,
    /// With a passkey: `passkey`, after `startReauthentication`.
    Passkey,
    /// With a code of the authenticator app: `totpCode`.
    Totp,
    /// With a recovery code: `recoveryCode`.
    RecoveryCode,
}

/// The result of `startReauthentication`.
#[derive(SimpleObject)]
pub struct StartReauthenticationPayload {
    /// The ways in which the user can prove who they are.
    methods: Vec<ReauthenticationMethod>,
    /// A ceremony for the user's passkeys: give its options to `navigator.credentials.get`. Null if they have none that verifies
    /// its user.
    ceremony: Option<PasskeyCeremony>,
}

/// The input of `reauthenticate`: exactly one proof.
#[derive(InputObject)]
pub struct ReauthenticateInput {
    /// The user's password. If the account has a second factor, it is not enough: give a code or a passkey.
    password: Option<String>,
    /// A code that the authenticator app shows: six digits, with or without spaces. Each is good for one use.
    totp_code: Option<String>,
    /// A recovery code, in any letter case, with or without hyphens. Each is good for one use.
    recovery_code: Option<String>,
    /// The answer of a passkey to the ceremony of `startReauthentication`. The authenticator must have verified its user.
    passkey: Option<PasskeyCredentialInput>,
}

/// The result of `reauthenticate`.
#[derive(SimpleObject)]
pub struct ReauthenticatePayload {
    /// The time until which the session is fresh.
    fresh_until: DateTime,
    /// The session, which stays the same.
    session: Session,
}

#[derive(Default)]
pub struct ReauthenticateMutation;

#[Object]
impl ReauthenticateMutation {
    /// Lists the ways in which the signed-in user can prove who they are, to make their session fresh with `reauthenticate`, and
    /// starts a ceremony for their passkeys.
    ///
    /// Errors: RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn start_reauthentication(
        &self,
        ctx: &Context<'_>,
    ) -> Result<StartReauthenticationPayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let sessions = &services(ctx)?.sessions;
        let started = sessions.start_reauthentication(&viewer, client(ctx)?);
        let started = started.await?;
        Ok(StartReauthenticationPayload {
            methods: started.methods.into_iter().map(Into::into).collect(),
            ceremony: started.ceremony.map(PasskeyCeremony::from),
        })
    }

    /// Makes the session fresh: the user proves again who they are, and for five minutes, unless the operator changed that, may
    /// call the fields that need it. The session and its tokens stay as they are. Access tokens that `refresh` issues from now
    /// on have the time of the proof as `auth_time`.
    ///
    /// Errors: AUTH_INVALID_CREDENTIALS (the password is wrong), AUTH_SECOND_FACTOR_INVALID, AUTH_CHALLENGE_INVALID and
    /// PASSKEY_NOT_FOUND (with a passkey), AUTH_REAUTHENTICATION_REQUIRED (the password is not enough, because the account has
    /// a second factor), VALIDATION_FAILED, RATE_LIMITED, OVERLOADED.
    #[graphql(directive = access::apply(AccessLevel::Authenticated))]
    async fn reauthenticate(
        &self,
        ctx: &Context<'_>,
        input: ReauthenticateInput,
    ) -> Result<ReauthenticatePayload, ApiError> {
        let viewer = viewer(ctx).await?;
        let code = |code| Proof::SecondFactor(SecondFactorAnswer::Code(code));
        let totp = input.totp_code.as_deref().map(FactorCode::Totp);
        let recovery = input.recovery_code.as_deref().map(FactorCode::Recovery);
        let passkey = input.passkey.map(PasskeyCredentialInput::parse);
        let passkey = passkey.transpose()?;
        let passkey = passkey.as_ref().map(SecondFactorAnswer::Passkey);
        let proof = exactly_one([
            ("password", input.password.as_deref().map(Proof::Password)),
            ("totpCode", totp.map(code)),
            ("recoveryCode", recovery.map(code)),
            ("passkey", passkey.map(Proof::SecondFactor)),
        ])?;
        let sessions = &services(ctx)?.sessions;
        let proven = sessions.reauthenticate(&viewer, client(ctx)?, proof);
        let proven = proven.await?;
        Ok(ReauthenticatePayload {
            fresh_until: DateTime(proven.fresh_until),
            session: Session::new(sessions, proven.session, true),
        })
    }
}
