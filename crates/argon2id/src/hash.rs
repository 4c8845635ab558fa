//! The hash function H' of any length, made of BLAKE2b (RFC 9106 section 3.3).

use argon2::Error;
use blake2::digest::block_api::{UpdateCore, VariableOutputCore};
use blake2::digest::block_buffer::LazyBuffer;
use blake2::digest::{Digest, Output};
use blake2::{Blake2b512, Blake2bVarCore};

/// Computes `H^64` of the concatenation of some parts.
pub fn h(parts: &[&[u8]]) -> [u8; 64] {
    let mut blake2b = Blake2b512::new();
    for part in parts {
        blake2b.update(part);
    }
    blake2b.finalize().into()
}

/// Computes `H'^T` of the concatenation of some parts, where T is the length of `out`.
pub fn h_prime(parts: &[&[u8]], out: &mut [u8]) -> Result<(), Error> {
    let length = u32::try_from(out.len()).map_err(|_| Error::OutputTooLong)?;
    let length = length.to_le_bytes();
    let parts = [&[&length[..]], parts].concat();
    if out.len() <= 64 {
        return h_short(&parts, out);
    }
    // The result has the first half of each of V_1 to V_r ...
    let mut v = h(&parts);
    let mut rest = out;
    while rest.len() > 64 {
        let (half, others) = rest.split_at_mut(32);
        half.copy_from_slice(&v[..32]);
        rest = others;
        if rest.len() > 64 {
            v = h(&[&v]);
        }
    }
    // ... and all of V_{r+1}.
    h_short(&[&v], rest)
}

/// Computes `H^T` for a T, the length of `out`, from 1 to 64.
fn h_short(parts: &[&[u8]], out: &mut [u8]) -> Result<(), Error> {
    let blake2b = Blake2bVarCore::new(out.len());
    let mut blake2b = blake2b.map_err(|_| Error::OutputTooShort)?;
    let mut buffer = LazyBuffer::default();
    for part in parts {
        buffer.digest_blocks(part, |blocks| blake2b.update_blocks(blocks));
    }
    let mut whole = Output::<Blake2bVarCore>::default();
    blake2b.finalize_variable_core(&mut buffer, &mut whole);
    out.copy_from_slice(&whole[..out.len()]);
    Ok(())
}
