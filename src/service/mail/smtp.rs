//! The connection to a mail server: sending a message, and understanding the reply.

use std::time::Duration;

use lettre::transport::smtp::Error as TransportError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;

use super::hello_name::HelloName;
use super::outgoing_email::OutgoingEmail;
use super::smtp_url::{Encryption, SmtpUrl};
use crate::domain::without_tokens;

/// The settings of the connection to a mail server.
#[derive(Clone)]
pub struct SmtpOptions {
    pub url: SmtpUrl,
    pub hello: HelloName,
    /// The time for the whole conversation about one message.
    pub timeout: Duration,
}

/// A client of a mail server. Each message has a connection of its own: a connection that broke off
/// during one message must not carry the next.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    timeout: Duration,
}

/// The reason why a mail server cannot be used, in its own words where it gave any.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    #[error("TLS to {host} cannot be set up: {source}")]
    Tls {
        host: String,
        source: TransportError,
    },
    #[error("the mail server hung up")]
    HungUp,
    #[error("the mail server took too long to answer")]
    Timeout,
    #[error("{}", describe(.0))]
    Refused(#[from] TransportError),
}

/// The reason why a message was not accepted, in the mail server's words where it gave any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The server may accept it later.
    Temporary(String),
    /// The server will never accept it.
    Permanent(String),
}

impl Smtp {
    pub fn new(options: SmtpOptions) -> Result<Self, SmtpError> {
        let SmtpOptions {
            url,
            hello,
            timeout,
        } = options;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&url.host)
            .port(url.port)
            .hello_name(hello.0)
            .timeout(Some(timeout))
            .tls(match url.encryption {
                Encryption::Tls => Tls::Wrapper(tls(&url.host)?),
                Encryption::StartTls => Tls::Required(tls(&url.host)?),
                Encryption::None => Tls::None,
            });
        let builder = match url.credentials {
            Some(credentials) => {
                let password = credentials.password.expose_secret().to_owned();
                builder.credentials(Credentials::new(credentials.user, password))
            }
            None => builder,
        };
        Ok(Self {
            transport: builder.build(),
            timeout,
        })
    }

    /// Returns how long one attempt may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) async fn send(&self, email: &OutgoingEmail) -> Result<(), Refusal> {
        let message = email.message();
        let message = message.map_err(|error| Refusal::Permanent(error.to_string()))?;
        let sent = tokio::time::timeout(self.timeout, self.transport.send(message)).await;
        let sent = sent.map_err(|_| Refusal::Temporary(SmtpError::Timeout.to_string()))?;
        sent.map(|_| ()).map_err(|error| refusal(&error))
    }

    /// Connects, encrypts and signs in, without sending a message.
    pub async fn check(&self) -> Result<(), SmtpError> {
        let tested = tokio::time::timeout(self.timeout, self.transport.test_connection()).await;
        if tested.map_err(|_| SmtpError::Timeout)?? {
            Ok(())
        } else {
            Err(SmtpError::HungUp)
        }
    }
}

fn tls(host: &str) -> Result<TlsParameters, SmtpError> {
    TlsParameters::new(host.to_owned()).map_err(|source| SmtpError::Tls {
        host: host.to_owned(),
        source,
    })
}

fn refusal(error: &TransportError) -> Refusal {
    let code = error.status().map(u16::from);
    // These codes are about this service and not about the message: the server accepts no mail from it (RFC 7504), or
    // requires authentication (RFC 4954 section 6). An operator can fix that, and then nothing is lost.
    let is_about_sender = matches!(code, Some(521 | 530 | 534 | 535 | 538));
    if error.is_permanent() && !is_about_sender {
        Refusal::Permanent(describe(error))
    } else {
        Refusal::Temporary(describe(error))
    }
}

/// Describes an error and its causes in one line that is short enough to store, without the token of a mail, which the
/// server may quote.
fn describe(error: &dyn std::error::Error) -> String {
    const MAX_CHARS: usize = 500;
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = without_tokens(&line);
    line.chars()
        .filter(|c| !c.is_control())
        .take(MAX_CHARS)
        .collect()
}
