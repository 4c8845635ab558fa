//! The rules: what an operator would call the product.
//!
//! Owns decisions, tokens and hashing. A service takes the store, the clock, randomness and domain
//! values, decides, and calls one store method, which is one atomic piece of SQL. Must not know:
//! requests, headers, GraphQL, SQL.

mod accounts;
mod error;
mod hasher;
mod keys;
mod mail;
mod organizations;
mod passwords;
mod sessions;
mod sweep;
mod tokens;

pub use accounts::{Accounts, Registration};
pub use error::AuthError;
pub use hasher::{Argon2Cost, Hasher, HasherOptions};
pub use keys::SecretKey;
pub use mail::{Mail, MailOptions};
pub use organizations::Organizations;
pub use passwords::{PasswordPolicy, Passwords};
pub use sessions::{Login, Refreshed, Revoke, Sessions};
pub use sweep::{SweepOptions, Sweeper};
pub use tokens::{TokenOptions, TokenPair, Tokens};
