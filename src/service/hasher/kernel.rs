//! The interface of an Argon2id that may take the place of the `argon2` crate.

use argon2::{Block, Error, Params};
use latchkey_argon2id::Argon2id;

/// An Argon2id with one lane.
pub trait Kernel: Send + Sync {
    fn hash(
        &self,
        params: &Params,
        password: &[u8],
        salt: &[u8],
        tag: &mut [u8],
        memory: &mut [Block],
    ) -> Result<(), Error>;
}

impl Kernel for Argon2id {
    fn hash(
        &self,
        params: &Params,
        password: &[u8],
        salt: &[u8],
        tag: &mut [u8],
        memory: &mut [Block],
    ) -> Result<(), Error> {
        Self::hash(*self, params, password, salt, tag, memory)
    }
}
