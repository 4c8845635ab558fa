//! The part of a URL that names an organization.

/// Long enough to stay readable, short enough for any URL.
const MAX_CHARS: usize = 48;

/// A URL-safe form of a name in any script: `Bücher & Söhne` becomes `bucher-sohne`.
#[must_use]
pub fn slug_of(name: &str) -> String {
    // An apostrophe separates nothing: Ada's is adas, not ada-s.
    let mut slug = slug::slugify(name.replace(['\'', '\u{2019}'], ""));
    slug.truncate(MAX_CHARS); // a slug is ASCII, so every index is a boundary
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "organization".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::slug_of;

    #[test]
    fn a_slug_is_made_of_any_script() {
        assert_eq!(slug_of("Bücher & Söhne"), "bucher-sohne");
        assert_eq!(slug_of("Ada's"), "adas");
        assert_eq!(slug_of("東京"), "dong-jing");
        assert_eq!(slug_of("!!!"), "organization");
        assert!(slug_of(&"a b".repeat(100)).len() <= 48);
    }
}
