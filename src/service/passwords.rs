//! Comparing, setting, judging and upgrading passwords, all on the threads that hash.

use super::hasher::{Caller, Verdict};
use super::limits::Subject;
use super::password_strength::{KnownOwner, PasswordPolicy, PasswordStrength, about_user};
use super::{Attempt, AuthError, Hasher, Limits, SecurityEvents};
use crate::domain::{Client, Password, SecurityEventKind, User, Viewer};
use crate::store::{Credentials, Identifier, Store};

/// Why an account does not get back a password that it had before "this was not me".
const COMPROMISED: &str = "must be new to this account: somebody else may know the ones it had";

/// The password rules. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    store: Store,
    hasher: Hasher,
    policy: PasswordPolicy,
    limits: Limits,
    events: SecurityEvents,
}

/// Credentials whose password was right.
pub(super) struct Checked {
    pub credentials: Credentials,
    /// The password, if its hash was made with other parameters or another algorithm.
    outdated: Option<Password>,
}

impl Passwords {
    #[must_use]
    pub fn new(
        store: Store,
        hasher: Hasher,
        policy: PasswordPolicy,
        limits: Limits,
        events: SecurityEvents,
    ) -> Self {
        Self {
            store,
            hasher,
            policy,
            limits,
            events,
        }
    }

    /// Reads a password that is to be set; how guessable it is, is judged when it is.
    ///
    /// # Errors
    /// Says, for a person, that it is too short or too long.
    pub fn parse(&self, raw: &str) -> Result<Password, String> {
        let password = Password::given(raw);
        match self.policy.length_problem(&password) {
            None => Ok(password),
            Some(problem) => Err(self.policy.describe(problem, None)),
        }
    }

    /// What is asked of a new password.
    #[must_use]
    pub fn policy(&self) -> PasswordPolicy {
        self.policy
    }

    /// Judges a password as [`Passwords::set`] would, for an owner of whom this is known.
    ///
    /// # Errors
    /// `Overloaded`.
    pub(super) async fn assess(
        &self,
        raw: &str,
        owner: &KnownOwner<'_>,
    ) -> Result<PasswordStrength, AuthError> {
        let password = Password::given(raw);
        let identity = owner.identity();
        let policy = self.policy;
        self.hasher
            .run(Caller::Stranger, move |_| {
                policy.judge(&password, &identity)
            })
            .await
    }

    /// Judges the password of a new account and hashes it. `field` is the input's name for it; `about` is what an
    /// attacker knows of its owner.
    ///
    /// # Errors
    /// `Invalid` when it is too guessable; `Overloaded`.
    pub(super) async fn set(
        &self,
        caller: Caller,
        field: &'static str,
        password: Password,
        about: Vec<String>,
    ) -> Result<String, AuthError> {
        self.hash(caller, field, password, about, Vec::new()).await
    }

    /// Judges the new password of an account and hashes it, for its owner.
    ///
    /// # Errors
    /// `Invalid` at `newPassword` when it is too guessable, or somebody else may know it; `Overloaded`.
    pub(super) async fn replace(
        &self,
        user: &User,
        password: Password,
    ) -> Result<String, AuthError> {
        let compromised = self.store.list_compromised_hashes(user.id).await?;
        let (caller, about) = (Caller::Known(user.id), about_user(user));
        self.hash(caller, "newPassword", password, about, compromised)
            .await
    }

    /// Judges a password and hashes it, both on a hashing thread: judging a password that was made to be hard to judge
    /// takes longer than hashing it.
    async fn hash(
        &self,
        caller: Caller,
        field: &'static str,
        password: Password,
        about: Vec<String>,
        compromised: Vec<String>,
    ) -> Result<String, AuthError> {
        let policy = self.policy;
        let hash = self.hasher.run(caller, move |engine| {
            let refused = |message| AuthError::Invalid { field, message };
            policy.enforce(&password, &about).map_err(refused)?;
            for known in &compromised {
                let verdict = engine.verify(&password, Some(known));
                let verdict = verdict.map_err(AuthError::Unexpected)?;
                if matches!(verdict, Verdict::Right { .. }) {
                    return Err(refused(COMPROMISED.to_owned()));
                }
            }
            engine.hash(&password).map_err(AuthError::Unexpected)
        });
        hash.await?
    }

    /// Compares a password with the credentials that were found for an identifier, or with nothing:
    /// an unknown user costs what a known one costs, and gets the same answer.
    ///
    /// # Errors
    /// `InvalidCredentials` when it is wrong; `Overloaded`.
    pub(super) async fn check(
        &self,
        caller: Caller,
        raw: &str,
        credentials: Option<Credentials>,
    ) -> Result<Checked, AuthError> {
        // A void password is compared with the dummy, too.
        let hash = credentials.as_ref().and_then(|it| it.password_hash.clone());
        let password = Password::given(raw);
        let given = password.clone();
        let verdict = self
            .hasher
            .run(caller, move |engine| engine.verify(&given, hash.as_deref()));
        let verdict = verdict.await?.map_err(AuthError::Unexpected)?;
        match (credentials, verdict) {
            (Some(credentials), Verdict::Right { outdated }) => Ok(Checked {
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
    pub(super) async fn confirm(
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
        match self.check(caller, raw, found).await {
            Ok(checked) => Ok(checked.credentials),
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
    pub(super) async fn upgrade(&self, caller: Caller, checked: &Checked) {
        let Some(password) = checked.outdated.clone() else {
            return;
        };
        let Credentials {
            user,
            password_version,
            ..
        } = &checked.credentials;
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
