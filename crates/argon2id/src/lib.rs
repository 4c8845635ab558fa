//! Argon2id, version 0x13, with one lane and without a key (RFC 9106), for processors with AVX2.
//!
//! The `argon2` crate implements all of RFC 9106 on every processor. It is the reference of this crate, whose tests compare the
//! tags of both. This crate is faster because it keeps a vector of four words in a register from one step to the next.
//!
//! | module | section of RFC 9106 |
//! |---|---|
//! | this one | 3.2: the steps of Argon2, and the hash H_0 |
//! | `hash` | 3.3: the hash function H' |
//! | `memory` | 3.4: the order of blocks, and which block each refers to |
//! | `compression` | 3.5 and 3.6: the compression function G and the permutation P |
//!
//! Names are those of the RFC. With one lane, *q* is *m'*, and the block *B\[0\]\[j\]* is `memory[j]`.
//!
//! Like every Argon2id, it reads addresses that depend on the password from the third quarter of the first pass on.
//! Nothing else depends on the password: there are no other branches or addresses made of it. Like the `argon2` crate without
//! its feature `zeroize`, it does not erase what it leaves in memory.

#[cfg(target_arch = "x86_64")]
mod compression;
mod hash;
#[cfg(target_arch = "x86_64")]
mod memory;
#[cfg(not(target_arch = "x86_64"))]
#[path = "memory_elsewhere.rs"]
mod memory;

use argon2::{Algorithm, Block, Error, MAX_PWD_LEN, MAX_SALT_LEN, MIN_SALT_LEN, Params, Version};

use self::hash::{h, h_prime};
use self::memory::Avx2;

/// Argon2id on a processor that has AVX2.
#[derive(Clone, Copy, Debug)]
pub struct Argon2id {
    avx2: Avx2,
}

impl Argon2id {
    /// Returns `None` if this processor lacks AVX2.
    #[must_use]
    pub fn detect() -> Option<Self> {
        memory::detect().map(|avx2| Self { avx2 })
    }

    /// Whether this crate computes tags with these parameters: with one lane, and without associated data.
    #[must_use]
    pub fn supports(params: &Params) -> bool {
        params.p_cost() == 1 && params.data().is_empty()
    }

    /// Computes the tag of a password, as `argon2::Argon2::hash_password_into_with_memory` does.
    ///
    /// # Errors
    /// The same as those of `argon2`; and `AlgorithmInvalid` for parameters that this crate does not support.
    pub fn hash(
        self,
        params: &Params,
        password: &[u8],
        salt: &[u8],
        tag: &mut [u8],
        memory: &mut [Block],
    ) -> Result<(), Error> {
        check(params, password, salt, tag)?;
        // 1. H_0
        let h_0 = initial_hash(params, password, salt, tag.len());
        // 2. m' blocks
        let memory = memory.get_mut(..params.block_count());
        let memory = memory.ok_or(Error::MemoryTooLittle)?;
        // 3 and 4. B[0][0] and B[0][1]
        for (block, j) in memory.iter_mut().zip([0_u32, 1]) {
            let mut bytes = [0; Block::SIZE];
            h_prime(&[&h_0, &j.to_le_bytes(), &0_u32.to_le_bytes()], &mut bytes)?;
            read_block(block, &bytes);
        }
        // 5 and 6. All other blocks, in t passes
        memory::fill(self.avx2, memory, u64::from(params.t_cost()));
        // 7 and 8. The tag is H' of the last block, which is C
        let last = memory.last().ok_or(Error::MemoryTooLittle)?;
        h_prime(&[&write_block(last)], tag)
    }
}

fn check(params: &Params, password: &[u8], salt: &[u8], tag: &[u8]) -> Result<(), Error> {
    if !Argon2id::supports(params) {
        return Err(Error::AlgorithmInvalid);
    }
    if tag.len() < params.output_len().unwrap_or(Params::MIN_OUTPUT_LEN) {
        return Err(Error::OutputTooShort);
    }
    if tag.len() > params.output_len().unwrap_or(Params::MAX_OUTPUT_LEN) {
        return Err(Error::OutputTooLong);
    }
    if password.len() > MAX_PWD_LEN {
        return Err(Error::PwdTooLong);
    }
    if salt.len() < MIN_SALT_LEN {
        return Err(Error::SaltTooShort);
    }
    if salt.len() > MAX_SALT_LEN {
        return Err(Error::SaltTooLong);
    }
    Ok(())
}

/// Computes `H_0`, without a key and associated data.
fn initial_hash(params: &Params, password: &[u8], salt: &[u8], tag_length: usize) -> [u8; 64] {
    let le32 = u32::to_le_bytes;
    h(&[
        &le32(params.p_cost()),
        &le32_of(tag_length),
        &le32(params.m_cost()),
        &le32(params.t_cost()),
        &le32(Version::V0x13.into()),
        &le32(Algorithm::Argon2id as u32),
        &le32_of(password.len()),
        password,
        &le32_of(salt.len()),
        salt,
        &le32(0), // no secret value
        &le32(0), // no associated data
    ])
}

/// Returns a length as LE32. No length that passes `check` is longer.
fn le32_of(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

fn read_block(block: &mut Block, bytes: &[u8; Block::SIZE]) {
    let (chunks, _) = bytes.as_chunks();
    for (word, chunk) in block.as_mut().iter_mut().zip(chunks) {
        *word = u64::from_le_bytes(*chunk);
    }
}

fn write_block(block: &Block) -> [u8; Block::SIZE] {
    let mut bytes = [0; Block::SIZE];
    let (chunks, _) = bytes.as_chunks_mut();
    for (chunk, word) in chunks.iter_mut().zip(block.as_ref()) {
        *chunk = word.to_le_bytes();
    }
    bytes
}
