//! The slug of an organization, which names it in URLs.

const MAX_CHARS: usize = 64;

/// The maximum length of a slug that is derived from a name, so that it stays readable.
const MAX_DERIVED_CHARS: usize = 47;

/// A part of a URL that names an organization: 1 to 64 lower-case letters, digits, and single hyphens
/// between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

/// The reason why a text is not a slug. Its message is for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    #[error("must not be empty")]
    Empty,
    #[error("must be at most {MAX_CHARS} characters long")]
    TooLong,
    #[error("must consist of lower-case letters a to z, digits, and single hyphens between them")]
    ForbiddenCharacter,
}

impl Slug {
    /// Parses a slug as a person typed it.
    pub fn parse(raw: &str) -> Result<Self, SlugError> {
        if raw.is_empty() {
            return Err(SlugError::Empty);
        }
        if raw.len() > MAX_CHARS {
            return Err(SlugError::TooLong);
        }
        let is_word = |word: &str| {
            let mut bytes = word.bytes();
            !word.is_empty() && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !raw.split('-').all(is_word) {
            return Err(SlugError::ForbiddenCharacter);
        }
        Ok(Self(raw.to_owned()))
    }

    /// Derives a slug from a name in any script: `Bücher & Söhne` becomes `bucher-sohne`.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        // An apostrophe does not separate words: Ada's becomes adas, not ada-s.
        let mut slug = slug::slugify(name.replace(['\'', '\u{2019}'], ""));
        slug.truncate(MAX_DERIVED_CHARS); // a slug is ASCII, so every index is a boundary
        let slug = slug.trim_end_matches('-');
        if slug.is_empty() {
            Self("organization".to_owned())
        } else {
            Self(slug.to_owned())
        }
    }

    /// Appends a random number, which makes the slug unique.
    #[must_use]
    pub fn numbered(&self, random: u64) -> Self {
        let mut base = self.0.clone();
        base.truncate(MAX_DERIVED_CHARS);
        Self(format!("{base}-{random:016x}"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn a_slug_is_derived_from_a_name_in_any_script() {
        for (name, slug) in [
            ("Bücher & Söhne", "bucher-sohne"),
            ("Ada's", "adas"),
            ("東京", "dong-jing"),
            ("!!!", "organization"),
        ] {
            assert_eq!(Slug::of_name(name).as_str(), slug);
        }
    }

    #[test]
    fn a_derived_slug_is_one_that_a_person_may_choose() {
        for name in ["a b".repeat(100), "ß--".repeat(60), "x".repeat(100)] {
            let slug = Slug::of_name(&name);
            for slug in [slug.numbered(u64::MAX), slug] {
                assert_eq!(Slug::parse(slug.as_str()), Ok(slug));
            }
        }
    }

    #[test]
    fn a_text_that_does_not_fit_into_a_url_is_refused() {
        let long = "a".repeat(65);
        for slug in [
            "", "-a", "a-", "a--b", "A", "a b", "a_b", "ä", "a/b", ".", &long,
        ] {
            assert!(Slug::parse(slug).is_err(), "{slug}");
        }
        assert!(Slug::parse(&long[1..]).is_ok());
        assert!(Slug::parse("7").is_ok());
    }
}
