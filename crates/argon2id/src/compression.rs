//! The compression function G and the permutation P (RFC 9106 sections 3.5 and 3.6), on vectors of four words.
//!
//! The RFC sees a block as a matrix of 8 x 8 registers of two words. Here, each of its rows is four vectors, of two registers
//! each. P permutes a matrix of 4 x 4 words v_0 to v_15, a row of which is a vector or a pair of halves of two. `permute_rows`
//! permutes two rows of the block at a time, and `permute_columns` two columns, so that the processor always has two
//! independent calculations to work on.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_alignr_epi8, _mm256_mul_epu32, _mm256_permute4x64_epi64,
    _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_shuffle_epi32,
    _mm256_srli_epi64, _mm256_xor_si256,
};

use argon2::Block;
use fearless_simd::prelude::*;
use fearless_simd::{Avx2, u64x4};

/// Two vectors of each of the rows a, b, c and d of a matrix that P permutes.
type Matrix = [[__m256i; 2]; 4];

/// Computes `out = G(X, Y)`, or `out = G(X, Y) XOR out`.
#[target_feature(enable = "avx2")]
pub fn compress<const XOR: bool>(avx2: Avx2, x: &Block, y: &Block, out: &mut Block) {
    let (x, _) = x.as_ref().as_chunks();
    let (y, _) = y.as_ref().as_chunks();
    let (out, _) = out.as_mut().as_chunks_mut();
    // Q: R = X XOR Y, after P has permuted its rows. R itself waits in `out`.
    let q = [
        permute_rows(xor_rows::<XOR>(avx2, x, y, out, 0)),
        permute_rows(xor_rows::<XOR>(avx2, x, y, out, 2)),
        permute_rows(xor_rows::<XOR>(avx2, x, y, out, 4)),
        permute_rows(xor_rows::<XOR>(avx2, x, y, out, 6)),
    ];
    // Z: Q, after P has permuted its columns. The result is Z XOR R.
    for column in 0..4 {
        let z = permute_columns([q[0][column], q[1][column], q[2][column], q[3][column]]);
        for row in 0..8 {
            let words = &mut out[4 * row + column];
            store(avx2, xor(z[row / 2][row % 2], load(avx2, words)), words);
        }
    }
}

/// Returns two rows of R = X XOR Y, and puts them into `out`: as they are, or `R XOR out`.
#[inline]
#[target_feature(enable = "avx2")]
fn xor_rows<const XOR: bool>(
    avx2: Avx2,
    x: &[[u64; 4]],
    y: &[[u64; 4]],
    out: &mut [[u64; 4]],
    first: usize,
) -> Matrix {
    let mut matrix = [[_mm256_setzero_si256(); 2]; 4];
    for (column, vectors) in matrix.iter_mut().enumerate() {
        for (half, vector) in vectors.iter_mut().enumerate() {
            let at = 4 * (first + half) + column;
            *vector = xor(load(avx2, &x[at]), load(avx2, &y[at]));
            let kept = if XOR {
                xor(*vector, load(avx2, &out[at]))
            } else {
                *vector
            };
            store(avx2, kept, &mut out[at]);
        }
    }
    matrix
}

/// Applies P to two rows of a block. A row of each matrix is a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn permute_rows(matrix: Matrix) -> Matrix {
    const LEFT_1: i32 = 0b00_11_10_01;
    const LEFT_2: i32 = 0b01_00_11_10;
    const LEFT_3: i32 = 0b10_01_00_11;
    let [a, b, c, d] = mix(matrix);
    // The diagonals become columns: the first is v_0, v_5, v_10 and v_15.
    let diagonals = [
        a,
        order::<LEFT_1>(b),
        order::<LEFT_2>(c),
        order::<LEFT_3>(d),
    ];
    let [a, b, c, d] = mix(diagonals);
    [
        a,
        order::<LEFT_3>(b),
        order::<LEFT_2>(c),
        order::<LEFT_1>(d),
    ]
}

