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
        return Err("must not contain control or text-direction characters".to_owned());
    }
    Ok(text)
}

/// Control characters break logs and mails; direction marks and line separators make a name look
/// like another. The zero-width joiner stays: emoji and several scripts need it.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}
