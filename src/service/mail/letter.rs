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
        let form = || {
            "must be an address: write no-reply@example.com, or Acme <no-reply@example.com>"
                .to_owned()
        };
        if text.chars().any(char::is_control) {
            return Err(form());
        }
        let Mailbox { name, email } = text.parse().map_err(|_| {
            if text.contains(',') {
                format!(
                    "{}; one address alone, and a name with a comma in quotes: \"Acme, Inc.\" <no-reply@example.com>",
                    form()
                )
            } else {
                form()
            }
        })?;
        // Most mail servers lack SMTPUTF8: they take no address that is not ASCII.
        if !email.user().is_ascii() {
            return Err(format!("{}: before the @, it must be ASCII", form()));
        }
        let domain = idna::domain_to_ascii_strict(email.domain()).map_err(|_| form())?;
        if domain.parse::<std::net::IpAddr>().is_ok() {
            return Err(format!("{}: behind the @, it must be a name", form()));
        }
        let email = lettre::Address::new(email.user(), domain).map_err(|_| form())?;
        Ok(Self(Mailbox { name, email }))
    }
}

impl std::fmt::Display for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Sender {
    /// Behind the `@`, in ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }

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
            // No holiday notices, please: RFC 3834 section 5, and what Exchange heeds instead.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
                "All".to_owned(),
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
            "X-Auto-Response-Suppress",
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
    fn an_international_domain_of_the_sender_travels_in_ascii() {
        let mut international = letter();
        international.from = "Bücher <no-reply@bücher.example>".parse().unwrap();
        let headers = headers(&international);
        let from = headers
            .iter()
            .find(|line| line.starts_with("From:"))
            .unwrap();
        assert!(
            from.ends_with(" <no-reply@xn--bcher-kva.example>"),
            "{from}"
        );
        assert!(
            headers[0].ends_with("@xn--bcher-kva.example>"),
            "{headers:?}"
        );
        assert!(headers.iter().all(|line| line.is_ascii()), "{headers:?}");
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
            "jürgen@example.com",
            "no-reply@bü cher.example",
            "no-reply@127.0.0.1",
            "no-reply@-.example",
        ] {
            assert!(from.parse::<Sender>().is_err(), "{from:?}");
        }
    }
}
