//! The tags, compared with those of the reference implementation and of the `argon2` crate.

#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

use argon2::{Algorithm, Argon2, AssociatedData, Block, Error, Params, ParamsBuilder, Version};
use latchkey_argon2id::Argon2id;
use proptest::collection::vec;
use proptest::prelude::*;

type Tag = Result<Vec<u8>, Error>;

/// Calculates a tag by this crate and by `argon2`. On a processor without AVX2, both are of `argon2`.
fn tags(params: &Params, password: &[u8], salt: &[u8], length: usize) -> [Tag; 2] {
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut tag = vec![0; length];
    let expected = argon2
        .hash_password_into_with_memory(password, salt, &mut tag, &mut memory)
        .map(|()| tag);
    let Some(argon2id) = Argon2id::detect() else {
        return [expected.clone(), expected];
    };
    // The memory contains the blocks of the first.
    let mut tag = vec![0; length];
    let actual = argon2id.hash(params, password, salt, &mut tag, &mut memory);
    [actual.map(|()| tag), expected]
}

fn params(memory_kib: u32, passes: u32) -> Params {
    Params::new(memory_kib, passes, 1, None).unwrap()
}

/// The vectors of version 0x13 and Argon2id in `src/test.c` of phc-winner-argon2, all of one lane.
#[test]
fn the_tags_are_those_of_the_reference_implementation() {
    for (memory_kib, passes, password, salt, expected) in [
        (
            1 << 16,
            2,
            "password",
            "somesalt",
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
        ),
        (
            1 << 8,
            2,
            "password",
            "somesalt",
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
        ),
        (
            1 << 16,
            1,
            "password",
            "somesalt",
            "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98",
        ),
        (
            1 << 16,
            4,
            "password",
            "somesalt",
            "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c",
        ),
        (
            1 << 16,
            2,
            "differentpassword",
            "somesalt",
            "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde",
        ),
        (
            1 << 16,
            2,
            "password",
            "diffsalt",
            "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c",
        ),
    ] {
        let [actual, crates] = tags(
            &params(memory_kib, passes),
            password.as_bytes(),
            salt.as_bytes(),
            32,
        );
        let hex: String = actual
            .clone()
            .unwrap()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, expected, "m={memory_kib} t={passes} {password} {salt}");
        assert_eq!(actual, crates);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_tags_are_those_of_the_argon2_crate(
        password in vec(any::<u8>(), 0..300),
        salt in vec(any::<u8>(), 8..64),
        length in 4..129_usize,
        memory_kib in prop_oneof![8 => 8..300_u32, 1 => 300..2100_u32],
        passes in 1..5_u32,
    ) {
        let [actual, expected] = tags(&params(memory_kib, passes), &password, &salt, length);
        prop_assert!(actual.is_ok());
        prop_assert_eq!(actual, expected);
    }

    #[test]
    fn what_the_argon2_crate_refuses_is_refused_alike(
        salt in vec(any::<u8>(), 0..12),
        length in 0..8_usize,
        required in prop::option::of(4..8_usize),
    ) {
        let params = Params::new(8, 1, 1, required).unwrap();
        let [actual, expected] = tags(&params, b"password", &salt, length);
        prop_assert_eq!(actual, expected);
    }
}

#[test]
fn the_tag_of_the_default_parameters_is_that_of_the_argon2_crate() {
    let [actual, expected] = tags(
        &Params::default(),
        b"correct horse",
        b"sixteen bytes !!",
        32,
    );
    assert!(actual.is_ok());
    assert_eq!(actual, expected);
}

#[test]
fn memory_of_too_few_blocks_is_refused() {
    let Some(argon2id) = Argon2id::detect() else {
        return;
    };
    let mut memory = vec![Block::default(); 63];
    let refused = argon2id.hash(
        &params(64, 1),
        b"password",
        b"somesalt",
        &mut [0; 32],
        &mut memory,
    );
    assert_eq!(refused, Err(Error::MemoryTooLittle));
}

#[test]
fn several_lanes_and_associated_data_are_refused() {
    let with_data = AssociatedData::new(b"data").unwrap();
    let with_data = ParamsBuilder::new().data(with_data).build().unwrap();
    for params in [Params::new(64, 1, 2, None).unwrap(), with_data] {
        assert!(!Argon2id::supports(&params), "{params:?}");
        let Some(argon2id) = Argon2id::detect() else {
            continue;
        };
        let mut memory = vec![Block::default(); params.block_count()];
        let refused = argon2id.hash(&params, b"password", b"somesalt", &mut [0; 32], &mut memory);
        assert_eq!(refused, Err(Error::AlgorithmInvalid), "{params:?}");
    }
}
