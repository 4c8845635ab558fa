//! The test at the start of whether our own Argon2id computes right tags on this machine.

use argon2::{Algorithm, Argon2, Block, Error, Params, Version};

use super::kernel::Kernel;

/// A vector of the reference implementation, phc-winner-argon2, in `src/test.c`. Those in RFC 9106 have four lanes.
const VECTOR: Vector = Vector {
    memory_kib: 256,
    passes: 2,
    password: b"password",
    salt: b"somesalt",
    tag: [
        0x9d, 0xfe, 0xb9, 0x10, 0xe8, 0x0b, 0xad, 0x03, 0x11, 0xfe, 0xe2, 0x0f, 0x9c, 0x0e, 0x2b,
        0x12, 0xc1, 0x79, 0x87, 0xb4, 0xca, 0xc9, 0x0c, 0x2e, 0xf5, 0x4d, 0x5b, 0x30, 0x21, 0xc6,
        0x8b, 0xfe,
    ],
};

struct Vector {
    memory_kib: u32,
    passes: u32,
    password: &'static [u8],
    salt: &'static [u8],
    tag: [u8; 32],
}

/// Whether a kernel computes the tag of the vector, and with these parameters the tag that the `argon2` crate computes.
/// Leaves the memory for the hashes to come.
pub(super) fn passes(kernel: &impl Kernel, params: &Params, memory: &mut Vec<Block>) -> bool {
    let blocks = params.block_count().max(VECTOR.memory_kib as usize);
    memory.resize(blocks, Block::default());
    computes_vector(kernel, memory).unwrap_or(false)
        && agrees(kernel, params, memory).unwrap_or(false)
}

fn computes_vector(kernel: &impl Kernel, memory: &mut [Block]) -> Result<bool, Error> {
    let params = Params::new(VECTOR.memory_kib, VECTOR.passes, 1, None)?;
    let mut tag = [0; 32];
    kernel.hash(&params, VECTOR.password, VECTOR.salt, &mut tag, memory)?;
    Ok(tag == VECTOR.tag)
}

fn agrees(kernel: &impl Kernel, params: &Params, memory: &mut [Block]) -> Result<bool, Error> {
    let (password, salt) = (b"a password of the self-test", b"16 bytes of salt");
    let (mut tag, mut expected) = ([0; 32], [0; 32]);
    // The kernel comes first: the crate leaves the right blocks in the memory.
    kernel.hash(params, password, salt, &mut tag, memory)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password, salt, &mut expected, memory)?;
    Ok(tag == expected)
}
