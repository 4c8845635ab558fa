//! What an attacker knows of the owner of a password, and tries first.

use crate::domain::{EmailAddress, User};

/// The owner of a password that is judged, as far as known: names as they are typed, finished or not.
#[derive(Clone, Copy, Debug, Default)]
pub struct KnownOwner<'a> {
    pub email: Option<&'a str>,
    pub username: Option<&'a str>,
    pub display_name: Option<&'a str>,
    /// The user who is signed in.
    pub user: Option<&'a User>,
}

impl KnownOwner<'_> {
    pub(in crate::service) fn identity(&self) -> Vec<String> {
        let names = [self.username, self.display_name];
        let mut identity: Vec<String> = names.into_iter().flatten().map(known_part).collect();
        match self.email.map(|email| (email, EmailAddress::parse(email))) {
            Some((_, Ok(email))) => identity.extend(about(&email, &[])),
            Some((typed, Err(_))) => identity.push(known_part(typed)),
            None => {}
        }
        identity.extend(self.user.map(about_user).unwrap_or_default());
        identity
    }
}

/// Returns as much of what somebody types as their address or name as can be one.
fn known_part(typed: &str) -> String {
    const MAX_CHARS: usize = 254;
    typed.chars().take(MAX_CHARS).collect()
}

/// Returns what an attacker tries first: who the user is, whole and in parts.
pub fn about(email: &EmailAddress, names: &[&str]) -> Vec<String> {
    let words = [email.as_str()].into_iter();
    let words = words.chain(email.parts()).chain(names.iter().copied());
    words.map(str::to_owned).collect()
}

/// Returns what an attacker tries first for somebody who has registered.
pub fn about_user(user: &User) -> Vec<String> {
    let names = [
        user.username.as_str(),
        user.display_name.as_deref().unwrap_or(""),
    ];
    match EmailAddress::parse(&user.email) {
        Ok(email) => about(&email, &names),
        Err(_) => names.map(str::to_owned).to_vec(),
    }
}
