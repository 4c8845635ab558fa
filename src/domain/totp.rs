//! Time-based one-time codes of an authenticator app (RFC 6238).

use std::fmt;

use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox};
use totp_rs::{Builder, Secret};
use unicode_normalization::UnicodeNormalization;

/// The length of a secret: that of an HMAC-SHA-1 output (RFC 4226 section 4, R6).
const BYTES: usize = 20;

/// The characters that a URI may contain as they are (RFC 3986 section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The secret that an account shares with an authenticator app.
#[derive(Debug)]
pub struct TotpSecret(SecretBox<[u8; BYTES]>);

/// A code of six digits, as a person typed it.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpCode(Zeroizing<String>);

/// The number of a code's time step: the intervals of 30 seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotpStep(i64);

impl TotpSecret {
    #[must_use]
    pub fn new(random: [u8; BYTES]) -> Self {
        Self(SecretBox::new(Box::new(random)))
    }

    /// Takes a secret that was stored; `None` for another number of bytes.
    #[must_use]
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8; BYTES] {
        self.0.expose_secret()
    }

    /// Returns the secret in Base32, for a person who cannot scan the QR code.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.shared().to_base32()
    }

    /// Returns the URI that an authenticator app reads from a QR code. It names every parameter, because apps differ in
    /// what they take for granted. A colon separates issuer and account, so neither may contain one.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let encode = |text: &str| {
            let text = text.replace(':', " ");
            utf8_percent_encode(text.trim(), RESERVED).to_string()
        };
        let (issuer, account, secret) = (encode(issuer), encode(account), self.reveal());
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// Returns the time step of a code, if the app shows it at this moment, or showed it one step earlier or later: a phone's
    /// clock may be wrong by half a minute (RFC 6238 section 5.2).
    #[must_use]
    pub fn step_of(&self, code: &TotpCode, now: DateTime<Utc>) -> Option<TotpStep> {
        let seconds = u64::try_from(now.timestamp()).ok()?;
        let totp = Builder::new()
            .with_secret(self.shared())
            .build_noncompliant();
        let step = totp.check(&code.0, seconds)?;
        i64::try_from(step).ok().map(TotpStep)
    }

    fn shared(&self) -> Secret {
        Secret::new_stack(*self.bytes())
    }
}

impl TotpCode {
    /// Reads a code as a person typed it: with spaces, or with the full-width digits of an East Asian keyboard.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        const MAX_BYTES: usize = 64;
        if text.len() > MAX_BYTES {
            return None;
        }
        let digits = text.nfkc().filter(|c| !c.is_whitespace());
        let digits = Zeroizing::new(digits.collect::<String>());
        let is_code = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then_some(Self(digits))
    }
}

impl fmt::Debug for TotpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpCode(…)")
    }
}

impl TotpStep {
    /// Returns the number of the step, which the database stores.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{TotpCode, TotpSecret, TotpStep};
    use crate::domain::test_cases::{anything, for_accepted, like};
    use proptest::prelude::prop_oneof;

    /// The secret of RFC 6238 appendix B.
    fn secret() -> TotpSecret {
        TotpSecret::new(*b"12345678901234567890")
    }

    /// The last six of the eight digits in RFC 6238 appendix B.
    #[test]
    fn a_code_is_that_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            let step = secret().step_of(&TotpCode::parse(code).unwrap(), now);
            assert_eq!(step.unwrap().number(), seconds / 30, "{code}");
        }
    }

    #[test]
    fn a_code_is_right_in_its_step_and_in_those_beside_it() {
        let code = TotpCode::parse("081804").unwrap();
        let step = 1_111_111_109 / 30;
        for (offset, is_right) in [
            (-60, false),
            (-30, true),
            (0, true),
            (30, true),
            (60, false),
        ] {
            let now = DateTime::from_timestamp(1_111_111_109 + offset, 0).unwrap();
            let step_of_code = secret().step_of(&code, now).map(TotpStep::number);
            assert_eq!(step_of_code, is_right.then_some(step), "{offset}");
        }
    }

    #[test]
    fn a_code_is_six_digits_however_they_are_typed() {
        for text in [
            "081804",
            " 081 804 ",
            "０８１８０４",
            "0 8 1 8 0 4",
            "081\u{a0}804",
        ] {
            assert_eq!(TotpCode::parse(text).unwrap().0.as_str(), "081804");
        }
        for text in [
            "",
            "08180",
            "0818044",
            "08180x",
            "-81804",
            "٠٨١٨٠٤",
            "081804\u{0}",
        ] {
            assert!(TotpCode::parse(text).is_none(), "{text:?}");
        }
        let printed = format!("{:?}", TotpCode::parse("081804").unwrap());
        assert!(!printed.contains("081804"), "{printed}");
    }

    #[test]
    fn whatever_is_read_as_a_code_has_six_digits() {
        let likely = like("[0-9０-９ ]{4,9}");
        let parse = |text: &String| TotpCode::parse(text);
        for_accepted(prop_oneof![anything(), likely], parse, |_, code| {
            assert_eq!(code.0.len(), 6);
            assert_eq!(TotpCode::parse(&code.0), Some(code));
        });
    }

    #[test]
    fn the_uri_escapes_the_names_and_has_every_parameter() {
        let uri = secret().uri("Analytical: Engines & Co", "ada+1@example.com");
        assert_eq!(
            uri,
            "otpauth://totp/Analytical%20%20Engines%20%26%20Co:ada%2B1%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Analytical%20%20Engines%20%26%20Co\
             &algorithm=SHA1&digits=6&period=30"
        );
    }
}
