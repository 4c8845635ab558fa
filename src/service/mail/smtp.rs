//! Handing a letter to a mail server, and understanding what it answers.

use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::{Host, Url};

use super::letter::Letter;
use crate::domain::without_tokens;

/// What to write where a password would end a URL too early.
const SPECIAL_CHARACTERS: &str = "write special characters of the user and the password percent-encoded: %40 for @, %2F for /, \
     %3A for :, %3F for ?, %23 for #, %25 for %";

const TLS_OPTION: &str = "takes ?tls=required or ?tls=none";

/// Whether a mark stands in the user or the password that ends a host. An `@` does no harm: the last one counts.
fn has_raw_marks(text: &str) -> bool {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let before_host = rest.rsplit_once('@').map(|(before, _)| before);
    before_host.is_some_and(|it| it.contains(['/', '?', '#']))
}

/// Which mail server, and how to reach it: `smtps://user:password@host` is TLS from the start,
/// `smtp://…` begins in the clear and must turn to TLS (STARTTLS) unless the server is on this very
/// machine. Prints no password.
#[derive(Clone)]
pub struct SmtpUrl {
    host: String,
    /// Whether that is this very machine.
    is_here: bool,
    port: u16,
    encryption: Encryption,
    credentials: Option<(String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encryption {
    FromTheStart,
    StartTls,
    None,
}

impl FromStr for SmtpUrl {
    type Err = String;

    /// The message of an error does not repeat the text, which may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        let form = || {
            format!(
                "must be smtps://user:password@host or smtp://user:password@host; {SPECIAL_CHARACTERS}"
            )
        };
        if has_raw_marks(text) {
            return Err(format!("cannot be read: {SPECIAL_CHARACTERS}"));
        }
        let url = Url::parse(text).map_err(|_| form())?;
        // The library knows hosts of https alone, and would take `[::1]` for a name.
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or_else(form)?;
        let parsed = Host::parse(host).map_err(|_| form())?;
        let is_here = match &parsed {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => IpAddr::from(*address).is_loopback(),
            Host::Ipv6(address) => IpAddr::from(*address).is_loopback(),
        };
        let wish: Vec<_> = url.query_pairs().collect();
        let encryption = match (url.scheme(), wish.as_slice()) {
            ("smtps", []) => Encryption::FromTheStart,
            ("smtps", [(name, value)]) if name == "tls" => match value.as_ref() {
                "required" => Encryption::FromTheStart,
                "none" => {
                    return Err(
                        "has smtps://, which is TLS, and ?tls=none: leave ?tls=none out, or write smtp:// with it for a \
                         relay in a trusted network"
                            .to_owned(),
                    );
                }
                _ => return Err(TLS_OPTION.to_owned()),
            },
            ("smtp", []) if is_here => Encryption::None,
            ("smtp", []) => Encryption::StartTls,
            ("smtp", [(name, value)]) if name == "tls" => match value.as_ref() {
                "required" => Encryption::StartTls,
                "none" => Encryption::None,
                _ => return Err(TLS_OPTION.to_owned()),
            },
            ("smtps" | "smtp", _) => return Err("takes no options but ?tls=".to_owned()),
            _ => return Err(form()),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err("takes no path".to_owned());
        }
        let decoded = |text: &str| {
            let text = percent_encoding::percent_decode_str(text).decode_utf8();
            text.map(String::from)
                .map_err(|_| "has a user or password that is not UTF-8".to_owned())
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) => return Err("has a password and no user".to_owned()),
            (_, None) => return Err("has a user and no password".to_owned()),
            (user, Some(password)) => Some((decoded(user)?, decoded(password)?)),
        };
        if credentials.is_some() && encryption == Encryption::None && !is_here {
            return Err("would send its password in the clear: leave ?tls=none out".to_owned());
        }
        match (url.scheme(), url.port()) {
            ("smtps", Some(port @ (25 | 587))) => {
                return Err(format!(
                    "has smtps:// and port {port}, where servers turn to TLS only once they are asked to (STARTTLS): write \
                     smtp:// with {port}, or smtps:// with 465"
                ));
            }
            ("smtp", Some(465)) => {
                return Err(
                    "has smtp:// and port 465, where servers expect TLS from the start: write smtps:// with 465, or smtp:// with 587"
                        .to_owned(),
                );
            }
            _ => {}
        }
        let port = url.port().unwrap_or(match encryption {
            Encryption::FromTheStart => 465, // RFC 8314 section 7.3
            Encryption::StartTls => 587,     // RFC 6409 section 3.1
            Encryption::None => 25,
        });
        let host = match parsed {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Ok(Self {
            host,
            is_here,
            port,
            encryption,
            credentials,
        })
    }
}

