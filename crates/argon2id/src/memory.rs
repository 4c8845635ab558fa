//! The memory: which block is made of which others (RFC 9106 sections 3.2 and 3.4).

use argon2::{Algorithm, Block};
pub use fearless_simd::Avx2;
use fearless_simd::Level;

use crate::compression::compress;

/// Slices of a lane (SL in section 3.4).
const SLICES: usize = 4;

/// Pairs of J_1 and J_2 in a block.
const PAIRS: usize = 128;

/// `ZERO(1024)`.
const ZERO: Block = Block::new();

/// Returns the proof that this processor has AVX2.
pub fn detect() -> Option<Avx2> {
    Level::new().as_avx2()
}

fearless_simd::kernel!(
    /// Computes all blocks but the first two, in t passes (steps 5 and 6 of section 3.2).
    pub fn fill(avx2: Avx2, memory: &mut [Block], t: u64) {
        for pass in 0..t {
            for slice in 0..SLICES {
                if pass == 0 && slice < SLICES / 2 {
                    fill_independently(avx2, memory, slice, t);
                } else {
                    fill_dependently(avx2, memory, pass, slice);
                }
            }
        }
    }
);

/// Computes a segment of the first pass in which J_1 does not depend on the password, as in Argon2i (section 3.4.1.2).
#[target_feature(enable = "avx2")]
fn fill_independently(avx2: Avx2, memory: &mut [Block], slice: usize, t: u64) {
    let segment = memory.len() / SLICES;
    // Z || LE64(i) || ZERO, where Z is LE64(r) || LE64(l) || LE64(sl) || LE64(m') || LE64(t) || LE64(y)
    let mut input = ZERO;
    let z = [
        0,
        0,
        slice as u64,
        memory.len() as u64,
        t,
        Algorithm::Argon2id as u64,
    ];
    input.as_mut()[..6].copy_from_slice(&z);
    for start in (0..segment).step_by(PAIRS) {
        input.as_mut()[6] += 1;
        let (mut once, mut addresses) = (ZERO, ZERO);
        compress::<false>(avx2, &ZERO, &input, &mut once);
        compress::<false>(avx2, &ZERO, &once, &mut addresses);
        let first = if slice == 0 && start == 0 { 2 } else { start };
        for index in first..segment.min(start + PAIRS) {
            let pair = addresses.as_ref()[index - start];
            fill_block(avx2, memory, 0, slice, index, pair);
        }
    }
}

/// Computes a segment in which J_1 is of the block before, as in Argon2d (section 3.4.1.1).
#[target_feature(enable = "avx2")]
fn fill_dependently(avx2: Avx2, memory: &mut [Block], pass: u64, slice: usize) {
    let segment = memory.len() / SLICES;
    for index in 0..segment {
        let j = slice * segment + index;
        let pair = memory[previous(j, memory.len())].as_ref()[0];
        fill_block(avx2, memory, pass, slice, index, pair);
    }
}

/// Computes `B[0][j]` for the block j with this index in its segment, given its J_1 and J_2.
#[inline]
#[target_feature(enable = "avx2")]
fn fill_block(avx2: Avx2, memory: &mut [Block], pass: u64, slice: usize, index: usize, pair: u64) {
    let q = memory.len();
    let j = slice * (q / SLICES) + index;
    let z = reference(q, pass, slice, index, pair);
    // No two of these are the same, because W lacks both of the others.
    let Ok([previous, reference, block]) = memory.get_disjoint_mut([previous(j, q), z, j]) else {
        debug_assert!(false, "blocks {j} and {z} of {q} overlap");
        return;
    };
    if pass == 0 {
        compress::<false>(avx2, previous, reference, block);
    } else {
        compress::<true>(avx2, previous, reference, block);
    }
}

/// Maps J_1 to z, the block that another refers to (section 3.4.2).
fn reference(q: usize, pass: u64, slice: usize, index: usize, pair: u64) -> usize {
    let segment = q / SLICES;
    // W has the blocks that this pass has computed, or from the second pass on, those of the last three segments and of this
    // one; but not the block before.
    let before = if pass == 0 {
        slice * segment
    } else {
        q - segment
    };
    let area = before + index - 1; // |W|
    let j_1 = pair & u64::from(u32::MAX);
    let x = (j_1 * j_1) >> 32;
    let y = (area as u64 * x) >> 32;
    let zz = area - 1 - y as usize;
    // The oldest block of W: in the first pass the first block, later the one after this segment, which is overwritten next.
    let oldest = if pass == 0 { 0 } else { (slice + 1) * segment };
    let z = oldest + zz;
    if z < q { z } else { z - q }
}

/// Returns the column before, which is the last one for the first.
fn previous(j: usize, q: usize) -> usize {
    if j == 0 { q - 1 } else { j - 1 }
}
