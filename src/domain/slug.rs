//! The part of a URL that names an organization.

/// The most characters of a slug that is made of a name, so that it stays readable.
const MADE_CHARS: usize = 47;

/// A part of a URL that names an organization: 1 to 64 lower-case letters, digits, and single hyphens
/// between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    const MAX_CHARS: usize = 64;

    /// # Errors
    /// Says, for a person, what is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, String> {
        if raw.is_empty() {
            return Err("must not be empty".to_owned());
        }
        if raw.len() > Self::MAX_CHARS {
            return Err(format!(
                "must be at most {} characters long",
                Self::MAX_CHARS
            ));
        }
        let is_word = |word: &str| {
            let mut bytes = word.bytes();
            !word.is_empty() && bytes.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        };
        if !raw.split('-').all(is_word) {
            let rule = "must consist of lower-case letters a to z, digits, and single hyphens between them";
            return Err(rule.to_owned());
        }
        Ok(Self(raw.to_owned()))
    }

    /// A URL-safe form of a name in any script: `Bücher & Söhne` becomes `bucher-sohne`.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        // An apostrophe separates nothing: Ada's is adas, not ada-s.
        let mut slug = slug::slugify(name.replace(['\'', '\u{2019}'], ""));
        slug.truncate(MADE_CHARS); // a slug is ASCII, so every index is a boundary
        let slug = slug.trim_end_matches('-');
        if slug.is_empty() {
            Self("organization".to_owned())
        } else {
            Self(slug.to_owned())
        }
    }

    /// Appends a random number, so that no other slug is the same.
    #[must_use]
    pub fn numbered(&self, random: u64) -> Self {
        let mut base = self.0.clone();
        base.truncate(MADE_CHARS);
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
    fn a_slug_is_made_of_any_script() {
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
    fn what_is_made_is_what_may_be_chosen() {
        for name in ["a b".repeat(100), "ß--".repeat(60), "x".repeat(100)] {
            let made = Slug::of_name(&name);
            for slug in [made.numbered(u64::MAX), made] {
                assert_eq!(Slug::parse(slug.as_str()), Ok(slug));
            }
        }
    }

    #[test]
    fn what_is_not_fit_for_a_url_is_refused() {
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
