//! The account that a login names, and the hash that its password is checked against.

use std::borrow::Cow;

use super::{EmailAddress, User, UserId, Username};

/// The text by which a login names its user.
#[derive(Clone, Debug)]
pub enum Identifier {
    Email(EmailAddress),
    Username(Username),
    Id(UserId),
}

impl Identifier {
    /// Returns the form that is the same for every spelling.
    #[must_use]
    pub fn canonical(&self) -> Cow<'_, str> {
        match self {
            Self::Email(email) => email.canonical().into(),
            Self::Username(name) => name.canonical().into(),
            Self::Id(id) => id.to_string().into(),
        }
    }
}

/// A user with the hash that their password is checked against.
#[derive(Clone)]
pub struct Credentials {
    pub user: User,
    /// A PHC string; `None` if there is no valid password until it is reset.
    pub password_hash: Option<String>,
    /// The number of changes of the password. A session is created only for the version that was checked.
    pub password_version: i64,
    /// Whether the device has logged in to this account before.
    pub device_known: bool,
    /// Whether the client has a pass, because it recently verified the account's mailbox.
    pub mailbox_verified: bool,
}
