//! Tokens and their keys.
//!
//! `tokens` issues and verifies access and refresh tokens. `access_keys` holds the keys of access tokens, and `signing_key`
//! reads and generates key pairs. `secrets` derives a key for every use from `SECRET_KEY`, and `key_set` holds a key together
//! with its predecessors. `seal` encrypts the secrets that the database stores, and `single_use` hashes tokens that work
//! once.

mod access_keys;
mod key_set;
mod seal;
mod secrets;
mod signing_key;
mod single_use;
mod tokens;

pub use self::access_keys::{AccessKeys, AccessKeysError, KeyListing};
pub(super) use self::key_set::KeySet;
pub(super) use self::seal::Seal;
pub use self::secrets::{SecretKey, SecretKeyError, SecretKeys};
pub use self::signing_key::{SigningAlgorithm, SigningKey, SigningKeyError};
pub(super) use self::single_use::hash_token;
pub use self::tokens::{AccessClaims, AccessToken, TokenOptions, TokenPair, Tokens};

#[cfg(test)]
mod tokens_tests;
