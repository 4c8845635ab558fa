//! The account that somebody names, and what its password is checked against.

use std::borrow::Cow;

use uuid::Uuid;

use super::{EmailAddress, User, Username};

/// The name that a login gives for its user.
#[derive(Clone, Debug)]
pub enum Identifier {
    Email(EmailAddress),
    Username(Username),
    Id(Uuid),
}

impl Identifier {
    /// Returns the form in which it names one user.
    #[must_use]
    pub fn canonical(&self) -> Cow<'_, str> {
        match self {
            Self::Email(email) => email.canonical().into(),
            Self::Username(name) => name.canonical().into(),
            Self::Id(id) => id.to_string().into(),
        }
    }
}

/// A user with what their password is checked against.
#[derive(Clone)]
pub struct Credentials {
    pub user: User,
    /// A PHC string; `None` if the password is void until it is reset.
    pub password_hash: Option<String>,
    /// Counts changes of the password. A session is only made for the version that was checked.
    pub password_version: i64,
    /// Whether the device that asked has signed in to this account before.
    pub device_known: bool,
    /// Whether a pass is good: the account's mailbox was verified a while ago, from where this was asked.
    pub mailbox_verified: bool,
}
