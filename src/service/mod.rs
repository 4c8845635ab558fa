//! The rules: what an operator would call the product.
//!
//! Owns decisions, tokens and hashing. A service takes the store, the clock, randomness and domain
//! values, decides, and calls one store method, which is one atomic piece of SQL. Must not know:
//! requests, headers, GraphQL, SQL.

mod accounts;
mod email_addresses;
mod error;
mod even_time;
mod hasher;
mod keys;
mod limits;
mod mail;
mod notices;
mod organizations;
mod password_changes;
mod password_resets;
mod password_strength;
mod passwords;
mod sessions;
mod sweep;
mod tokens;

pub use accounts::{Accounts, Registration};
pub use email_addresses::{EmailAddresses, EmailOptions};
pub use error::AuthError;
pub use hasher::{Argon2Cost, Hasher, HasherOptions};
pub use keys::SecretKey;
pub use limits::{Attempt, LimitOptions, Limits};
pub use mail::{
    Captured, Delivery, DeliveryOptions, Envelope, Links, Mail, MailOptions, Mailbox, MessageState,
    Sender, Smtp, SmtpOptions, SmtpUrl, Templates,
};
pub use notices::Notices;
pub use organizations::Organizations;
pub use password_changes::PasswordChanges;
pub use password_resets::PasswordResets;
pub use password_strength::{PasswordPolicy, PasswordProblem, PasswordStrength};
pub use passwords::Passwords;
pub use sessions::{Login, Refreshed, Revoke, Sessions};
pub use sweep::{SweepOptions, Sweeper};
pub use tokens::{TokenOptions, TokenPair, Tokens};
