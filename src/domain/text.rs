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
    Ok(text)
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
