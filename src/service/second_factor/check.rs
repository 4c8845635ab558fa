//! Checks of the answers to the question for a second factor.

use super::SecondFactors;
use crate::domain::{
    Client, MatchedFactor, RecoveryCode, SecondFactorAnswer, StoredFactors, StoredTotp, TotpCode,
    User, UserId,
};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::mail::Template;
use crate::store::NewNotice;

impl SecondFactors {
    /// Checks an answer against the factors of a user. Returns the factor, which the store must use up before anything is
    /// granted, because another request may use it first.
    ///
    /// # Errors
    /// `SecondFactorInvalid` when the answer is wrong; `Overloaded`.
    pub(in crate::service) async fn check(
        &self,
        user_id: UserId,
        factors: &StoredFactors,
        answer: SecondFactorAnswer<'_>,
    ) -> Result<MatchedFactor, AuthError> {
        let factor = match answer {
            SecondFactorAnswer::TotpCode(code) => {
                let totp = factors.totp.as_ref();
                totp.and_then(|totp| self.check_totp(user_id, totp, code))
            }
            SecondFactorAnswer::RecoveryCode(code) => {
                let parameters = factors.recovery_parameters.as_deref();
                self.check_recovery_code(user_id, parameters, code).await?
            }
        };
        factor.ok_or(AuthError::SecondFactorInvalid)
    }

    fn check_totp(&self, user_id: UserId, totp: &StoredTotp, code: &str) -> Option<MatchedFactor> {
        let code = TotpCode::parse(code)?;
        let Some(secret) = self.secrets.open(user_id, &totp.sealed) else {
            tracing::error!(user = %user_id, "no code can be right for this account: another SECRET_KEY sealed its authenticator app; set SECRET_KEY_PREVIOUS to that key");
            return None;
        };
        let step = secret.step_of(&code, self.core.clock.now())?;
        Some(MatchedFactor::Totp {
            step,
            confirmed_at: totp.confirmed_at,
        })
    }

    /// Hashes a recovery code. Only its use shows whether it is right.
    async fn check_recovery_code(
        &self,
        user_id: UserId,
        parameters: Option<&str>,
        code: &str,
    ) -> Result<Option<MatchedFactor>, AuthError> {
        let (Some(code), Some(parameters)) = (RecoveryCode::parse(code), parameters) else {
            return Ok(None);
        };
        let (password, parameters) = (code.as_password(), parameters.to_owned());
        let output = self.hasher.run(Caller::Known(user_id), move |engine| {
            engine.hash_under(&parameters, &password)
        });
        match output.await? {
            Ok(output) => Ok(Some(MatchedFactor::RecoveryCode { output })),
            Err(problem) => {
                tracing::error!(user = %user_id, %problem, "no recovery code can be right for this account");
                Ok(None)
            }
        }
    }

    /// Composes the notice of the use of a factor: of a recovery code, with the number of codes that are left after it.
    pub(in crate::service) fn notice_of_use(
        &self,
        user: &User,
        factors: &StoredFactors,
        factor: &MatchedFactor,
        client: &Client,
    ) -> Result<Option<NewNotice>, AuthError> {
        match factor {
            MatchedFactor::Totp { .. } => Ok(None),
            MatchedFactor::RecoveryCode { .. } => {
                let left = factors.recovery_codes_left.saturating_sub(1);
                let notice = notice::compose_about_recovery_codes(
                    &self.core,
                    Template::RecoveryCodeUsed,
                    &user.username,
                    client,
                    left,
                );
                notice.map(Some)
            }
        }
    }
}
