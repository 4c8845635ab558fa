//! Which of several languages to use for somebody.

use std::collections::BTreeSet;

/// The language that stands in where the reader's is not there.
const FALLBACK: &str = "en";

/// The languages that something is written in, by tag: `en`, `pt-br`.
#[derive(Clone, Debug, Default)]
pub struct Languages(BTreeSet<String>);

impl Languages {
    pub fn insert(&mut self, tag: &str) {
        self.0.insert(tag.to_lowercase());
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns the best one for somebody who reads these, best first (RFC 4647 section 3.4: `de-at`, then
    /// `de`). English if none is there.
    #[must_use]
    pub fn choose(&self, wishes: &[String]) -> &str {
        self.find(wishes).unwrap_or(FALLBACK)
    }

    /// Returns the best one as [`Languages::choose`] does; `None` if none is there.
    #[must_use]
    pub fn find(&self, wishes: &[String]) -> Option<&str> {
        let known = |tag: &str| self.0.get(tag).map(String::as_str);
        wishes
            .iter()
            .find_map(|tag| known(tag).or_else(|| known(tag.split('-').next()?)))
    }

    /// This one if it is there, else English.
    #[must_use]
    pub fn known_or_fallback(&self, tag: &str) -> &str {
        self.0.get(tag).map_or(FALLBACK, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::Languages;

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
}
