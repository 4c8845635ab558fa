//! Step-up: a proof that the user of a session still is who they are, which makes the session fresh.

use chrono::{DateTime, Utc};

use super::Sessions;
use super::freshness;
use crate::domain::{
    AuthenticationMethod, AuthenticationMethods, Client, FactorCode, Identifier,
    ReauthenticationMethod, SecondFactorAnswer, SecurityEventKind, Session, Viewer,
};
use crate::service::account::sign_in_methods::find_sign_in_methods;
use crate::service::error::AuthError;
use crate::service::passkey::{PasskeyCeremony, PasskeyPurpose};
use crate::service::rate_limits::{Prover, RateLimitedAction};
use crate::store::{FactorProof, NewProof, ProofOfUser, ReauthenticationError};

/// The proof that a user gives.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    Password(&'a str),
    SecondFactor(SecondFactorAnswer<'a>),
}

/// The ways in which a user can make their session fresh.
pub struct StartedReauthentication {
    pub methods: Vec<ReauthenticationMethod>,
    /// The ceremony for their passkeys.
    pub ceremony: Option<PasskeyCeremony>,
}

/// A session that is fresh.
pub struct Reauthenticated {
    pub session: Session,
    pub fresh_until: DateTime<Utc>,
}

impl Sessions {
    /// Lists the ways in which the viewer can make their session fresh, and starts a ceremony if a passkey is one of them.
    ///
    /// # Errors
    /// `RateLimited`.
    pub async fn start_reauthentication(
        &self,
        viewer: &Viewer,
        client: &Client,
    ) -> Result<StartedReauthentication, AuthError> {
        let action = RateLimitedAction::StartReauthentication;
        self.core.rate_limits.charge_network(action, client).await?;
        let methods = find_sign_in_methods(&self.core, viewer.user.id).await?;
        let methods = methods.reauthentication();
        let ceremony = if methods.contains(&ReauthenticationMethod::Passkey) {
            self.passkeys.start_reauthentication(viewer).await?
        } else {
            None
        };
        Ok(StartedReauthentication { methods, ceremony })
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
        let methods = AuthenticationMethods::from_iter([AuthenticationMethod::Pwd]);
        self.record_proof(viewer, client, methods, proof).await
    }

    async fn prove_by_second_factor(
        &self,
        viewer: &Viewer,
        client: &Client,
        answer: SecondFactorAnswer<'_>,
    ) -> Result<Reauthenticated, AuthError> {
        let action = match answer {
            SecondFactorAnswer::Code(FactorCode::Totp(_)) => {
                RateLimitedAction::ReauthenticateWithCode
            }
            SecondFactorAnswer::Code(FactorCode::Recovery(_)) => {
                RateLimitedAction::ReauthenticateWithRecoveryCode
            }
            SecondFactorAnswer::Passkey(_) => RateLimitedAction::ReauthenticateWithPasskey,
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
                self.passkeys
                    .record_suspicion(&error, viewer.user.id, client, action);
                if let AuthError::SecondFactorInvalid | AuthError::PasskeyRefused(_) = error {
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
        let proof = match answer {
            SecondFactorAnswer::Code(code) => self.check_code(viewer, client, code).await?,
            SecondFactorAnswer::Passkey(answer) => {
                let purpose = PasskeyPurpose::Reauthentication(viewer.session.id);
                self.passkeys.check(purpose, answer, client).await?.proof
            }
        };
        let methods = proof.factor.methods();
        let proof = ProofOfUser::SecondFactor(Box::new(proof));
        self.record_proof(viewer, client, methods, proof).await
    }

    async fn check_code(
        &self,
        viewer: &Viewer,
        client: &Client,
        code: FactorCode<'_>,
    ) -> Result<FactorProof, AuthError> {
        let stored = self.core.store.find_factors(viewer.user.id).await?;
        let factors = &self.second_factors;
        factors.check(&viewer.user, &stored, code, client).await
    }

    async fn record_proof(
        &self,
        viewer: &Viewer,
        client: &Client,
        methods: AuthenticationMethods,
        proof: ProofOfUser,
    ) -> Result<Reauthenticated, AuthError> {
        let audit = self.core.audit.begin(client);
        let fresh_until = audit.at + self.core.policy.fresh_ttl;
        let proof = NewProof {
            session_id: viewer.session.id,
            user_id: viewer.user.id,
            proof,
            methods: viewer.session.methods_with(methods),
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
            ReauthenticationError::Factor(error) => error.into(),
            ReauthenticationError::SessionEnded => Self::SessionEnded(None),
            ReauthenticationError::Store(error) => error.into(),
        }
    }
}
