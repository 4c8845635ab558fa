//! The rules: what an operator would call the product.
//!
//! Owns decisions, tokens and hashing. A service takes the store, the clock, randomness and domain
//! values, decides, and calls one store method, which is one atomic piece of SQL. Must not know:
//! requests, headers, GraphQL, SQL.

mod access_keys;
mod accounts;
mod acting;
mod directory;
mod email_addresses;
mod error;
mod even_time;
mod hasher;
mod invitations;
mod letters;
mod limits;
mod logins;
mod mail;
mod memberships;
mod notices;
mod organizations;
mod password_changes;
mod password_resets;
mod password_strength;
mod passwords;
mod receipts;
mod refreshes;
mod register;
mod registrations;
mod ring;
mod secrets;
mod security_events;
mod sessions;
mod signing_key;
mod sweep;
mod tokens;
mod unverified_addresses;

pub use access_keys::{AccessKeys, KeyListing};
pub use accounts::Accounts;
pub use acting::Switched;
pub use directory::Directory;
pub use email_addresses::{EmailAddresses, EmailOptions};
pub use error::AuthError;
pub use hasher::{Argon2Cost, HashCondition, Hasher, HasherOptions, check_stored_hash};
pub use invitations::{Invitations, Invite};
pub use letters::Letters;
pub use limits::{Attempt, LimitOptions, Limits};
pub use logins::Login;
pub use mail::{
    Captured, Delivery, DeliveryOptions, Envelope, HelloName, Links, Mail, MailOptions, Mailbox,
    MessageState, Sender, Smtp, SmtpOptions, SmtpUrl, Templates,
};
pub use memberships::Memberships;
pub use notices::Notices;
pub use organizations::Organizations;
pub use password_changes::PasswordChanges;
pub use password_resets::PasswordResets;
pub use password_strength::{KnownOwner, PasswordPolicy, PasswordProblem, PasswordStrength};
pub use passwords::Passwords;
pub use refreshes::Refreshed;
pub use register::Registration;
pub use registrations::Registrations;
pub use secrets::{SecretKey, SecretKeys};
pub use security_events::{Recorder, SecurityEvents};
pub use sessions::{Revoke, Sessions};
pub use signing_key::{SigningAlgorithm, SigningKey};
pub use sweep::{SweepOptions, Sweeper};
pub use tokens::{AccessToken, TokenOptions, TokenPair, Tokens};

#[cfg(test)]
mod tokens_tests;
