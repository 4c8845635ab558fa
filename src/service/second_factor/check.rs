//! Checks of the answers to the question for a second factor.

use super::SecondFactors;
use crate::domain::{
    Client, FactorCode, MatchedFactor, RecoveryCode, StoredFactors, StoredTotp, TotpCode, User,
    UserId,
};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::mail::Template;
use crate::store::{FactorProof, NewNotice};

impl SecondFactors {
    /// Checks a code against the factors of a user. Returns the proof, which the store must use up before anything is granted,
    /// because another request may use it first.
    ///
    /// # Errors
    /// `SecondFactorInvalid` when the answer is wrong; `Overloaded`.
    pub(in crate::service) async fn check(
        &self,
        user: &User,
        factors: &StoredFactors,
        code: FactorCode<'_>,
        client: &Client,
    ) -> Result<FactorProof, AuthError> {
        let factor = match code {
            FactorCode::Totp(code) => {
                let totp = factors.totp.as_ref();
                totp.and_then(|totp| self.check_totp(user.id, totp, code))
            }
            FactorCode::Recovery(code) => {
                let parameters = factors.recovery_parameters.as_deref();
                self.check_recovery_code(user.id, parameters, code).await?
            }
        };
        let factor = factor.ok_or(AuthError::SecondFactorInvalid)?;
        Ok(FactorProof {
            challenges: Vec::new(),
            notice: self.notice_of_use(user, factors, &factor, client)?,
            factor,
        })
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
    fn notice_of_use(
        &self,
        user: &User,
        factors: &StoredFactors,
        factor: &MatchedFactor,
        client: &Client,
    ) -> Result<Option<NewNotice>, AuthError> {
        match factor {
            MatchedFactor::Totp { .. } | MatchedFactor::Passkey(_) => Ok(None),
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
