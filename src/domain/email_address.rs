//! An email address that mail can be sent to, and the form in which it is unique.

use email_address::Options;
use unicode_normalization::UnicodeNormalization;

/// RFC 5321 section 4.5.3.1.3: a path is at most 256 octets, its two angle brackets included.
const MAX_LENGTH: usize = 254;

/// A valid email address.
///
/// International domains are kept in their ASCII form (`xn--…`), which every mail server takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    address: String,
    canonical: String,
}

impl EmailAddress {
    /// Reads an address as a person typed it: NFKC first, then validation, then case folding, so
    /// that no two spellings of one address become two users. Blanks around it, which keyboards and the
    /// clipboard leave, are no part of it.
    ///
    /// # Errors
    /// Says, for a person, what is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let invalid = || "must be written like ada@example.com".to_owned();
        let text: String = raw.nfkc().collect();
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or_else(invalid)?;
        // A quoted local part is legal and used by nobody but attackers; a non-ASCII one needs
        // SMTPUTF8, which most servers lack, so that a link mailed there would never arrive.
        if !local.is_ascii() || local.contains('"') {
            return Err(invalid());
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| invalid())?;
        // What ends in digits is an IP address (RFC 3696 section 2), and nobody's mail.
        let tld = domain.rsplit('.').next().unwrap_or_default();
        if tld.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let address = format!("{local}@{domain}");
        if address.len() > MAX_LENGTH {
            return Err(format!("must be at most {MAX_LENGTH} characters long"));
        }
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        email_address::EmailAddress::parse_with_options(&address, options)
            .map_err(|_| invalid())?;
        Ok(Self {
            canonical: address.to_ascii_lowercase(),
            address,
        })
    }

    /// As it was given; mail goes here.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The form in which addresses are compared.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The part before the `@`, and the domain.
    #[must_use]
    pub fn parts(&self) -> [&str; 2] {
        let (local, domain) = self.address.rsplit_once('@').unwrap_or((&self.address, ""));
        [local, domain]
    }
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;

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
    fn what_is_no_address_is_refused() {
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
}
