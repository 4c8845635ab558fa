//! The name that a user chooses to log in with and to be known by.

use unicode_normalization::UnicodeNormalization;

const MIN_CHARS: usize = 2;
const MAX_CHARS: usize = 32;

/// The reason why a text is not a username. Its message is for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    #[error("must be {MIN_CHARS} to {MAX_CHARS} characters long")]
    Length,
    #[error(
        "must begin with a letter or digit, and hold only the letters A to Z, digits, dots, hyphens and underscores"
    )]
    ForbiddenCharacter,
}

/// A valid username: ASCII letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
///
/// Only ASCII is allowed, because a name that merely looks like another (a Cyrillic `а`, an invisible mark) would
/// let one person pose as another. `displayName` accepts every script. An `@` is not allowed, so that `login` can
/// tell a username from an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    name: String,
    canonical: String,
}

impl Username {
    /// Parses a username as typed: NFKC first, then validation, then case folding. Ignores blanks around it, which
    /// keyboards and the clipboard leave.
    pub fn parse(raw: &str) -> Result<Self, UsernameError> {
        let name: String = raw.nfkc().collect();
        let name = name.trim().to_owned();
        let length = name.chars().count();
        if !(MIN_CHARS..=MAX_CHARS).contains(&length) {
            return Err(UsernameError::Length);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !name.chars().all(allowed) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(UsernameError::ForbiddenCharacter);
        }
        Ok(Self {
            canonical: name.to_ascii_lowercase(),
            name,
        })
    }

    /// Returns the name as the user writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Returns the form in which usernames are compared.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::prop_oneof;

    use super::Username;
    use crate::domain::EmailAddress;
    use crate::domain::test_cases::{addresses, for_accepted, for_all, names};

    #[test]
    fn full_width_letters_are_the_letters_they_show() {
        assert_eq!(Username::parse("Ａda").unwrap().canonical(), "ada");
    }

    #[test]
    fn blanks_around_a_name_are_no_part_of_it() {
        for typed in [" ada", "ada ", "ada\n", "\u{A0}ada\u{3000}", "\tada\r\n"] {
            assert_eq!(Username::parse(typed).unwrap().as_str(), "ada", "{typed:?}");
        }
    }

    #[test]
    fn names_that_hide_or_imitate_are_refused() {
        for name in [
            "",
            "a",
            "ada\0",
            "ada\u{200F}",
            "ada\u{202E}",
            "ada\u{00A0}b",
            "ada\u{3000}b",
            "ada b",
            "ada@b",
            "аda", // the first letter is Cyrillic
            "-ada",
            "ada\nb",
            "a\u{A0}",
            &"a".repeat(33),
        ] {
            assert!(Username::parse(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_valid_username_has_only_ascii_letters_digits_and_marks_and_has_one_form() {
        let parse = |text: &String| Username::parse(text).ok();
        for_accepted(names(), parse, |text, name| {
            let shown = name.as_str();
            assert!((2..=32).contains(&shown.len()));
            assert!(shown.starts_with(|c: char| c.is_ascii_alphanumeric()));
            let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            assert!(shown.chars().all(allowed));
            assert_eq!(name.canonical(), shown.to_ascii_lowercase());
            let louder = Username::parse(&text.to_ascii_uppercase()).unwrap();
            assert_eq!(louder.canonical(), name.canonical());
            assert_eq!(Username::parse(shown), Ok(name));
        });
    }

    #[test]
    fn no_text_is_both_an_address_and_a_username() {
        for_all(prop_oneof![addresses(), names()], |text| {
            assert!(EmailAddress::parse(&text).is_err() || Username::parse(&text).is_err());
        });
    }
}
