//! A message as mail servers receive it: headers, and the same text in two formats.

use std::str::FromStr;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::sender::Sender;
use super::templates::Rendered;
use crate::domain::{EmailAddress, EmailAddressError, MessageId};

/// The reason why a message cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnsendableEmail {
    #[error(transparent)]
    Address(#[from] EmailAddressError),
    #[error(transparent)]
    Envelope(#[from] lettre::address::AddressError),
    #[error(transparent)]
    Message(#[from] lettre::error::Error),
}

/// One message to one person.
#[derive(Clone, Debug)]
pub(super) struct OutgoingEmail {
    pub id: MessageId,
    pub from: Sender,
    /// The recipient's address, as it stands in the outbox.
    pub to: String,
    pub date: DateTime<Utc>,
    pub rendered: Rendered,
}

impl OutgoingEmail {
    /// Writes the message with its envelope. The same email always has the same `Message-ID`, so that the recipient's
    /// program recognizes a duplicate.
    pub(super) fn message(&self) -> Result<lettre::Message, UnsendableEmail> {
        // Parsed again, so that no text of the database gets into a header unchecked.
        let to = EmailAddress::parse(&self.to)?;
        let to = lettre::Address::from_str(to.as_str())?;
        let domain = self.from.domain();
        let message = lettre::Message::builder()
            .message_id(Some(format!("<{}@{domain}>", self.id)))
            .date(SystemTime::from(self.date))
            .from(self.from.mailbox().clone())
            .to(Mailbox::new(None, to))
            .subject(&self.rendered.subject)
            // Prevents automatic replies: RFC 3834 section 5, and the header that Exchange reads instead.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
                "All".to_owned(),
            ));
        let Rendered { text, html, .. } = self.rendered.clone();
        Ok(message.multipart(MultiPart::alternative_plain_html(text, html))?)
    }

    /// Writes the message as mail servers receive it.
    pub(super) fn source(&self) -> Result<String, UnsendableEmail> {
        let bytes = self.message()?.formatted();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{OutgoingEmail, Rendered};
    use crate::domain::MessageId;

    fn email() -> OutgoingEmail {
        OutgoingEmail {
            id: MessageId::NIL,
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

    fn headers(email: &OutgoingEmail) -> Vec<String> {
        let source = email.source().unwrap();
        let (head, _) = source.split_once("\r\n\r\n").unwrap();
        let lines = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        lines.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn an_email_has_these_headers_and_no_others() {
        let names: Vec<_> = headers(&email())
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
            headers(&email())[0],
            "Message-ID: <00000000-0000-0000-0000-000000000000@acme.example>"
        );
    }

    #[test]
    fn an_international_domain_of_the_sender_travels_in_ascii() {
        let mut international = email();
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
        let mut forged = email();
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
            assert!(OutgoingEmail { to, ..email() }.message().is_err());
        }
    }
}