impl SmtpUrl {
    /// Whether the mail server is on this machine.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.is_here
    }
}

impl std::fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let security = match self.encryption {
            Encryption::FromTheStart => "TLS",
            Encryption::StartTls => "STARTTLS",
            Encryption::None => "no encryption",
        };
        write!(f, "{} port {}, {security}", self.host, self.port)
    }
}

/// The name by which a client of SMTP greets: a host's, or an address in brackets (RFC 5321 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelloName(ClientId);

impl FromStr for HelloName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let address = bare.strip_prefix("IPv6:").unwrap_or(bare).parse();
        if let Ok(address) = address {
            return Ok(Self(match address {
                IpAddr::V4(address) => ClientId::Ipv4(address),
                IpAddr::V6(address) => ClientId::Ipv6(address),
            }));
        }
        let form = || "must be the name of a host, such as auth.example.com".to_owned();
        let name = idna::domain_to_ascii_strict(text).map_err(|_| form())?;
        if name.is_empty() {
            return Err(form());
        }
        Ok(Self(ClientId::Domain(name)))
    }
}

impl HelloName {
    /// The host of a URL.
    #[must_use]
    pub fn of_url(url: &str) -> Self {
        let url = Url::parse(url).ok();
        let host = url.as_ref().and_then(Url::host_str);
        let name = host.and_then(|host| host.parse().ok());
        name.unwrap_or(Self(ClientId::Ipv4(Ipv4Addr::LOCALHOST)))
    }
}

/// How mail leaves.
#[derive(Clone)]
pub struct SmtpOptions {
    pub url: SmtpUrl,
    pub hello: HelloName,
    /// For the whole conversation about one message.
    pub timeout: Duration,
}

/// A way to a mail server. Each message has a connection of its own: one that broke off half way
/// through a message must not carry the next.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    timeout: Duration,
}

/// Why a letter was not taken, in the mail server's words where it had any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It may be taken later.
    Temporary(String),
    /// It never will.
    Permanent(String),
}

const TOO_LONG: &str = "the mail server took too long to answer";

impl Smtp {
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(options: SmtpOptions) -> Result<Self, String> {
        let SmtpOptions {
            url,
            hello,
            timeout,
        } = options;
        let tls = || {
            TlsParameters::new(url.host.clone())
                .map_err(|error| format!("TLS to {} cannot be set up: {error}", url.host))
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&url.host)
            .port(url.port)
            .hello_name(hello.0)
            .timeout(Some(timeout))
            .tls(match url.encryption {
                Encryption::FromTheStart => Tls::Wrapper(tls()?),
                Encryption::StartTls => Tls::Required(tls()?),
                Encryption::None => Tls::None,
            });
        let builder = match url.credentials {
            Some((user, password)) => builder.credentials(Credentials::new(user, password)),
            None => builder,
        };
        Ok(Self {
            transport: builder.build(),
            timeout,
        })
    }