/// Applies P to two columns of a block. A row of the first matrix is the lower halves of two vectors, and a row of the
/// second the upper halves.
#[inline]
#[target_feature(enable = "avx2")]
fn permute_columns(matrix: Matrix) -> Matrix {
    let [a, b, c, d] = mix(matrix);
    let diagonals = [a, left(b), swap(c), right(d)];
    let [a, b, c, d] = mix(diagonals);
    [a, right(b), swap(c), left(d)]
}

/// Applies GB to each column of both matrices.
#[inline]
#[target_feature(enable = "avx2")]
fn mix([mut a, mut b, mut c, mut d]: Matrix) -> Matrix {
    for i in 0..2 {
        a[i] = add(a[i], b[i]);
        d[i] = rotate_32(xor(d[i], a[i]));
        c[i] = add(c[i], d[i]);
        b[i] = rotate_24(xor(b[i], c[i]));
        a[i] = add(a[i], b[i]);
        d[i] = rotate_16(xor(d[i], a[i]));
        c[i] = add(c[i], d[i]);
        b[i] = rotate_63(xor(b[i], c[i]));
    }
    [a, b, c, d]
}

/// Computes `x + y + 2 * trunc(x) * trunc(y)` of each word.
#[inline]
#[target_feature(enable = "avx2")]
fn add(x: __m256i, y: __m256i) -> __m256i {
    let product = _mm256_mul_epu32(x, y);
    _mm256_add_epi64(_mm256_add_epi64(x, y), _mm256_add_epi64(product, product))
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor(x: __m256i, y: __m256i) -> __m256i {
    _mm256_xor_si256(x, y)
}

/// Rotates each word to the right by 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn rotate_32(x: __m256i) -> __m256i {
    _mm256_shuffle_epi32::<0b10_11_00_01>(x)
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_24(x: __m256i) -> __m256i {
    let (low, high) = (0x0201_0007_0605_0403, 0x0a09_080f_0e0d_0c0b);
    _mm256_shuffle_epi8(x, _mm256_setr_epi64x(low, high, low, high))
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_16(x: __m256i) -> __m256i {
    let (low, high) = (0x0100_0706_0504_0302, 0x0908_0f0e_0d0c_0b0a);
    _mm256_shuffle_epi8(x, _mm256_setr_epi64x(low, high, low, high))
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_63(x: __m256i) -> __m256i {
    xor(_mm256_srli_epi64::<63>(x), _mm256_add_epi64(x, x))
}

/// Puts the words of each vector into another order.
#[inline]
#[target_feature(enable = "avx2")]
fn order<const ORDER: i32>([x, y]: [__m256i; 2]) -> [__m256i; 2] {
    let x = _mm256_permute4x64_epi64::<ORDER>(x);
    [x, _mm256_permute4x64_epi64::<ORDER>(y)]
}

/// Moves the four words of each half of a pair of vectors to the left.
#[inline]
#[target_feature(enable = "avx2")]
fn left([x, y]: [__m256i; 2]) -> [__m256i; 2] {
    let last = _mm256_alignr_epi8::<8>(x, y);
    [_mm256_alignr_epi8::<8>(y, x), last]
}

/// Moves the four words of each half of a pair of vectors to the right.
#[inline]
#[target_feature(enable = "avx2")]
fn right([x, y]: [__m256i; 2]) -> [__m256i; 2] {
    left([y, x])
}

/// Moves the four words of each half of a pair of vectors by two.
fn swap([x, y]: [__m256i; 2]) -> [__m256i; 2] {
    [y, x]
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(avx2: Avx2, words: &[u64; 4]) -> __m256i {
    u64x4::from_slice(avx2, words).into()
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(avx2: Avx2, vector: __m256i, words: &mut [u64; 4]) {
    let vector: u64x4<_> = vector.simd_into(avx2);
    vector.store_slice(words);
}
