//! The rules of the product.
//!
//! Owns decisions, tokens and hashing. A service takes domain values, decides, and calls one store method, which is one
//! atomic piece of SQL. Must not know: requests, headers, GraphQL, SQL.
//!
//! The features: `account`, `session`, `password`, `second_factor`, `passkey`, `email`, `organization`, `membership`,
//! `invitation` and `audit`, the events of all of them. Each is a struct on the shared `core`: the store, the clock,
//! randomness, mail, challenges, rate limits and the audit. Other shared modules: `token`, `hasher`, `rate_limits`, `mail`,
//! `directory`, `purge`, `batches`, `response_time` and `error`.

mod account;
mod audit;
mod batches;
mod challenges;
mod core;
mod directory;
mod email;
mod error;
mod hasher;
mod invitation;
mod mail;
mod membership;
mod organization;
mod passkey;
mod password;
mod purge;
mod rate_limits;
mod response_time;
mod second_factor;
mod session;
mod token;

pub use self::core::{AccountPolicy, Core};
pub use account::{Accounts, Registration};
pub use audit::{Audit, Recorder};
pub use challenges::Challenges;
pub use directory::Directory;
pub use email::EmailAddresses;
pub use error::{AuthError, LoginChallenge, ReauthenticationNeed};
pub use hasher::{
    Argon2Cost, Fallback, HashCondition, Hasher, HasherError, HasherOptions, Implementation,
    Kernel, check_stored_hash,
};
pub use invitation::{InvitationRef, Invitations};
pub use mail::{
    Captured, Delivery, DeliveryOptions, Envelope, HelloName, LinkTarget, Links, Mail, MailOptions,
    Mailbox, Sender, SenderError, Smtp, SmtpError, SmtpOptions, SmtpUrl, SmtpUrlError,
    TemplateError, Templates,
};
pub use membership::Memberships;
pub use organization::Organizations;
pub use passkey::{PasskeyCeremony, Passkeys};
pub use password::{KnownOwner, PasswordPolicy, PasswordProblem, PasswordStrength, Passwords};
pub use purge::{PurgeOptions, Purger};
pub use rate_limits::{Bucket, RateLimitOptions, RateLimitedAction, RateLimits};
pub use second_factor::{SecondFactors, TotpSetup};
pub use session::{
    LoggedOut, Login, LogoutScope, Proof, Reauthenticated, Refreshed, Sessions,
    StartedReauthentication, Switched,
};
pub use token::{
    AccessKeys, AccessKeysError, AccessToken, KeyListing, SecretKey, SecretKeyError, SecretKeys,
    SigningAlgorithm, SigningKey, SigningKeyError, TokenOptions, TokenPair, Tokens,
};
