//! The failures of the hasher.

use std::io;

use super::cost::Argon2CostError;

/// The reason why the hasher does not start, or fails to hash.
#[derive(Debug, thiserror::Error)]
pub enum HasherError {
    #[error(transparent)]
    Cost(#[from] Argon2CostError),
    #[error("a hashing thread cannot be started: {0}")]
    Thread(#[source] io::Error),
    #[error("Argon2 failed: {0}")]
    Argon2(#[from] argon2::Error),
    #[error("no PHC string: {0}")]
    Phc(#[from] argon2::password_hash::Error),
}
