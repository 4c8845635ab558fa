//! What is asked of a password, and comparing, setting and upgrading it.

use zxcvbn::feedback::Feedback;
use zxcvbn::{Entropy, Score, zxcvbn};

use super::hasher::Verdict;
use super::{AuthError, Hasher};
use crate::domain::{EmailAddress, Password};
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

/// Credentials whose password was right.
pub(super) struct Checked {
    pub credentials: Credentials,
    /// The password, if its hash was made with other parameters or another algorithm.
    outdated: Option<Password>,
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

    /// Reads a password that is to be set; how guessable it is, is judged when it is.
    ///
    /// # Errors
    /// Says, for a person, that it is too short or too long.
    pub fn parse(&self, raw: &str) -> Result<Password, String> {
        Password::chosen(raw, self.policy.min_chars)
    }

    /// Judges a new password and hashes it, both on a hashing thread: judging a password that was
    /// made to be hard to judge takes longer than hashing it. `field` is the input's name for it;
    /// `about` is what an attacker knows of its owner.
    ///
    /// # Errors
    /// `Invalid` when it is too guessable; `Overloaded`.
    pub(super) async fn set(
        &self,
        field: &'static str,
        password: Password,
        about: Vec<String>,
    ) -> Result<String, AuthError> {
        let min_score = self.policy.min_score;
        let hash = self.hasher.run(move |engine| {
            judge(password.reveal(), &about, min_score)
                .map_err(|message| AuthError::Invalid { field, message })?;
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
        raw: &str,
        credentials: Option<Credentials>,
    ) -> Result<Checked, AuthError> {
        let hash = credentials.as_ref().map(|it| it.password_hash.clone());
        let password = Password::given(raw);
        let given = password.clone();
        let verdict = self
            .hasher
            .run(move |engine| engine.verify(&given, hash.as_deref()));
        let verdict = verdict.await?.map_err(AuthError::Unexpected)?;
        let (Some(credentials), Verdict::Right { outdated }) = (credentials, verdict) else {
            return Err(AuthError::InvalidCredentials);
        };
        Ok(Checked {
            credentials,
            outdated: outdated.then_some(password),
        })
    }

    /// Makes an outdated hash anew. If that fails, the next login will try again: a right password
    /// must not be refused for it.
    pub(super) async fn upgrade(&self, checked: &Checked) {
        let Some(password) = checked.outdated.clone() else {
            return;
        };
        let Credentials {
            user,
            password_version,
            ..
        } = &checked.credentials;
        let hashed = self.hasher.run(move |engine| engine.hash(&password)).await;
        let upgraded = match hashed {
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

impl PasswordPolicy {
    /// The highest score there is.
    pub const MAX_SCORE: u8 = Score::Four as u8;
}

/// What an attacker tries first: who the user is, whole and in parts.
pub(super) fn about(email: &EmailAddress, names: &[&str]) -> Vec<String> {
    let words = [email.as_str(), "latchkey"].into_iter();
    let words = words.chain(email.parts()).chain(names.iter().copied());
    words.map(str::to_owned).collect()
}

fn judge(password: &str, about: &[String], min_score: u8) -> Result<(), String> {
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let [start, end] = stretches(password);
    // Whoever guesses the whole has guessed each part: a part's score is never too high.
    let mut entropy = zxcvbn(start, &about);
    if end != password && u8::from(entropy.score()) < min_score {
        let other = zxcvbn(end, &about);
        if other.score() > entropy.score() {
            entropy = other;
        }
    }
    if u8::from(entropy.score()) < min_score {
        return Err(advice(&entropy));
    }
    Ok(())
}

fn advice(entropy: &Entropy) -> String {
    match entropy.feedback().and_then(Feedback::warning) {
        Some(warning) => format!("is too easy to guess: {warning}"),
        None => "is too easy to guess: use more words, or less usual ones".to_owned(),
    }
}

/// The start and the end of a password, as much of each as zxcvbn judges in little time. It tries
/// every way to undo `l33t` spelling, so a text with all its characters takes seconds: 100 characters
/// of them 4.8 s, where 40 characters with 8 different ones take milliseconds.
fn stretches(password: &str) -> [&str; 2] {
    const MAX_CHARS: usize = 40;
    const MAX_SPELLINGS: usize = 8;
    const SPELLINGS: &str = "4@8({[<3691!|0$5+7%2";
    let fits = |characters: &mut dyn Iterator<Item = char>| {
        let mut spellings: Vec<char> = Vec::new();
        let mut bytes = 0;
        for character in characters.take(MAX_CHARS) {
            if SPELLINGS.contains(character) && !spellings.contains(&character) {
                spellings.push(character);
            }
            if spellings.len() > MAX_SPELLINGS {
                break;
            }
            bytes += character.len_utf8();
        }
        bytes
    };
    let start = fits(&mut password.chars());
    let end = password.len() - fits(&mut password.chars().rev());
    [&password[..start], &password[end..]]
}

#[cfg(test)]
mod tests {
    use super::{judge, stretches};

    #[test]
    fn a_password_is_judged_by_its_better_end() {
        let weak_start = format!("{}{}", "a".repeat(60), "xkqz vwjy tfbn");
        assert_eq!(judge(&weak_start, &[], 3), Ok(()));
        let weak_end = format!("{}{}", "xkqz vwjy tfbn", "a".repeat(60));
        assert_eq!(judge(&weak_end, &[], 3), Ok(()));
        assert!(judge(&"password".repeat(20), &[], 3).is_err());
    }

    #[test]
    fn what_is_known_of_the_owner_is_easy_to_guess() {
        let about = ["lovelace-engine".to_owned()];
        assert!(judge("lovelace-engine1", &about, 3).is_err());
        assert_eq!(judge("lovelace-engine1", &[], 3), Ok(()));
    }

    #[test]
    fn the_stretches_are_short_and_have_few_l33t_characters() {
        let all = "4@8({[<3691!|0$5+7%2".repeat(5);
        for stretch in stretches(&all) {
            let different: std::collections::HashSet<_> = stretch.chars().collect();
            assert!(different.len() <= 8, "{stretch}");
        }
        assert_eq!(stretches(&"ä".repeat(100)), ["ä".repeat(40).as_str(); 2]);
        assert_eq!(stretches("correct horse"), ["correct horse"; 2]);
    }
}
