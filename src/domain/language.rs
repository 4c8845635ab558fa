//! The choice of a language for a reader.

use std::collections::BTreeSet;

/// The language for readers whose own is not available.
const FALLBACK: &str = "en";

/// The available languages, by tag: `en`, `pt-br`.
#[derive(Clone, Debug, Default)]
pub struct Languages(BTreeSet<String>);

impl Languages {
    pub fn insert(&mut self, tag: &str) {
        self.0.insert(tag.to_lowercase());
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns the best language for a reader of these, best first (RFC 4647 section 3.4: `de-at`, then `de`), or else
    /// English.
    #[must_use]
    pub fn choose(&self, preferred: &[String]) -> &str {
        self.find(preferred).unwrap_or(FALLBACK)
    }

    /// Returns the best language as [`Languages::choose`] does; `None` if none is available.
    #[must_use]
    pub fn find(&self, preferred: &[String]) -> Option<&str> {
        let available = |tag: &str| self.0.get(tag).map(String::as_str);
        preferred
            .iter()
            .find_map(|tag| available(tag).or_else(|| available(tag.split('-').next()?)))
    }

    /// Returns this language if it is available, or else English.
    #[must_use]
    pub fn known_or_fallback(&self, tag: &str) -> &str {
        self.0.get(tag).map_or(FALLBACK, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, prop_oneof};

    use super::Languages;
    use crate::domain::test_cases::{anything, for_all, tags};

    #[test]
    fn the_readers_language_is_found_and_english_stands_in() {
        let mut languages = Languages::default();
        for tag in ["en", "de", "PT-br"] {
            languages.insert(tag);
        }
        let choose = |tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            languages.choose(&tags).to_owned()
        };
        assert_eq!(choose(&["de"]), "de");
        assert_eq!(choose(&["de-at", "en"]), "de");
        assert_eq!(choose(&["pt-br", "en"]), "pt-br");
        assert_eq!(choose(&["tlh", "de"]), "de");
        assert_eq!(choose(&["tlh"]), "en");
        assert_eq!(choose(&[]), "en");
        assert_eq!(choose(&["../../etc", "-", ""]), "en");
    }

    #[test]
    fn the_chosen_language_is_available_and_preferred_or_else_english() {
        let tag = prop_oneof![4 => tags(), 1 => anything()].prop_map(|tag| tag.to_lowercase());
        for_all((vec(tags(), 0..6), vec(tag, 0..4)), |(tags, preferred)| {
            let mut languages = Languages::default();
            for tag in &tags {
                languages.insert(tag);
            }
            let available: Vec<_> = languages.iter().map(str::to_owned).collect();
            let is_available = |tag: &str| available.iter().any(|other| other == tag);
            let chosen = languages.choose(&preferred);
            let is_preferred =
                |tag: &String| tag == chosen || tag.split('-').next() == Some(chosen);
            assert!(chosen == "en" || is_available(chosen) && preferred.iter().any(is_preferred));
            if let Some(best) = preferred.first().filter(|best| is_available(best)) {
                assert_eq!(chosen, best);
            }
            for tag in &preferred {
                let expected = if is_available(tag) { tag } else { "en" };
                assert_eq!(languages.known_or_fallback(tag), expected);
            }
        });
    }
}
