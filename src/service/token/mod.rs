//! Tokens, and the keys that they are made with.
//!
//! `tokens` makes and checks access and refresh tokens. `access_keys` has the keys of access tokens, of which
//! `signing_key` reads and makes key pairs. `secrets` derives a key for every use from `SECRET_KEY`, and `key_set` holds a key
//! with those that it replaced.

mod access_keys;
mod key_set;
mod secrets;
mod signing_key;
mod tokens;

pub use self::access_keys::{AccessKeys, KeyListing};
pub use self::key_set::KeySet;
pub use self::secrets::{SecretKey, SecretKeys};
pub use self::signing_key::{SigningAlgorithm, SigningKey};
pub use self::tokens::{AccessClaims, AccessToken, TokenOptions, TokenPair, Tokens};

#[cfg(test)]
mod tokens_tests;
