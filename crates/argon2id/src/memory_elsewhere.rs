//! The stand-in for `memory` on other processors, none of which has AVX2.

use argon2::Block;

/// The proof that a processor has AVX2, of which there is none.
#[derive(Clone, Copy, Debug)]
pub enum Avx2 {}

pub fn detect() -> Option<Avx2> {
    None
}

pub fn fill(avx2: Avx2, _memory: &mut [Block], _t: u64) {
    match avx2 {}
}
