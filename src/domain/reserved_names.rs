//! Names that nobody may have: readers would take their owner for the service, or a URL for another page.

use std::collections::HashSet;
use std::str::FromStr;

/// The names that are reserved unless the settings say otherwise: those of operators (RFC 2142 among them), of hosts, and
/// of pages.
pub const DEFAULT_RESERVED_NAMES: [&str; 88] = [
    // People and roles that others obey.
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

/// Stands in a list of the settings for all of [`DEFAULT_RESERVED_NAMES`].
const DEFAULT: &str = "default";

/// Stands in the settings for no name at all.
const NONE: &str = "none";

/// Names that nobody may have, however they are written: `Sup-port` is `support`.
#[derive(Clone, Debug)]
pub struct ReservedNames(HashSet<String>);

impl FromStr for ReservedNames {
    type Err = String;

    /// A comma-separated list.
    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim);
        let entries: Vec<_> = entries.filter(|entry| !entry.is_empty()).collect();
        if entries == [NONE] {
            return Ok(Self(HashSet::new()));
        }
        if entries.is_empty() || entries.contains(&NONE) {
            return Err(
                "must be names separated by commas, as in default,acme, or none by itself"
                    .to_owned(),
            );
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
                return Err(format!(
                    "has {entry:?}, which is no name: write names separated by commas, as in default,acme, or none"
                ));
            }
            names.insert(name);
        }
        Ok(Self(names))
    }
}

impl ReservedNames {
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(&skeleton(name))
    }
}

/// What a reader sees of a name.
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
    fn the_list_of_the_settings_takes_the_place_of_ours_or_adds_to_it() {
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
            assert!(reserved.iter().all(|it| names.contains(it)), "{text}");
            assert!(!free.iter().any(|it| names.contains(it)), "{text}");
        }
        for text in ["a b", "-", "ad@min", "default;acme"] {
            assert!(read(text).unwrap_err().contains("default,acme"), "{text}");
        }
    }

    #[test]
    fn our_own_names_are_written_as_they_are_compared() {
        for name in DEFAULT_RESERVED_NAMES {
            assert_eq!(skeleton(name), name);
        }
    }
}
