//! Names that nobody may have, because readers would take their owner for the service, or a URL for another page.

use std::collections::HashSet;
use std::str::FromStr;

/// The names that are reserved by default: those of operators (RFC 2142 among them), of hosts, and of pages.
pub const DEFAULT_RESERVED_NAMES: [&str; 88] = [
    // People and roles with authority.
    "admin",
    "administrator",
    "administration",
    "root",
    "superuser",
    "sysadmin",
    "system",
    "daemon",
    "operator",
    "staff",
    "moderator",
    "official",
    "superadmin",
    "sudo",
    "everyone",
    "anonymous",
    "latchkey",
    // Mailboxes.
    "support",
    "help",
    "helpdesk",
    "helpcenter",
    "info",
    "contact",
    "customerservice",
    "security",
    "abuse",
    "noc",
    "postmaster",
    "hostmaster",
    "webmaster",
    "usenet",
    "mailerdaemon",
    "noreply",
    "donotreply",
    "billing",
    "payment",
    "payments",
    "sales",
    "marketing",
    "legal",
    "privacy",
    "feedback",
    // Hosts.
    "api",
    "www",
    "web",
    "app",
    "apps",
    "mail",
    "email",
    "smtp",
    "imap",
    "pop",
    "pop3",
    "ftp",
    "sftp",
    "dns",
    "ns",
    "mx",
    "cdn",
    "static",
    "assets",
    "status",
    "autoconfig",
    "autodiscover",
    "wpad",
    "isatap",
    "localhost",
    "localdomain",
    "broadcasthost",
    // Pages.
    "account",
    "accounts",
    "auth",
    "oauth",
    "sso",
    "login",
    "logout",
    "signin",
    "signout",
    "signup",
    "register",
    "password",
    "settings",
    "graphql",
    "wellknown",
    "me",
    "null",
    "undefined",
    "terms",
];

/// The entry of the setting that stands for all of [`DEFAULT_RESERVED_NAMES`].
const DEFAULT: &str = "default";

/// The value of the setting that reserves no name.
const NONE: &str = "none";

/// The names that nobody may have, in any spelling: `Sup-port` is `support`.
#[derive(Clone, Debug)]
pub struct ReservedNames(HashSet<String>);

/// The reason why a text is not a list of reserved names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReservedNamesError {
    #[error("must be names separated by commas, as in default,acme, or none by itself")]
    Malformed,
    #[error(
        "has {0:?}, which is no name: write names separated by commas, as in default,acme, or none"
    )]
    NotAName(String),
}

impl FromStr for ReservedNames {
    type Err = ReservedNamesError;

    /// Parses a comma-separated list.
    fn from_str(text: &str) -> Result<Self, ReservedNamesError> {
        let entries = text.split(',').map(str::trim);
        let entries: Vec<_> = entries.filter(|entry| !entry.is_empty()).collect();
        if entries == [NONE] {
            return Ok(Self(HashSet::new()));
        }
        if entries.is_empty() || entries.contains(&NONE) {
            return Err(ReservedNamesError::Malformed);
        }
        let mut names = HashSet::new();
        for entry in entries {
            if entry == DEFAULT {
                names.extend(DEFAULT_RESERVED_NAMES.map(str::to_owned));
                continue;
            }
            let is_name = |c: char| c.is_ascii_alphanumeric() || is_mark(c);
            let name = skeleton(entry);
            if name.is_empty() || !entry.chars().all(is_name) {
                return Err(ReservedNamesError::NotAName(entry.to_owned()));
            }
            names.insert(name);
        }
        Ok(Self(names))
    }
}

impl ReservedNames {
    /// Returns whether a name is reserved.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(&skeleton(name))
    }
}

/// Returns the part of a name by which readers know it: its letters and digits, in lower case.
fn skeleton(name: &str) -> String {
    let letters = name.chars().filter(|c| !is_mark(*c));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_RESERVED_NAMES, ReservedNames, skeleton};

    #[test]
    fn the_setting_replaces_the_default_names_or_adds_to_them() {
        let read = |text: &str| text.parse::<ReservedNames>();
        for (text, reserved, free) in [
            (
                "default",
                &["admin", "Sup-Port", "w.w.w", "api_"][..],
                &["ada", "adminton"][..],
            ),
            ("default, Acme", &["admin", "acme", "a.c-me"], &["ada"]),
            ("acme", &["acme"], &["admin"]),
            ("none", &[], &["admin", "none"]),
        ] {
            let names = read(text).unwrap();
            assert!(reserved.iter().all(|name| names.contains(name)), "{text}");
            assert!(!free.iter().any(|name| names.contains(name)), "{text}");
        }
        for text in ["a b", "-", "ad@min", "default;acme"] {
            let problem = read(text).unwrap_err().to_string();
            assert!(problem.contains("default,acme"), "{text}");
        }
    }

    #[test]
    fn the_default_names_are_written_as_they_are_compared() {
        for name in DEFAULT_RESERVED_NAMES {
            assert_eq!(skeleton(name), name);
        }
    }
}
