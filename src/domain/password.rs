//! A password as the hasher sees it.

use unicode_normalization::UnicodeNormalization;

/// A password, NFKC-normalised so that every keyboard and system types the same one
/// (NIST SP 800-63B-4 section 3.1.1.2). Prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// NIST SP 800-63B-4 asks verifiers to take at least 64; more than 256 serves only attackers.
    pub const MAX_CHARS: usize = 256;

    /// A password that is to be compared, whatever its length: a wrong one is only wrong.
    #[must_use]
    pub fn given(raw: &str) -> Self {
        Self(raw.nfkc().collect())
    }

    /// A password that is to be set. Length is all that is judged here; see `service::passwords`.
    ///
    /// # Errors
    /// Says, for a person, what is wrong with it.
    pub fn chosen(raw: &str, min_chars: usize) -> Result<Self, String> {
        let password = Self::given(raw);
        let length = password.0.chars().count();
        if length < min_chars {
            return Err(format!("must be at least {min_chars} characters long"));
        }
        if length > Self::MAX_CHARS {
            return Err(format!(
                "must be at most {} characters long",
                Self::MAX_CHARS
            ));
        }
        Ok(password)
    }

    /// The secret itself, for the hasher and the strength meter.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}
