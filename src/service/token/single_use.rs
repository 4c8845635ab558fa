//! Tokens that work once: those of mailed links and of challenges.

use aws_lc_rs::digest;

use crate::domain::{HashedToken, PlainToken};

/// Returns the form of a token that is stored and searched by.
pub(in crate::service) fn hash_token(token: &PlainToken) -> HashedToken {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.bytes()).as_ref());
    HashedToken::new(hash)
}
