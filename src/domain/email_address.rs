//! Email addresses, and the form in which they are unique.

use email_address::Options;
use unicode_normalization::UnicodeNormalization;

/// A path is at most 256 octets with its two angle brackets (RFC 5321 section 4.5.3.1.3).
const MAX_LENGTH: usize = 254;

/// The reason why a text is not an email address. Its message is for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    #[error("must be written like ada@example.com")]
    Malformed,
    #[error("must be at most {MAX_LENGTH} characters long")]
    TooLong,
}

/// A valid email address.
///
/// An international domain is in its ASCII form (`xn--…`), which every mail server accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    address: String,
    canonical: String,
}

impl EmailAddress {
    /// Parses an address as a person typed it: NFKC first, then validation, then case folding, so
    /// that no two spellings of one address become two users. Ignores blanks around it, which keyboards and the
    /// clipboard leave.
    pub fn parse(raw: &str) -> Result<Self, EmailAddressError> {
        use EmailAddressError::Malformed;
        let text: String = raw.nfkc().collect();
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(Malformed)?;
        // A quoted local part is legal and used by nobody but attackers; a non-ASCII one needs
        // SMTPUTF8, which most servers lack, so that a link mailed there would never arrive.
        if !local.is_ascii() || local.contains('"') {
            return Err(Malformed);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| Malformed)?;
        // A host that ends in digits is an IP address (RFC 3696 section 2), which receives no mail.
        let tld = domain.rsplit('.').next().unwrap_or_default();
        if tld.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Malformed);
        }
        let address = format!("{local}@{domain}");
        if address.len() > MAX_LENGTH {
            return Err(EmailAddressError::TooLong);
        }
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        email_address::EmailAddress::parse_with_options(&address, options)
            .map_err(|_| Malformed)?;
        Ok(Self {
            canonical: address.to_ascii_lowercase(),
            address,
        })
    }

    /// Returns the address as it was given. Mail goes to this form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// Returns the form in which addresses are compared.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Returns the part before the `@`, and the domain.
    #[must_use]
    pub fn parts(&self) -> [&str; 2] {
        let (local, domain) = self.address.rsplit_once('@').unwrap_or((&self.address, ""));
        [local, domain]
    }
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;
    use crate::domain::test_cases::{addresses, for_accepted};

    #[test]
    fn one_address_has_one_canonical_form() {
        for spelling in [
            "Ada@Example.COM",
            "ada@example.com",
            "ＡＤＡ@example.com",
            "ada@exa\u{FF4D}ple.com",
            " ada@example.com ",
            "ada@example.com\u{A0}",
            "\u{3000}ada@example.com\r\n",
            "\tada@example.com\n",
        ] {
            let address = EmailAddress::parse(spelling).unwrap();
            assert_eq!(address.canonical(), "ada@example.com", "{spelling}");
        }
    }

    #[test]
    fn an_international_domain_is_kept_in_its_ascii_form() {
        let address = EmailAddress::parse("ada@bücher.example").unwrap();
        assert_eq!(address.as_str(), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn a_text_that_is_not_an_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(10_000));
        for text in [
            "",
            " ",
            "ada @example.com",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "ada@exa mple.com",
            "ada@example.com\u{200F}",
            "ada\u{00A0}b@example.com",
            "ada\0@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "\"ada b\"@example.com",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "ada@example.123",
            "Ada <ada@example.com>",
            "adа@example.com", // the second a is Cyrillic
            &long,
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_valid_address_fits_into_a_header_and_has_one_form() {
        let parse = |text: &String| EmailAddress::parse(text).ok();
        for_accepted(addresses(), parse, |_, address| {
            let shown = address.as_str();
            assert!(shown.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(!shown.contains(['"', '<', '>', '(', ')', ',', ';', ':', '\\']));
            assert!(shown.len() <= 254);
            assert_eq!(shown.matches('@').count(), 1);
            let [local, domain] = address.parts();
            assert!(!local.is_empty() && domain.contains('.') && !domain.ends_with('.'));
            assert_eq!(address.canonical(), shown.to_ascii_lowercase());
            assert_eq!(EmailAddress::parse(shown), Ok(address));
        });
    }

    #[test]
    fn an_address_is_the_same_in_capitals() {
        let parse = |text: &String| EmailAddress::parse(text).ok();
        for_accepted(addresses(), parse, |text, address| {
            for spelling in [text, address.as_str()] {
                let louder = EmailAddress::parse(&spelling.to_ascii_uppercase()).unwrap();
                assert_eq!(louder.canonical(), address.canonical());
            }
        });
    }
}
