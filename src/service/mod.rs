//! The rules: what an operator would call the product.
//!
//! Owns decisions, tokens and hashing. A service takes the store, the clock, randomness and domain
//! values, decides, and calls one store method, which is one atomic piece of SQL. Must not know:
//! requests, headers, GraphQL, SQL.
//!
//! The features: `account`, `session`, `password`, `email`, `organization`, `membership`, `invitation`
//! and `audit`, the events of all of them. What they share: `token`, `hasher`, `limits`, `mail`,
//! `directory`, `purge`, `response_time` and `error`.

mod account;
mod audit;
mod directory;
mod email;
mod error;
mod hasher;
mod invitation;
mod limits;
mod mail;
mod membership;
mod organization;
mod password;
mod purge;
mod response_time;
mod session;
mod token;

pub use account::{Accounts, Notices, Registration, Registrations};
pub use audit::{Recorder, SecurityEvents};
pub use directory::Directory;
pub use email::{EmailAddresses, EmailOptions};
pub use error::AuthError;
pub use hasher::{Argon2Cost, HashCondition, Hasher, HasherOptions, check_stored_hash};
pub use invitation::{Invitations, Invite};
pub use limits::{Attempt, LimitOptions, Limits};
pub use mail::{
    Captured, Delivery, DeliveryOptions, Envelope, HelloName, Links, Mail, MailOptions, Mailbox,
    MessageState, Sender, Smtp, SmtpOptions, SmtpUrl, Templates,
};
pub use membership::Memberships;
pub use organization::{Letters, Organizations};
pub use password::{
    KnownOwner, PasswordChanges, PasswordPolicy, PasswordProblem, PasswordResets, PasswordStrength,
    Passwords,
};
pub use purge::{PurgeOptions, Purger};
pub use session::{Login, Refreshed, Revoke, Sessions, Switched};
pub use token::{
    AccessKeys, AccessToken, KeyListing, SecretKey, SecretKeys, SigningAlgorithm, SigningKey,
    TokenOptions, TokenPair, Tokens,
};
