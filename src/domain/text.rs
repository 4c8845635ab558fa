//! Names that people read: any language, one line, nothing that hides or reorders text.

use unicode_normalization::UnicodeNormalization;

/// Normalises a name that is shown to people (NFC), and refuses what could deceive its reader.
///
/// # Errors
/// Says, for a person, what is wrong with it.
pub fn visible_line(raw: &str, max_chars: usize) -> Result<String, String> {
    let text: String = raw.trim().nfc().collect();
    let length = text.chars().count();
    if length == 0 {
        return Err("must not be empty".to_owned());
    }
    if length > max_chars {
        return Err(format!("must be at most {max_chars} characters long"));
    }
    if text.chars().any(deceives) {
        return Err("must not contain control, invisible or text-direction characters".to_owned());
    }
    if text.chars().all(shows_nothing) {
        return Err("must have a character that can be seen".to_owned());
    }
    Ok(text)
}

/// What a browser writes of itself, cut, and without what could deceive its reader: it stands in mails.
pub fn undeceiving(raw: &str, max_chars: usize) -> String {
    let chars = raw.chars().filter(|c| !deceives(*c));
    chars.take(max_chars).collect()
}

/// A name as it may stand in a mail to a stranger. Programs that show mail make links of what looks like
/// an address; an invisible word joiner (U+2060) after each mark of one keeps them from it, so that
/// nobody has us mail a link of theirs.
#[must_use]
pub fn without_links(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        text.push(c);
        if matches!(c, '.' | ':' | '/' | '@' | '。' | '．' | '｡') {
            text.push('\u{2060}');
        }
    }
    text
}

/// Good for something between characters that are seen, and alone for nothing.
fn shows_nothing(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{034F}' | '\u{200C}' | '\u{200D}' | '\u{2065}' | '\u{2800}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFF0}'..='\u{FFF8}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0080}'..='\u{E0FFF}')
}

/// Control characters break logs and mails; direction marks and line separators make a name look
/// like another. The zero-width joiner stays: emoji and several scripts need it.
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
    use super::{undeceiving, visible_line};

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
}
