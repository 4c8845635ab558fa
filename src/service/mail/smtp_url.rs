//! The URL of a mail server: its host, encryption and credentials.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use secrecy::SecretString;
use url::{Host, Url};

/// A mail server, and how to reach it. `smtps://user:password@host` uses TLS from the start.
/// `smtp://…` starts in the clear and must switch to TLS (STARTTLS), unless the server is on this
/// machine.
#[derive(Clone, Debug)]
pub struct SmtpUrl {
    pub(super) host: String,
    /// Whether the host is this machine.
    is_here: bool,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<SmtpCredentials>,
}

#[derive(Clone, Debug)]
pub(super) struct SmtpCredentials {
    pub user: String,
    pub password: SecretString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// TLS from the start.
    Tls,
    StartTls,
    None,
}

/// The reason why a text is not the URL of a mail server. It does not repeat the text, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlError {
    #[error(
        "must be smtps://user:password@host or smtp://user:password@host; {SPECIAL_CHARACTERS}"
    )]
    Malformed,
    #[error("cannot be read: {SPECIAL_CHARACTERS}")]
    SpecialCharacter,
    #[error(
        "has smtps://, which is TLS, and ?tls=none: leave ?tls=none out, or write smtp:// with it for a relay in a trusted network"
    )]
    TlsContradiction,
    #[error("takes ?tls=required or ?tls=none")]
    TlsOption,
    #[error("takes no options but ?tls=")]
    UnknownOption,
    #[error("takes no path")]
    Path,
    #[error("has a user or password that is not UTF-8")]
    NotUtf8,
    #[error("has a password and no user")]
    NoUser,
    #[error("has a user and no password")]
    NoPassword,
    #[error("would send its password in the clear: leave ?tls=none out")]
    PasswordInTheClear,
    #[error(
        "has smtps:// and port {0}, where servers turn to TLS only once they are asked to (STARTTLS): write smtp:// with {0}, or smtps:// with 465"
    )]
    StartTlsPort(u16),
    #[error(
        "has smtp:// and port 465, where servers expect TLS from the start: write smtps:// with 465, or smtp:// with 587"
    )]
    TlsPort,
}

/// The advice for a password that contains a character which ends it too early.
const SPECIAL_CHARACTERS: &str = "write special characters of the user and the password percent-encoded: %40 for @, %2F for /, \
     %3A for :, %3F for ?, %23 for #, %25 for %";

impl FromStr for SmtpUrl {
    type Err = SmtpUrlError;

    fn from_str(text: &str) -> Result<Self, SmtpUrlError> {
        if has_unencoded_marks(text) {
            return Err(SmtpUrlError::SpecialCharacter);
        }
        let url = Url::parse(text).map_err(|_| SmtpUrlError::Malformed)?;
        let host = host(&url)?;
        let is_here = is_here(&host);
        let encryption = encryption(&url, is_here)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpUrlError::Path);
        }
        let credentials = credentials(&url)?;
        if credentials.is_some() && encryption == Encryption::None && !is_here {
            return Err(SmtpUrlError::PasswordInTheClear);
        }
        Ok(Self {
            host: match host {
                Host::Domain(name) => name,
                Host::Ipv4(address) => address.to_string(),
                Host::Ipv6(address) => address.to_string(),
            },
            is_here,
            port: port(&url, encryption)?,
            encryption,
            credentials,
        })
    }
}

/// Returns whether the user or the password contains a character that ends the host. An `@` is harmless: the last one counts.
fn has_unencoded_marks(text: &str) -> bool {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let before_host = rest.rsplit_once('@').map(|(before, _)| before);
    before_host.is_some_and(|user| user.contains(['/', '?', '#']))
}

/// Returns the host. `Url` parses hosts of `https` alone, and takes `[::1]` in an `smtp://` URL for a name.
fn host(url: &Url) -> Result<Host, SmtpUrlError> {
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or(SmtpUrlError::Malformed)?;
    Host::parse(host).map_err(|_| SmtpUrlError::Malformed)
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => IpAddr::from(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(*address).is_loopback(),
    }
}

fn encryption(url: &Url, is_here: bool) -> Result<Encryption, SmtpUrlError> {
    let scheme = url.scheme();
    if !matches!(scheme, "smtps" | "smtp") {
        return Err(SmtpUrlError::Malformed);
    }
    let options: Vec<_> = url.query_pairs().collect();
    let tls = match options.as_slice() {
        [] => None,
        [(name, value)] if name == "tls" => Some(value.as_ref()),
        _ => return Err(SmtpUrlError::UnknownOption),
    };
    match (scheme, tls) {
        ("smtps", None | Some("required")) => Ok(Encryption::Tls),
        ("smtps", Some("none")) => Err(SmtpUrlError::TlsContradiction),
        (_, Some("none")) => Ok(Encryption::None),
        (_, None) if is_here => Ok(Encryption::None),
        (_, None | Some("required")) => Ok(Encryption::StartTls),
        (_, Some(_)) => Err(SmtpUrlError::TlsOption),
    }
}

fn credentials(url: &Url) -> Result<Option<SmtpCredentials>, SmtpUrlError> {
    let decode = |text: &str| {
        let text = percent_encoding::percent_decode_str(text).decode_utf8();
        text.map(String::from).map_err(|_| SmtpUrlError::NotUtf8)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(SmtpUrlError::NoUser),
        (_, None) => Err(SmtpUrlError::NoPassword),
        (user, Some(password)) => Ok(Some(SmtpCredentials {
            user: decode(user)?,
            password: decode(password)?.into(),
        })),
    }
}

fn port(url: &Url, encryption: Encryption) -> Result<u16, SmtpUrlError> {
    match (url.scheme(), url.port()) {
        ("smtps", Some(port @ (25 | 587))) => Err(SmtpUrlError::StartTlsPort(port)),
        ("smtp", Some(465)) => Err(SmtpUrlError::TlsPort),
        (_, Some(port)) => Ok(port),
        (_, None) => Ok(match encryption {
            Encryption::Tls => 465,      // RFC 8314 section 7.3
            Encryption::StartTls => 587, // RFC 6409 section 3.1
            Encryption::None => 25,
        }),
    }
}

impl SmtpUrl {
    /// Returns whether the mail server is on this machine.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.is_here
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let security = match self.encryption {
            Encryption::Tls => "TLS",
            Encryption::StartTls => "STARTTLS",
            Encryption::None => "no encryption",
        };
        write!(f, "{} port {}, {security}", self.host, self.port)
    }
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
        // If there are several @, the last one ends the password.
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
    fn a_password_is_not_printed() {
        let url: SmtpUrl = "smtps://ada:pa55word@mail.example".parse().unwrap();
        let printed = format!("{url} {url:?}");
        assert!(!printed.contains("pa55word"), "{printed}");
    }

    #[test]
    fn a_contradiction_about_encryption_is_refused_with_both_ways_out() {
        let problem = read("smtps://mail.example?tls=none");
        for words in ["leave ?tls=none out", "write smtp:// with it"] {
            assert!(problem.contains(words), "{problem}");
        }
    }

    #[test]
    fn a_url_that_names_no_mail_server_is_refused_without_repeating_the_password() {
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
