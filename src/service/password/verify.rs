//! Comparing a password with that of an account, and replacing an outdated hash, on the hashing threads.

use super::Passwords;
use crate::domain::{
    Client, Confirmation, Credentials, Identifier, Password, SecurityEventKind, User, Viewer,
};
use crate::service::error::AuthError;
use crate::service::hasher::{Caller, Verdict};
use crate::service::rate_limits::{LimitScope, RateLimitedAction};
use crate::service::session::freshness::require_fresh;

/// Credentials whose password was right.
pub struct VerifiedCredentials {
    pub credentials: Credentials,
    /// The password, if its hash has outdated parameters or algorithm.
    outdated: Option<Password>,
}

/// A user who may change how they sign in, and the confirmation of that.
pub struct ConfirmedUser {
    pub user: User,
    pub confirmation: Confirmation,
}

impl Passwords {
    /// Compares a password with the credentials of an account. `None` stands for an unknown user, and takes the same
    /// time for the same error.
    ///
    /// # Errors
    /// `InvalidCredentials` when the password is wrong; `Overloaded`.
    pub(in crate::service) async fn verify(
        &self,
        caller: Caller,
        raw: &str,
        credentials: Option<Credentials>,
    ) -> Result<VerifiedCredentials, AuthError> {
        // A void password is compared with the dummy hash, as is that of an unknown user.
        let hash = credentials
            .as_ref()
            .and_then(|credentials| credentials.password_hash.clone());
        let password = Password::given(raw);
        let given = password.clone();
        let verdict = self
            .hasher
            .run(caller, move |engine| engine.verify(&given, hash.as_deref()));
        match (credentials, verdict.await??) {
            (Some(credentials), Verdict::Right { outdated }) => Ok(VerifiedCredentials {
                credentials,
                outdated: outdated.then_some(password),
            }),
            (Some(credentials), Verdict::Unreadable(problem)) => {
                let (user, problem) = (credentials.user.id, problem.to_string());
                tracing::error!(%user, problem, "no password can be right for this account until its owner resets it: latchkey doctor");
                Err(AuthError::InvalidCredentials)
            }
            _ => Err(AuthError::InvalidCredentials),
        }
    }

    /// Confirms that a user who is logged in may change how they sign in: by their password, or without one if their session
    /// is fresh. The attempt is charged to the session.
    ///
    /// # Errors
    /// `WrongPassword` when the password is wrong; `ReauthenticationRequired` without a password if the session is not fresh;
    /// `RateLimited`, `Overloaded`.
    pub(in crate::service) async fn confirm_or_require_fresh(
        &self,
        action: RateLimitedAction,
        viewer: &Viewer,
        client: &Client,
        raw: Option<&str>,
    ) -> Result<ConfirmedUser, AuthError> {
        if let Some(raw) = raw {
            let credentials = self.confirm(action, viewer, client, raw).await?;
            let version = credentials.password_version;
            return Ok(ConfirmedUser {
                user: credentials.user,
                confirmation: Confirmation::Password { version },
            });
        }
        let fresh = require_fresh(&self.core, viewer).await?;
        self.charge_confirmation(action, viewer, client).await?;
        Ok(ConfirmedUser {
            user: viewer.user.clone(),
            confirmation: Confirmation::FreshSession(fresh),
        })
    }

    /// Confirms the password of a user who is logged in. The attempt is charged to their session.
    ///
    /// # Errors
    /// `WrongPassword` when the password is wrong; `RateLimited`, `Overloaded`.
    pub(in crate::service) async fn confirm(
        &self,
        action: RateLimitedAction,
        viewer: &Viewer,
        client: &Client,
        raw: &str,
    ) -> Result<Credentials, AuthError> {
        self.charge_confirmation(action, viewer, client).await?;
        let account = Identifier::Id(viewer.user.id);
        let credentials = self.core.store.find_credentials(&account, None).await?;
        let caller = Caller::Known(viewer.user.id);
        match self.verify(caller, raw, credentials).await {
            Ok(verified) => Ok(verified.credentials),
            Err(AuthError::InvalidCredentials) => {
                let kind = SecurityEventKind::PasswordRefused;
                let operation = action.operation();
                self.core
                    .audit
                    .record_later(kind, Some(account), client, operation);
                Err(AuthError::WrongPassword)
            }
            Err(error) => Err(error),
        }
    }

    /// Charges a confirmation, or a change in a fresh session, to the session.
    pub(super) async fn charge_confirmation(
        &self,
        action: RateLimitedAction,
        viewer: &Viewer,
        client: &Client,
    ) -> Result<(), AuthError> {
        let account = Identifier::Id(viewer.user.id);
        let session = viewer.session.id.to_string();
        let party = (LimitScope::Account, session.as_str());
        self.core
            .rate_limits
            .charge(action, client, &[party], Some(account))
            .await?;
        Ok(())
    }

    /// Replaces an outdated hash. A failure is only logged, so that it does not refuse a right password; the next login
    /// tries again.
    pub(in crate::service) async fn upgrade(&self, caller: Caller, verified: &VerifiedCredentials) {
        let Some(password) = verified.outdated.clone() else {
            return;
        };
        let Credentials {
            user,
            password_version,
            ..
        } = &verified.credentials;
        let hashed = self
            .hasher
            .run(caller, move |engine| engine.hash(&password));
        let upgraded = match hashed.await {
            Ok(Ok(hash)) => {
                let upgrade =
                    self.core
                        .store
                        .upgrade_password_hash(user.id, *password_version, &hash);
                upgrade.await.map_err(AuthError::from)
            }
            Ok(Err(error)) => Err(error.into()),
            Err(error) => Err(error),
        };
        if let Err(error) = upgraded {
            tracing::warn!(%error, user = %user.id, "an outdated password hash was not replaced");
        }
    }
}
