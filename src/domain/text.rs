//! Text that people read: one line in any language, without characters that hide or reorder it.

use unicode_normalization::UnicodeNormalization;

/// The reason why a text cannot be shown as a name. Its message is for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VisibleLineError {
    #[error("must not be empty")]
    Empty,
    #[error("must be at most {max_chars} characters long")]
    TooLong { max_chars: usize },
    #[error("must not contain control, invisible or text-direction characters")]
    Deceptive,
    #[error("must have a character that can be seen")]
    Invisible,
}

/// Normalises a name that is shown to people (NFC), and refuses characters that could deceive its reader.
pub fn visible_line(raw: &str, max_chars: usize) -> Result<String, VisibleLineError> {
    let text: String = raw.trim().nfc().collect();
    let length = text.chars().count();
    if length == 0 {
        return Err(VisibleLineError::Empty);
    }
    if length > max_chars {
        return Err(VisibleLineError::TooLong { max_chars });
    }
    if text.chars().any(deceives) {
        return Err(VisibleLineError::Deceptive);
    }
    if text.chars().all(shows_nothing) {
        return Err(VisibleLineError::Invisible);
    }
    Ok(text)
}

/// Cuts a text that a browser sends about itself, and removes characters that could deceive its reader. Mails show it.
pub fn undeceiving(raw: &str, max_chars: usize) -> String {
    let chars = raw.chars().filter(|c| !deceives(*c));
    chars.take(max_chars).collect()
}

/// Makes a name that a program sends fit to be shown: puts it on one line, cuts it, and removes characters that could
/// deceive its reader. `None` if nothing visible is left.
pub fn shown(raw: &str, max_chars: usize) -> Option<String> {
    let spaced = raw.replace(['\t', '\n', '\r'], " ");
    let text: String = undeceiving(&spaced, usize::MAX).nfc().collect();
    let text: String = text.trim().chars().take(max_chars).collect();
    let text = text.trim_end();
    (!text.chars().all(shows_nothing)).then(|| text.to_owned())
}

/// Prepares a text that a user wrote for a mail. Mail programs turn a text that looks like an address into a link. An
/// invisible word joiner (U+2060) after each mark of an address prevents that, so that nobody can send links through this
/// service. Words that no program takes for a link stay as they are.
#[must_use]
pub fn without_links(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    let defused = words.map(|word| {
        if may_become_link(word.trim_end()) {
            joined(word)
        } else {
            word.to_owned()
        }
    });
    defused.collect()
}

/// Inserts a word joiner after each mark of an address.
fn joined(word: &str) -> String {
    let mut text = String::with_capacity(word.len() * 2);
    for c in word.chars() {
        text.push(c);
        if matches!(c, ':' | '/' | '@') || is_dot(c) {
            text.push('\u{2060}');
        }
    }
    text
}

/// Returns whether a program could take the word for an address: of mail, with a scheme, or of a host alone.
fn may_become_link(word: &str) -> bool {
    word.contains('@') || word.contains("//") || has_scheme(word) || names_host(word)
}

/// Returns whether the word has a scheme, as in `mailto:eve`, but not in `rv:130.0` or `Device:`.
fn has_scheme(word: &str) -> bool {
    let mut pairs = word.chars().zip(word.chars().skip(1));
    pairs.any(|(c, next)| c == ':' && next.is_alphanumeric() && !next.is_ascii_digit())
}

/// Returns whether the word names a host: `evil.example`, or an IPv4 address with a path or a port; but not a version
/// number, nor a name whose end is not a top-level domain.
fn names_host(word: &str) -> bool {
    const NO_DOMAINS: [&str; 6] = ["js", "local", "lan", "home", "internal", "exe"];
    let is_label = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let mut chains = word.split(|c: char| !is_label(c) && !is_dot(c));
    chains.any(|chain| {
        let labels: Vec<&str> = chain
            .split(is_dot)
            .filter(|label| !label.is_empty())
            .collect();
        let is_number = |label: &&str| label.starts_with(|c: char| c.is_ascii_digit());
        if labels.len() == 4 && labels.iter().all(is_number) {
            return word.contains(&format!("{chain}/")) || word.contains(&format!("{chain}:"));
        }
        match labels.as_slice() {
            [_, end] => !is_number(end) && !NO_DOMAINS.contains(&&*end.to_ascii_lowercase()),
            [_, rest @ ..] => !rest.iter().all(is_number),
            [] => false,
        }
    })
}

/// Returns whether the character separates the labels of a host name (UTS #46 section 2.3).
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '。' | '．' | '｡')
}

/// Returns whether the character is invisible on its own, although it may change how its neighbours look.
fn shows_nothing(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{034F}' | '\u{200C}' | '\u{200D}' | '\u{2065}' | '\u{2800}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFF0}'..='\u{FFF8}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0080}'..='\u{E0FFF}')
}

/// Returns whether the character can deceive a reader. Control characters break logs and mails; direction marks and line
/// separators make a name look like another. The zero-width joiner is allowed: emoji and several scripts need it.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Invisible.
            '\u{00AD}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{2060}'..='\u{2064}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E007F}'
            // Direction, lines, annotations.
            | '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::{undeceiving, visible_line, without_links};

    #[test]
    fn a_name_has_something_to_be_seen() {
        for nothing in [
            "\u{200D}",
            "\u{34F}\u{FE0F}",
            "\u{2800}",
            "\u{E0100}",
            " \u{200C} ",
        ] {
            assert!(visible_line(nothing, 100).is_err(), "{nothing:?}");
        }
        for name in ["👩\u{200D}🚀", "नमस्\u{200D}ते", "❤\u{FE0F}", "x"] {
            assert_eq!(visible_line(name, 100).unwrap(), name);
        }
    }

    #[test]
    fn what_a_browser_writes_reorders_and_breaks_nothing() {
        let text = "Firefox\u{202E}\u{9B}31m\u{2028}on\nLinux";
        assert_eq!(undeceiving(text, 100), "Firefox31monLinux");
        assert_eq!(undeceiving("abc", 2), "ab");
    }

    #[test]
    fn what_could_become_a_link_is_broken_and_honest_names_stay_as_they_are() {
        for link in [
            "evil.example/login",
            "http://evil/login",
            "https://192.0.2.1/",
            "192.0.2.1/login",
            "192.0.2.1:8000",
            "www.evil",
            "eve@evil",
            "mailto:eve",
            "(evil.example)",
            "evil。example",
            "a.evil.example.local",
            "//evil",
        ] {
            let text = without_links(&format!("My {link} phone"));
            assert!(!text.contains(link), "{text:?}");
            for (mark, next) in text.chars().zip(text.chars().skip(1)) {
                assert!(!".:/@。".contains(mark) || next == '\u{2060}', "{text:?}");
            }
            assert_eq!(text.replace('\u{2060}', ""), format!("My {link} phone"));
        }
        for honest in [
            "Firefox 130.0 on Linux",
            "Node.js",
            "node.js/20.11.1",
            "iPhone.local",
            "Ada’s phone, the 2. one.",
            "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Chrome/130.0.6723.58 Safari/537.36",
            "Work: laptop 1.2.3-beta",
        ] {
            assert_eq!(without_links(honest), honest);
        }
    }
}
