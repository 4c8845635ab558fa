//! A message as mail servers take it: headers, and two alternatives of the same.

use std::str::FromStr;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use uuid::Uuid;

use super::templates::Rendered;
use crate::domain::EmailAddress;

/// Who mail comes from: `Latchkey <no-reply@example.com>`, or an address alone.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

impl FromStr for Sender {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "must be an address, as no-reply@example.com or Acme <no-reply@example.com>";
        if text.chars().any(char::is_control) {
            return Err(form.to_owned());
        }
        text.parse().map(Self).map_err(|_| form.to_owned())
    }
}

impl std::fmt::Display for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Sender {
    /// The name, in place of one that the settings do not give.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let name = self.0.name.or_else(|| Some(name.to_owned()));
        Self(Mailbox { name, ..self.0 })
    }
}

/// One message to one person.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub id: Uuid,
    pub from: Sender,
    /// As the outbox has it.
    pub to: String,
    pub date: DateTime<Utc>,
    pub rendered: Rendered,
}

impl Letter {
    /// The message with its envelope. The same letter always has the same `Message-ID`, so that a
    /// reader's program can tell a duplicate.
    ///
    /// # Errors
    /// When the address is none that a mail server takes.
    pub(super) fn message(&self) -> Result<lettre::Message, String> {
        // Parsed anew: whatever stands in the database, no header comes from it unseen.
        let to = EmailAddress::parse(&self.to)?;
        let to = lettre::Address::from_str(to.as_str()).map_err(|error| error.to_string())?;
        let domain = self.from.0.email.domain();
        let message = lettre::Message::builder()
            .message_id(Some(format!("<{}@{domain}>", self.id)))
            .date(SystemTime::from(self.date))
            .from(self.from.0.clone())
            .to(Mailbox::new(None, to))
            .subject(&self.rendered.subject)
            // RFC 3834 section 5: no holiday notices, please.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        let Rendered { text, html, .. } = self.rendered.clone();
        message
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(|error| error.to_string())
    }

    /// The message as it travels.
    pub(super) fn source(&self) -> Result<String, String> {
        let bytes = self.message()?.formatted();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Letter, Rendered, Sender};
    use uuid::Uuid;

    fn letter() -> Letter {
        Letter {
            id: Uuid::nil(),
            from: "Acme <no-reply@acme.example>".parse().unwrap(),
            to: "ada@example.com".to_owned(),
            date: "2026-06-01T12:00:00Z".parse().unwrap(),
            rendered: Rendered {
                subject: "Bestätigen Sie".to_owned(),
                text: "text\n".to_owned(),
                html: "<p>html</p>".to_owned(),
            },
        }
    }

    fn headers(letter: &Letter) -> Vec<String> {
        let source = letter.source().unwrap();
        let (head, _) = source.split_once("\r\n\r\n").unwrap();
        let lines = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        lines.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_letter_has_these_headers_and_no_others() {
        let names: Vec<_> = headers(&letter())
            .into_iter()
            .map(|line| line.split(':').next().unwrap().to_owned())
            .collect();
        let expected = [
            "Message-ID",
            "Date",
            "From",
            "To",
            "Subject",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
        ];
        assert_eq!(names, expected);
        assert_eq!(
            headers(&letter())[0],
            "Message-ID: <00000000-0000-0000-0000-000000000000@acme.example>"
        );
    }

    #[test]
    fn no_value_can_begin_a_header_of_its_own() {
        let mut forged = letter();
        forged.rendered.subject = "Hello\r\nBcc: eve@example.com".to_owned();
        for line in headers(&forged) {
            assert!(!line.to_lowercase().starts_with("bcc"), "{line}");
        }
        for to in [
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com, eve@example.com",
            "Ada <ada@example.com>",
            "ada@example.com> RCPT TO:<eve@example.com",
        ] {
            let to = to.to_owned();
            assert!(Letter { to, ..letter() }.message().is_err());
        }
        for from in [
            "a@b.example\r\nBcc: eve@example.com",
            "",
            "Acme",
            "a@b.example, c@d.example",
        ] {
            assert!(from.parse::<Sender>().is_err(), "{from:?}");
        }
    }
}
