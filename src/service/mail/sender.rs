//! The sender of mail.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use lettre::message::Mailbox;

/// The sender of mail: `Latchkey <no-reply@example.com>`, or an address alone.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

/// The reason why a text is no sender. Its message is for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    #[error("{FORM}")]
    Malformed,
    #[error(
        "{FORM}; one address alone, and a name with a comma in quotes: \"Acme, Inc.\" <no-reply@example.com>"
    )]
    Several,
    #[error("{FORM}: before the @, it must be ASCII")]
    LocalPart,
    #[error("{FORM}: behind the @, it must be a name")]
    Domain,
}

const FORM: &str = "must be an address: write no-reply@example.com, or Acme <no-reply@example.com>";

impl FromStr for Sender {
    type Err = SenderError;

    fn from_str(text: &str) -> Result<Self, SenderError> {
        use SenderError::{Domain, LocalPart, Malformed, Several};
        if text.chars().any(char::is_control) {
            return Err(Malformed);
        }
        let error = if text.contains(',') {
            Several
        } else {
            Malformed
        };
        let Mailbox { name, email } = text.parse().map_err(|_| error)?;
        // Most mail servers lack SMTPUTF8, so they accept only ASCII here.
        if !email.user().is_ascii() {
            return Err(LocalPart);
        }
        let domain = idna::domain_to_ascii_strict(email.domain()).map_err(|_| Malformed)?;
        if domain.parse::<IpAddr>().is_ok() {
            return Err(Domain);
        }
        let email = lettre::Address::new(email.user(), domain).map_err(|_| Malformed)?;
        Ok(Self(Mailbox { name, email }))
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Sender {
    /// Returns the domain of the address, in ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }

    /// Adds a name, unless the sender has one.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let name = self.0.name.or_else(|| Some(name.to_owned()));
        Self(Mailbox { name, ..self.0 })
    }

    /// Returns the name and the address.
    pub(super) fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Sender;

    #[test]
    fn a_text_that_is_no_address_is_no_sender() {
        for text in [
            "a@b.example\r\nBcc: eve@example.com",
            "",
            "Acme",
            "a@b.example, c@d.example",
            "jürgen@example.com",
            "no-reply@bü cher.example",
            "no-reply@127.0.0.1",
            "no-reply@-.example",
        ] {
            assert!(text.parse::<Sender>().is_err(), "{text:?}");
        }
    }
}
