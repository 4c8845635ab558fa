//! Step-up: a proof that the user of a session still is who they are, which makes the session fresh.

use chrono::{DateTime, Utc};

use super::Sessions;
use super::freshness;
use crate::domain::{
    AuthenticationMethod, Client, Identifier, ReauthenticationMethod, SecondFactorAnswer,
    SecurityEventKind, Session, Viewer,
};
use crate::service::account::sign_in_methods::find_sign_in_methods;
use crate::service::error::AuthError;
use crate::service::rate_limits::{Prover, RateLimitedAction};
use crate::store::{NewNotice, NewProof, ProofOfUser, ReauthenticationError};

/// The proof that a user gives.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    Password(&'a str),
    SecondFactor(SecondFactorAnswer<'a>),
}

/// A session that is fresh.
pub struct Reauthenticated {
    pub session: Session,
    pub fresh_until: DateTime<Utc>,
}

impl Sessions {
    /// Lists the ways in which the viewer can make their session fresh.
    pub async fn start_reauthentication(
        &self,
        viewer: &Viewer,
    ) -> Result<Vec<ReauthenticationMethod>, AuthError> {
        let methods = find_sign_in_methods(&self.core, viewer.user.id).await?;
        Ok(methods.reauthentication())
    }

    /// Makes the viewer's session fresh. The session and its tokens stay as they are.
    ///
    /// # Errors
    /// `WrongPassword`, `SecondFactorInvalid`; `ReauthenticationRequired` for a password if the account has a second factor,
    /// because that is to be shown then; `SessionEnded`, `RateLimited`, `Overloaded`.
    pub async fn reauthenticate(
        &self,
        viewer: &Viewer,
        client: &Client,
        proof: Proof<'_>,
    ) -> Result<Reauthenticated, AuthError> {
        match proof {
            Proof::Password(password) => self.prove_by_password(viewer, client, password).await,
            Proof::SecondFactor(answer) => {
                self.prove_by_second_factor(viewer, client, answer).await
            }
        }
    }

    async fn prove_by_password(
        &self,
        viewer: &Viewer,
        client: &Client,
        password: &str,
    ) -> Result<Reauthenticated, AuthError> {
        if viewer.user.second_factor_since.is_some() {
            return Err(freshness::reauthentication_required(&self.core, viewer).await?);
        }
        let action = RateLimitedAction::Reauthenticate;
        let credentials = self
            .passwords
            .confirm(action, viewer, client, password)
            .await?;
        let version = credentials.password_version;
        let proof = ProofOfUser::Password { version };
        self.record_proof(viewer, client, AuthenticationMethod::Pwd, proof, None)
            .await
    }

    async fn prove_by_second_factor(
        &self,
        viewer: &Viewer,
        client: &Client,
        answer: SecondFactorAnswer<'_>,
    ) -> Result<Reauthenticated, AuthError> {
        let action = match answer {
            SecondFactorAnswer::TotpCode(_) => RateLimitedAction::ReauthenticateWithCode,
            SecondFactorAnswer::RecoveryCode(_) => {
                RateLimitedAction::ReauthenticateWithRecoveryCode
            }
        };
        let limits = &self.core.rate_limits;
        // A thief of the password may have made any number of sessions before the factor was turned on.
        let prover = match viewer.session.second_factor_at {
            Some(_) => Prover::Session(viewer.session.id),
            None => Prover::UnknownDevices,
        };
        let charged = limits
            .charge_prover(action, client, viewer.user.id, &prover)
            .await?;
        match self.check_second_factor(viewer, client, answer).await {
            Ok(fresh) => {
                limits.give_back(&charged).await;
                Ok(fresh)
            }
            Err(error) => {
                if let AuthError::SecondFactorInvalid = error {
                    let kind = SecurityEventKind::SecondFactorRefused;
                    let account = Some(Identifier::Id(viewer.user.id));
                    let audit = &self.core.audit;
                    audit.record_later(kind, account, client, action.operation());
                }
                Err(self.give_back_on_failure(error, &charged).await)
            }
        }
    }

    /// Checks a second factor that was charged, and records the proof.
    async fn check_second_factor(
        &self,
        viewer: &Viewer,
        client: &Client,
        answer: SecondFactorAnswer<'_>,
    ) -> Result<Reauthenticated, AuthError> {
        let user = &viewer.user;
        let stored = self.core.store.find_factors(user.id).await?;
        let factors = &self.second_factors;
        let factor = factors.check(user.id, &stored, answer).await?;
        let notice = factors.notice_of_use(user, &stored, &factor, client)?;
        let method = factor.method();
        let proof = ProofOfUser::SecondFactor(factor);
        self.record_proof(viewer, client, method, proof, notice)
            .await
    }

    async fn record_proof(
        &self,
        viewer: &Viewer,
        client: &Client,
        method: AuthenticationMethod,
        proof: ProofOfUser,
        notice: Option<NewNotice>,
    ) -> Result<Reauthenticated, AuthError> {
        let audit = self.core.audit.begin(client);
        let fresh_until = audit.at + self.core.policy.fresh_ttl;
        let proof = NewProof {
            session_id: viewer.session.id,
            user_id: viewer.user.id,
            proof,
            notice,
            methods: viewer.session.methods_with(method),
            audit,
        };
        let recorded = self.core.store.record_proof(&proof).await?;
        Ok(Reauthenticated {
            session: self.core.audit.publish(recorded),
            fresh_until,
        })
    }
}

impl From<ReauthenticationError> for AuthError {
    fn from(error: ReauthenticationError) -> Self {
        match error {
            ReauthenticationError::Outdated => Self::WrongPassword,
            ReauthenticationError::Used => Self::SecondFactorInvalid,
            ReauthenticationError::SessionEnded => Self::SessionEnded(None),
            ReauthenticationError::Store(error) => error.into(),
        }
    }
}
