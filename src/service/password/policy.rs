//! The strength of a password. One judgement enforces the policy and answers `checkPassword`.

use zxcvbn::feedback::{Feedback, Warning};
use zxcvbn::{Entropy, Score, zxcvbn};

use crate::domain::Password;

/// The requirements of a new password.
#[derive(Clone, Copy, Debug)]
pub struct PasswordPolicy {
    /// NIST SP 800-63B-4 section 3.1.1.2 asks for 8 where a password is one of two factors.
    pub min_chars: usize,
    /// A zxcvbn score from 0 to 4. 3 means "safely unguessable" when hashes leak (about 10^8 guesses).
    pub min_score: u8,
}

/// A weakness of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    TooShort,
    TooLong,
    /// It is one of the passwords that attackers try first, or similar to one.
    TooCommon,
    TooGuessable,
    /// It is guessable, and contains the user's own name or address.
    ContainsIdentity,
}

/// The judgement of a password. It is acceptable if there is no problem.
#[derive(Clone, Debug)]
pub struct PasswordStrength {
    /// The zxcvbn score, from 0 (guessed at once) to 4.
    pub score: u8,
    pub problems: Vec<PasswordProblem>,
    /// Advice on how to improve it, for the person who chose it.
    pub suggestions: Vec<String>,
    warning: Option<Warning>,
}

/// The reason why a password is refused, for the person who chose it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordPolicyError {
    #[error("must be at least {min_chars} characters long")]
    Short { min_chars: usize },
    #[error("must be at most {} characters long", Password::MAX_CHARS)]
    Long,
    #[error("is too easy to guess: {advice}")]
    Guessable { advice: String },
}

impl PasswordPolicy {
    /// The highest score.
    pub const MAX_SCORE: u8 = Score::Four as u8;

    /// Returns the problem with a password's length, if any. This check is fast.
    pub(in crate::service) fn length_problem(
        &self,
        password: &Password,
    ) -> Option<PasswordProblem> {
        let length = password.reveal().chars().count();
        if length < self.min_chars {
            Some(PasswordProblem::TooShort)
        } else if length > Password::MAX_CHARS {
            Some(PasswordProblem::TooLong)
        } else {
            None
        }
    }

    /// Judges a password. `identity` contains what an attacker knows about its owner. Takes milliseconds, so it runs on
    /// a hashing thread.
    pub(in crate::service) fn judge(
        &self,
        password: &Password,
        identity: &[String],
    ) -> PasswordStrength {
        let text = password.reveal();
        let entropy = entropy_of(text, identity, self.min_score);
        let score = u8::from(entropy.score());
        let feedback = entropy.feedback();
        let warning = feedback.and_then(Feedback::warning);
        let mut problems: Vec<_> = self.length_problem(password).into_iter().collect();
        if score < self.min_score {
            if warning.is_some_and(is_about_common_passwords) {
                problems.push(PasswordProblem::TooCommon);
            }
            problems.push(PasswordProblem::TooGuessable);
            if contains_any(text, identity) {
                problems.push(PasswordProblem::ContainsIdentity);
            }
        }
        let suggestions = feedback.map(Feedback::suggestions).unwrap_or_default();
        PasswordStrength {
            score,
            problems,
            suggestions: suggestions.iter().map(ToString::to_string).collect(),
            warning,
        }
    }

    /// Returns the error for a problem.
    pub(in crate::service) fn error_for(
        &self,
        problem: PasswordProblem,
        warning: Option<Warning>,
    ) -> PasswordPolicyError {
        match problem {
            PasswordProblem::TooShort => PasswordPolicyError::Short {
                min_chars: self.min_chars,
            },
            PasswordProblem::TooLong => PasswordPolicyError::Long,
            PasswordProblem::TooCommon
            | PasswordProblem::TooGuessable
            | PasswordProblem::ContainsIdentity => PasswordPolicyError::Guessable {
                advice: advice(warning),
            },
        }
    }

    /// Refuses a password that has a problem.
    pub(in crate::service) fn enforce(
        &self,
        password: &Password,
        identity: &[String],
    ) -> Result<(), PasswordPolicyError> {
        let strength = self.judge(password, identity);
        match strength.problems.first() {
            None => Ok(()),
            Some(problem) => Err(self.error_for(*problem, strength.warning)),
        }
    }
}

/// Returns the warning in lower case, or general advice if there is none.
fn advice(warning: Option<Warning>) -> String {
    let Some(warning) = warning else {
        return "use more words, or less usual ones".to_owned();
    };
    let warning = warning.to_string();
    let mut rest = warning.chars();
    let first = rest.by_ref().take(1).flat_map(char::to_lowercase);
    let first: String = first.collect();
    first + rest.as_str()
}

