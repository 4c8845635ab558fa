//! Sign-ins with a passkey alone, whose authenticator verifies its user: that makes it two factors.

use super::Sessions;
use super::sign_in::{Login, SignIn};
use crate::domain::{Client, OrganizationId, PasskeyAnswer};
use crate::service::error::AuthError;
use crate::service::passkey::PasskeyPurpose;
use crate::service::rate_limits::RateLimitedAction;

impl Sessions {
    /// Signs the owner of a passkey in, with an active organization if one is named.
    ///
    /// # Errors
    /// `ChallengeInvalid` when the ceremony is unknown, used up or expired; `PasskeyNotFound`, `PasskeyRefused`;
    /// `OrganizationNotFound` or `EmailNotVerified` when the user is not a verified member of the organization;
    /// `RateLimited`.
    pub async fn sign_in_with_passkey(
        &self,
        answer: &PasskeyAnswer,
        organization_id: Option<OrganizationId>,
        client: Client,
    ) -> Result<Login, AuthError> {
        let action = RateLimitedAction::CompletePasskeyLogin;
        let limits = &self.core.rate_limits;
        let charged = limits.charge(action, &client, &[], None).await?;
        let checked = self.passkeys.check(PasskeyPurpose::Login, answer, &client);
        let checked = checked.await?;
        let user_id = checked.user.id;
        let signed_in = self.sign_in(SignIn {
            user: checked.user,
            password_version: checked.password_version,
            device_known: checked.device_known,
            methods: checked.proof.factor.methods(),
            second_factor: Some(checked.proof),
            organization_id,
            client: &client,
            action,
            charged: &charged,
        });
        match signed_in.await {
            Ok(login) => Ok(login),
            // The account changed while the ceremony was answered.
            Err(AuthError::InvalidCredentials) => Err(AuthError::ChallengeInvalid),
            Err(error) => {
                self.passkeys
                    .record_suspicion(&error, user_id, &client, action);
                Err(error)
            }
        }
    }
}
