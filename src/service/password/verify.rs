//! Comparing a password with an account's, and making an outdated hash anew, on the threads that hash.

use super::Passwords;
use crate::domain::{Client, Credentials, Identifier, Password, SecurityEventKind, Viewer};
use crate::service::error::AuthError;
use crate::service::hasher::{Caller, Verdict};
use crate::service::limits::{Attempt, Subject};

/// Credentials whose password was right.
pub struct VerifiedCredentials {
    pub credentials: Credentials,
    /// The password, if its hash was made with other parameters or another algorithm.
    outdated: Option<Password>,
}

impl Passwords {
    /// Compares a password with the credentials that were found for an identifier, or with nothing:
    /// an unknown user costs what a known one costs, and gets the same answer.
    ///
    /// # Errors
    /// `InvalidCredentials` when it is wrong; `Overloaded`.
    pub(in crate::service) async fn verify(
        &self,
        caller: Caller,
        raw: &str,
        credentials: Option<Credentials>,
    ) -> Result<VerifiedCredentials, AuthError> {
        // A void password is compared with the dummy, too.
        let hash = credentials.as_ref().and_then(|it| it.password_hash.clone());
        let password = Password::given(raw);
        let given = password.clone();
        let verdict = self
            .hasher
            .run(caller, move |engine| engine.verify(&given, hash.as_deref()));
        let verdict = verdict.await?.map_err(AuthError::Unexpected)?;
        match (credentials, verdict) {
            (Some(credentials), Verdict::Right { outdated }) => Ok(VerifiedCredentials {
                credentials,
                outdated: outdated.then_some(password),
            }),
            (Some(credentials), Verdict::Unreadable(problem)) => {
                let user = credentials.user.id;
                tracing::error!(%user, problem, "no password can be right for this account until its owner resets it: latchkey doctor");
                Err(AuthError::InvalidCredentials)
            }
            _ => Err(AuthError::InvalidCredentials),
        }
    }

    /// Compares the password that somebody who is signed in gives again, which is charged to their
    /// session.
    ///
    /// # Errors
    /// `WrongPassword`, since they need not be told that their name may be wrong; `RateLimited`,
    /// `Overloaded`.
    pub(in crate::service) async fn confirm(
        &self,
        attempt: Attempt,
        viewer: &Viewer,
        client: &Client,
        raw: &str,
    ) -> Result<Credentials, AuthError> {
        let whose = Identifier::Id(viewer.user.id);
        let session = viewer.session.id.to_string();
        let subjects = [(Subject::Account, session.as_str())];
        self.limits
            .charge(attempt, client, &subjects, Some(whose.clone()))
            .await?;
        let found = self.store.find_credentials(&whose, None).await?;
        let caller = Caller::Known(viewer.user.id);
        match self.verify(caller, raw, found).await {
            Ok(verified) => Ok(verified.credentials),
            Err(AuthError::InvalidCredentials) => {
                let kind = SecurityEventKind::PasswordRefused;
                let operation = attempt.field();
                self.events.observe(kind, Some(whose), client, operation);
                Err(AuthError::WrongPassword)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes an outdated hash anew. If that fails, the next login will try again: a right password
    /// must not be refused for it.
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
                let upgrade = self
                    .store
                    .upgrade_password_hash(user.id, *password_version, &hash);
                upgrade.await.map_err(AuthError::from)
            }
            Ok(Err(error)) => Err(AuthError::Unexpected(error)),
            Err(error) => Err(error),
        };
        if let Err(error) = upgraded {
            tracing::warn!(%error, user = %user.id, "an outdated password hash was not made anew");
        }
    }
}