fn is_about_common_passwords(warning: Warning) -> bool {
    matches!(
        warning,
        Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
            | Warning::ThisIsSimilarToACommonlyUsedPassword
    )
}

/// Returns whether a text contains one of these words. Ignores words of one or two letters, which almost every password
/// contains.
fn contains_any(text: &str, identity: &[String]) -> bool {
    let text = text.to_lowercase();
    let mut words = identity.iter().filter(|word| word.chars().count() > 2);
    words.any(|word| text.contains(&word.to_lowercase()))
}

fn entropy_of(text: &str, identity: &[String], min_score: u8) -> Entropy {
    let words: Vec<&str> = identity
        .iter()
        .map(String::as_str)
        .chain(["latchkey"])
        .collect();
    let [start, end] = stretches(text);
    // Guessing the whole includes guessing each part, so the score of a part is never too high.
    let entropy = zxcvbn(start, &words);
    if end != text && u8::from(entropy.score()) < min_score {
        let other = zxcvbn(end, &words);
        if other.score() > entropy.score() {
            return other;
        }
    }
    entropy
}

/// Returns as much of the start and of the end of a password as zxcvbn judges quickly. It tries
/// every way to undo `l33t` spelling, so a text with many different `l33t` characters takes seconds: 100 such characters
/// take 4.8 s, but 40 characters with 8 different ones take milliseconds.
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
    use super::{PasswordPolicy, PasswordProblem, stretches};
    use crate::domain::Password;

    const POLICY: PasswordPolicy = PasswordPolicy {
        min_chars: 8,
        min_score: 3,
    };

    fn problems(password: &str, identity: &[&str]) -> Vec<PasswordProblem> {
        let identity: Vec<String> = identity.iter().map(|word| (*word).to_owned()).collect();
        POLICY.judge(&Password::given(password), &identity).problems
    }

    #[test]
    fn a_password_is_judged_by_its_better_end() {
        let weak_start = format!("{}{}", "a".repeat(60), "xkqz vwjy tfbn");
        assert_eq!(problems(&weak_start, &[]), []);
        let weak_end = format!("{}{}", "xkqz vwjy tfbn", "a".repeat(60));
        assert_eq!(problems(&weak_end, &[]), []);
        assert!(!problems(&"password".repeat(20), &[]).is_empty());
    }

    /// Passwords from lists of leaked passwords, and passwords that composition rules lead to.
    const COMMON: &str = "
        password1 password123 passw0rd p@ssw0rd p@ssword passwords password! 12345678 123456789
        1234567890 0123456789 987654321 87654321 11111111 00000000 88888888 66666666 12341234
        11223344 12344321 1q2w3e4r 1qaz2wsx q1w2e3r4 qwertyui qwertyuiop qwerty123 qwerty12
        qwer1234 asdfghjkl asdfasdf zaq12wsx zxcvbnm123 1qazxsw2 abcd1234 abc12345 a1b2c3d4
        abcdefgh abcdefg1 aaaaaaaa baseball baseball1 football football1 basketball superman
        superman1 batman123 spiderman princess princess1 sunshine sunshine1 iloveyou iloveyou1
        iloveyou2 trustno1 whatever letmein1 welcome1 welcome123 changeme computer internet
        michelle jennifer jessica1 michael1 charlie1 jordan23 starwars startrek midnight
        mercedes corvette maverick mustang1 samantha danielle victoria elizabeth christian
        alexander nicholas benjamin william1 patrick1 jonathan chocolate butterfly liverpool
        chelsea1 arsenal1 barcelona realmadrid pokemon1 dragon123 monkey123 shadow123 master123
        killer123 hello123 test1234 testtest admin123 administrator access14 blink182 slipknot
        metallica nirvana1 eminem50 marlboro budweiser Password1 PASSWORD QWERTYUIOP P@ssw0rd1
        Summer2024 Winter2023! Qwerty123! Welcome2024
    ";

    #[test]
    fn no_password_that_attackers_try_first_is_accepted() {
        let mut words = 0;
        for word in COMMON.split_whitespace() {
            assert!(
                word.len() >= POLICY.min_chars,
                "{word} is refused for its length"
            );
            let problems = problems(word, &[]);
            assert!(problems.contains(&PasswordProblem::TooGuessable), "{word}");
            words += 1;
        }
        assert!(words >= 100, "{words}");
    }

    #[test]
    fn a_password_that_contains_the_owners_identity_is_easy_to_guess() {
        let identity = ["lovelace-engine"];
        assert_eq!(
            problems("Lovelace-Engine1", &identity),
            [
                PasswordProblem::TooGuessable,
                PasswordProblem::ContainsIdentity
            ]
        );
        assert_eq!(problems("lovelace-engine1", &[]), []);
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
