//! What is asked of a password, and comparing, setting and upgrading it.

use zxcvbn::feedback::Feedback;
use zxcvbn::{Score, zxcvbn};

use super::{AuthError, Hasher};
use crate::domain::{EmailAddress, Password};
use crate::service::hasher::Verdict;
use crate::store::{Credentials, Store};

/// What is asked of a new password.
#[derive(Clone, Copy, Debug)]
pub struct PasswordPolicy {
    /// NIST SP 800-63B-4 section 3.1.1.2 asks for 8 where a password is one of two factors.
    pub min_chars: usize,
    /// A zxcvbn score, 0 to 4; 3 is "safely unguessable" when hashes leak (about 10^8 guesses).
    pub min_score: u8,
}

/// The password rules. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    store: Store,
    hasher: Hasher,
    policy: PasswordPolicy,
}

impl Passwords {
    #[must_use]
    pub fn new(store: Store, hasher: Hasher, policy: PasswordPolicy) -> Self {
        Self {
            store,
            hasher,
            policy,
        }
    }

    /// Judges a new password and hashes it. `field` is the input's name for it; `about` is what an
    /// attacker knows of its owner.
    ///
    /// # Errors
    /// `Invalid` when it is too short, too long or too guessable; `Overloaded`.
    pub(super) async fn set(
        &self,
        field: &'static str,
        raw: &str,
        about: &[&str],
    ) -> Result<String, AuthError> {
        let invalid = |message| AuthError::Invalid { field, message };
        let password = Password::chosen(raw, self.policy.min_chars).map_err(invalid)?;
        let entropy = zxcvbn(password.reveal(), about);
        if u8::from(entropy.score()) < self.policy.min_score {
            return Err(invalid(
                match entropy.feedback().and_then(Feedback::warning) {
                    Some(warning) => format!("is too easy to guess: {warning}"),
                    None => "is too easy to guess: use more words, or less usual ones".to_owned(),
                },
            ));
        }
        self.hasher.hash(password).await
    }

    /// Compares a password with the credentials that were found for an identifier, or with nothing:
    /// an unknown user costs what a known one costs, and gets the same answer.
    ///
    /// # Errors
    /// `InvalidCredentials` when it is wrong; `Overloaded`.
    pub(super) async fn check(
        &self,
        raw: &str,
        credentials: Option<Credentials>,
    ) -> Result<Credentials, AuthError> {
        let hash = credentials.as_ref().map(|it| it.password_hash.clone());
        let password = Password::given(raw);
        let verdict = self.hasher.verify(password.clone(), hash).await?;
        let (Some(credentials), Verdict::Right { outdated }) = (credentials, verdict) else {
            return Err(AuthError::InvalidCredentials);
        };
        if outdated {
            let hash = self.hasher.hash(password).await?;
            self.store
                .upgrade_password_hash(credentials.user.id, credentials.password_version, &hash)
                .await?;
        }
        Ok(credentials)
    }
}

/// What an attacker tries first: who the user is, whole and in parts.
pub(super) fn about<'a>(email: &'a EmailAddress, names: &[&'a str]) -> Vec<&'a str> {
    let mut about = vec![email.as_str(), "latchkey"];
    about.extend(email.parts());
    about.extend(names);
    about
}

impl PasswordPolicy {
    /// The highest score there is.
    pub const MAX_SCORE: u8 = Score::Four as u8;
}