    /// How long one attempt may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        let message = letter.message().map_err(Refusal::Permanent)?;
        let sent = tokio::time::timeout(self.timeout, self.transport.send(message)).await;
        let sent = sent.map_err(|_| Refusal::Temporary(TOO_LONG.to_owned()))?;
        sent.map(|_| ()).map_err(|error| refusal(&error))
    }

    /// Connects, encrypts and signs in, and sends nothing.
    ///
    /// # Errors
    /// What the mail server said, or what stood in the way.
    pub async fn check(&self) -> Result<(), String> {
        match tokio::time::timeout(self.timeout, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("the mail server hung up".to_owned()),
            Ok(Err(error)) => Err(words(&error)),
            Err(_) => Err(TOO_LONG.to_owned()),
        }
    }
}

fn refusal(error: &lettre::transport::smtp::Error) -> Refusal {
    let code = error.status().map(u16::from);
    // These are about us and not about the message: the server takes no mail from us (RFC 7504), or
    // wants to know us better (RFC 4954 section 6). An operator mends that, and nothing is lost.
    let about_us = matches!(code, Some(521 | 530 | 534 | 535 | 538));
    if error.is_permanent() && !about_us {
        Refusal::Permanent(words(error))
    } else {
        Refusal::Temporary(words(error))
    }
}

/// An error with its causes, in one line that is not too long to keep, and without the secret of a mail
/// that the server may quote.
fn words(error: &dyn std::error::Error) -> String {
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

#[cfg(test)]
mod tests {
    use super::SmtpUrl;

    fn read(url: &str) -> String {
        match url.parse::<SmtpUrl>() {
            Ok(url) => url.to_string(),
            Err(problem) => format!("SMTP_URL {problem}"),
        }
    }

    #[test]
    fn mail_is_encrypted_unless_it_stays_on_the_machine() {
        assert_eq!(read("smtps://mail.example"), "mail.example port 465, TLS");
        assert_eq!(
            read("smtps://mail.example?tls=required"),
            "mail.example port 465, TLS"
        );
        assert_eq!(
            read("smtp://u:p@mail.example"),
            "mail.example port 587, STARTTLS"
        );
        // The last of several counts.
        assert_eq!(
            read("smtp://ada@mail.example:p@ss@mail.example"),
            "mail.example port 587, STARTTLS"
        );
        assert_eq!(read("smtp://localhost"), "localhost port 25, no encryption");
        assert_eq!(
            read("smtp://127.0.0.1:2525"),
            "127.0.0.1 port 2525, no encryption"
        );
        assert_eq!(read("smtp://[::1]:2525"), "::1 port 2525, no encryption");
        assert_eq!(
            read("smtp://localhost?tls=required"),
            "localhost port 587, STARTTLS"
        );
        assert_eq!(
            read("smtp://relay.lan?tls=none"),
            "relay.lan port 25, no encryption"
        );
    }

    #[test]
    fn a_contradiction_about_encryption_is_told_both_ways_out() {
        let problem = read("smtps://mail.example?tls=none");
        for words in ["leave ?tls=none out", "write smtp:// with it"] {
            assert!(problem.contains(words), "{problem}");
        }
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_repeating_the_password() {
        for url in [
            "http://user:pa55word@host",
            "user:pa55word@host",
            "smtp://user:pa55word@",
            "smtp://user:pa55word@relay.lan?tls=none",
            "smtp://user:pa55word@host?tls=perhaps",
            "smtps://user:pa55word@host?tls=none",
            "smtp://user:pa55word@host/path",
            "smtp://user:pa55word/x@host",
            "smtp://user:pa55word#x@host",
            "smtp://user:pa55word?x@host",
            "smtps://user:pa55word@host:587",
            "smtp://user:pa55word@host:465",
            "smtp://:pa55word@host",
            "smtp://user@host",
            "smtp://user:pa55word@host:99999",
        ] {
            let problem = read(url);
            assert!(problem.starts_with("SMTP_URL "), "{url}: {problem}");
            assert!(!problem.contains("pa55word"), "{url}: {problem}");
        }
    }
}
