//! Recovery codes: each replaces a second factor that was lost, once.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use super::Password;

/// The number of codes in a set.
pub const RECOVERY_CODES: usize = 10;

/// The characters of a code: Base32 (RFC 4648 section 6), of which each stands for five bits.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The number of characters in a code: 80 bits.
const CHARS: usize = 16;

/// The number of characters between two hyphens.
const GROUP: usize = 4;

/// A code in its canonical form: 16 characters without hyphens.
pub struct RecoveryCode(SecretString);

impl RecoveryCode {
    /// Makes a code of 80 random bits.
    #[must_use]
    pub fn new(random: [u8; 10]) -> Self {
        let bits = random
            .iter()
            .fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let code: String = (0..CHARS)
            .rev()
            .map(|place| char::from(ALPHABET[(bits >> (5 * place)) as usize % ALPHABET.len()]))
            .collect();
        Self(code.into())
    }

    /// Reads a code as a person typed it, in any letter case, with or without hyphens and spaces. The alphabet has no 0, 1
    /// and 8, so each of them stands for the letter that it resembles.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        const MAX_BYTES: usize = 256;
        if text.len() > MAX_BYTES {
            return None;
        }
        let is_separator = |c: &char| c.is_whitespace() || matches!(c, '-' | '‐' | '–');
        let code: String = text
            .nfkc()
            .filter(|c| !is_separator(c))
            .map(|c| match c.to_ascii_uppercase() {
                '0' => 'O',
                '1' => 'I',
                '8' => 'B',
                c => c,
            })
            .collect();
        let is_code = code.len() == CHARS && code.bytes().all(|byte| ALPHABET.contains(&byte));
        is_code.then(|| Self(code.into()))
    }

    /// Returns the code in groups of four characters, for the person who keeps it.
    #[must_use]
    pub fn reveal(&self) -> String {
        let code = self.0.expose_secret().as_bytes();
        let groups: Vec<_> = code.chunks(GROUP).map(String::from_utf8_lossy).collect();
        groups.join("-")
    }

    /// Returns the code as the hashing threads take it.
    #[must_use]
    pub fn as_password(&self) -> Password {
        Password::given(self.0.expose_secret())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_oneof};

    use super::RecoveryCode;
    use crate::domain::test_cases::{anything, for_accepted, for_all, like};

    #[test]
    fn a_code_is_four_groups_of_four_characters() {
        let code = RecoveryCode::new([0, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        assert_eq!(code.reveal(), "ABCD-EFGH-IJKL-MNOP");
        assert_eq!(RecoveryCode::new([255; 10]).reveal(), "7777-7777-7777-7777");
        assert!(!format!("{code:?}").contains("ABCD"));
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for text in [
            "abcd-efgh-ijkl-mnop",
            " ABCD EFGH IJKL MNOP ",
            "a8cd-efgh-1jkl-mn0p",
            "ａｂｃｄ－ｅｆｇｈ－ｉｊｋｌ－ｍｎｏｐ",
            "abcdefghijklmnop",
        ] {
            let code = RecoveryCode::parse(text).unwrap();
            assert_eq!(code.reveal(), "ABCD-EFGH-IJKL-MNOP", "{text}");
        }
        for text in [
            "",
            "abcd-efgh-ijkl-mno",
            "abcd-efgh-ijkl-mnop-q",
            "abcd-efgh-ijkl-mno9",
        ] {
            assert!(RecoveryCode::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn every_code_that_is_made_is_read_again() {
        for_all(any::<[u8; 10]>(), |random| {
            let shown = RecoveryCode::new(random).reveal();
            assert_eq!(RecoveryCode::parse(&shown).unwrap().reveal(), shown);
        });
    }

    #[test]
    fn whatever_is_read_as_a_code_has_one_form() {
        let likely = like("([A-Za-z2-7018]{4}[- ]?){3,5}");
        let parse = |text: &String| RecoveryCode::parse(text);
        for_accepted(prop_oneof![anything(), likely], parse, |_, code| {
            let shown = code.reveal();
            assert_eq!(shown.len(), 19);
            assert_eq!(RecoveryCode::parse(&shown).unwrap().reveal(), shown);
        });
    }
}
