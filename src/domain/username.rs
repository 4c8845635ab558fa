//! The name a user picks to be known and to log in by.

use unicode_normalization::UnicodeNormalization;

const MIN_CHARS: usize = 2;
const MAX_CHARS: usize = 32;

/// A valid username: ASCII letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
///
/// ASCII alone, since a name that only looks like another (a Cyrillic `а`, an invisible mark) would
/// let one person pose as another. `displayName` takes every script. No `@`, so that `login` can
/// tell a username from an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    name: String,
    canonical: String,
}

impl Username {
    /// Reads a username as typed: NFKC first, then validation, then case folding. Blanks around it, which
    /// keyboards and the clipboard leave, are no part of it.
    ///
    /// # Errors
    /// Says, for a person, what is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let name: String = raw.nfkc().collect();
        let name = name.trim().to_owned();
        let length = name.chars().count();
        if !(MIN_CHARS..=MAX_CHARS).contains(&length) {
            return Err(format!(
                "must be {MIN_CHARS} to {MAX_CHARS} characters long"
            ));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !name.chars().all(allowed) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(
                "must begin with a letter or digit, and hold only the letters A to Z, digits, dots, hyphens and underscores"
                    .to_owned(),
            );
        }
        Ok(Self {
            canonical: name.to_ascii_lowercase(),
            name,
        })
    }

    /// As the user writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The form in which usernames are compared.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

#[cfg(test)]
mod tests {
    use super::Username;

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
}
