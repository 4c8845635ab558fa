//! A password in the forms in which it is hashed and compared.

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

/// A password, NFKC-normalised so that every keyboard and system types the same one
/// (NIST SP 800-63B-4 section 3.1.1.2).
#[derive(Clone, Debug)]
pub struct Password {
    normal: SecretString,
    /// The password as it was typed, where that differs. Hashes that were made elsewhere may be of this form.
    typed: Option<SecretString>,
}

impl Password {
    /// NIST SP 800-63B-4 asks verifiers to accept at least 64; more than 256 serves only attackers.
    pub const MAX_CHARS: usize = 256;

    /// Takes a password of any length as it was typed, to compare or judge it.
    #[must_use]
    pub fn given(raw: &str) -> Self {
        let normal: String = raw.nfkc().collect();
        let typed = (normal != raw).then(|| raw.into());
        Self {
            normal: normal.into(),
            typed,
        }
    }

    /// Returns the secret itself, for the hasher and the strength meter.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.normal.expose_secret()
    }

    /// Returns the password as it was typed, to compare it with hashes that were made elsewhere.
    #[must_use]
    pub fn reveal_typed(&self) -> &str {
        self.typed.as_ref().unwrap_or(&self.normal).expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::Password;

    #[test]
    fn a_password_is_not_printed() {
        // The ligature makes the normal form differ from the typed one.
        let printed = format!("{:?}", Password::given("hidden ﬁsh"));
        assert!(!printed.contains("hidden"), "{printed}");
    }
}
