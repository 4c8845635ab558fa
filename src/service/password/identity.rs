//! The identity of the owner of a password: the names and addresses that an attacker tries first.

use crate::domain::{EmailAddress, User};

/// The owner of a password that is being judged, as far as known. The names may be typed only in part.
#[derive(Clone, Copy, Debug, Default)]
pub struct KnownOwner<'a> {
    pub email: Option<&'a str>,
    pub username: Option<&'a str>,
    pub display_name: Option<&'a str>,
    /// The user who is logged in.
    pub user: Option<&'a User>,
}

impl KnownOwner<'_> {
    pub(in crate::service) fn identity(&self) -> Vec<String> {
        let names = [self.username, self.display_name];
        let mut identity: Vec<String> = names.into_iter().flatten().map(truncated).collect();
        match self.email.map(|email| (email, EmailAddress::parse(email))) {
            Some((_, Ok(email))) => identity.extend(identity_words(&email, &[])),
            Some((typed, Err(_))) => identity.push(truncated(typed)),
            None => {}
        }
        identity.extend(self.user.map(identity_of_user).unwrap_or_default());
        identity
    }
}

/// Cuts a typed address or name to the maximum length of one.
fn truncated(typed: &str) -> String {
    const MAX_CHARS: usize = 254;
    typed.chars().take(MAX_CHARS).collect()
}

/// Returns the words that an attacker tries first: the address, its parts, and the names.
pub fn identity_words(email: &EmailAddress, names: &[&str]) -> Vec<String> {
    let words = [email.as_str()].into_iter();
    let words = words.chain(email.parts()).chain(names.iter().copied());
    words.map(str::to_owned).collect()
}

/// Returns the words that an attacker tries first for an existing user.
pub fn identity_of_user(user: &User) -> Vec<String> {
    let names = [
        user.username.as_str(),
        user.display_name.as_deref().unwrap_or(""),
    ];
    match EmailAddress::parse(&user.email) {
        Ok(email) => identity_words(&email, &names),
        Err(_) => names.map(str::to_owned).to_vec(),
    }
}
