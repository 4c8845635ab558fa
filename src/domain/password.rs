//! A password as the hasher sees it.

use unicode_normalization::UnicodeNormalization;

/// A password, NFKC-normalised so that every keyboard and system types the same one
/// (NIST SP 800-63B-4 section 3.1.1.2). Prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    normal: String,
    /// As it was typed, where that differs: hashes made elsewhere may be of this form.
    typed: Option<String>,
}

impl Password {
    /// NIST SP 800-63B-4 asks verifiers to take at least 64; more than 256 serves only attackers.
    pub const MAX_CHARS: usize = 256;

    /// A password as somebody gave it, to be compared or to be judged, whatever its length.
    #[must_use]
    pub fn given(raw: &str) -> Self {
        let normal: String = raw.nfkc().collect();
        let typed = (normal != raw).then(|| raw.to_owned());
        Self { normal, typed }
    }

    /// The secret itself, for the hasher and the strength meter.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.normal
    }

    /// As it was typed, for comparing with hashes that others made.
    #[must_use]
    pub fn reveal_typed(&self) -> &str {
        self.typed.as_deref().unwrap_or(&self.normal)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}
