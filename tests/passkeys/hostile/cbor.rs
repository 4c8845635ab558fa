//! CBOR that is too deep or too long, and JSON that is too deep.

use ciborium::Value as Cbor;
use latchkey::domain::{CoseKey, PasskeyProblem};

use super::{assertion, registration, with_object};
use crate::authenticator::{Attestation, Draft, map};

/// Returns arrays inside one another, so that the innermost has this depth.
fn nested(depth: usize) -> Vec<u8> {
    let mut bytes = vec![0x81; depth - 1];
    bytes.push(0x80);
    bytes
}

#[test]
fn cbor_is_accepted_to_the_depth_of_8_only() {
    let extensions = |depth: usize| {
        // The map of the extensions is the outermost value.
        let inner: Cbor = ciborium::from_reader(nested(depth - 1).as_slice()).unwrap();
        map([("deep", inner)])
    };
    assert_eq!(
        assertion(|draft| draft.extensions = Some(extensions(8))),
        Ok(())
    );
    let malformed = Err(PasskeyProblem::AuthenticatorDataMalformed);
    assert_eq!(
        assertion(|draft| draft.extensions = Some(extensions(9))),
        malformed
    );
    assert_eq!(
        registration(|draft| draft.extensions = Some(extensions(8))),
        Ok(())
    );
    assert_eq!(
        registration(|draft| draft.extensions = Some(extensions(9))),
        malformed
    );
}

#[test]
fn cbor_nested_without_end_does_not_exhaust_the_stack() {
    let malformed = Err(PasskeyProblem::AuthenticatorDataMalformed);
    for head in [
        vec![0x81],             // an array of one
        vec![0x9f],             // an array without a length
        vec![0xa1, 0x00],       // a map of one
        vec![0xbf, 0x00],       // a map without a length
        vec![0xa1],             // a map as a name
        vec![0xc6],             // a tag
        vec![0xd8, 0x40, 0x81], // a tag and an array
        vec![0x5f],             // a byte string in parts
        vec![0x7f],             // a text in parts
    ] {
        let deep = |depth| [&[0xa1, 0x01], head.repeat(depth).as_slice(), &[0x00]].concat();
        let extended = |depth| move |draft: &mut Draft| draft.extensions = Some(deep(depth));
        let with_key = |depth| {
            move |draft: &mut Draft| draft.credential.as_mut().unwrap().public_key = deep(depth)
        };
        assert_eq!(assertion(extended(100_000)), malformed);
        assert_eq!(registration(extended(2_000)), malformed);
        assert_eq!(registration(with_key(2_000)), malformed);
        let refused = Err(PasskeyProblem::AttestationMalformed);
        assert_eq!(registration(extended(100_000)), refused);
        assert_eq!(with_object(&deep(100_000)), refused);
        assert_eq!(CoseKey::parse(&deep(100_000)), None);
    }
}

#[test]
fn cbor_is_accepted_up_to_8_kib_only() {
    // The map, its one name and the head of its value take 9 bytes.
    let extensions = |bytes: usize| map([("long", Cbor::Bytes(vec![1; bytes - 9]))]);
    assert_eq!(extensions(8192).len(), 8192);
    assert_eq!(
        assertion(|draft| draft.extensions = Some(extensions(8192))),
        Ok(())
    );
    let malformed = Err(PasskeyProblem::AuthenticatorDataMalformed);
    assert_eq!(
        assertion(|draft| draft.extensions = Some(extensions(8193))),
        malformed
    );
    assert_eq!(
        assertion(|draft| draft.extensions = Some(extensions(1_000_000))),
        malformed
    );
    let statement =
        |bytes| Attestation::Statement("tpm", vec![("x5c".into(), Cbor::Bytes(vec![1; bytes]))]);
    assert_eq!(
        registration(|draft| draft.attestation = statement(7_000)),
        Ok(())
    );
    let refused = Err(PasskeyProblem::AttestationMalformed);
    assert_eq!(
        registration(|draft| draft.attestation = statement(9_000)),
        refused
    );
}

#[test]
fn cbor_that_announces_more_than_it_has_takes_no_memory_for_it() {
    // The heads of a byte string, a text, an array and a map of 2^63 items.
    for head in [0x5b, 0x7b, 0x9b, 0xbb].map(|head| [head, 0x80, 0, 0, 0, 0, 0, 0, 0]) {
        let malformed = Err(PasskeyProblem::AuthenticatorDataMalformed);
        assert_eq!(
            assertion(|draft| draft.extensions = Some(head.to_vec())),
            malformed
        );
        let inside = [&[0xa1, 0x01], head.as_slice()].concat();
        assert_eq!(
            assertion(|draft| draft.extensions = Some(inside.clone())),
            malformed
        );
        assert_eq!(
            with_object(&inside),
            Err(PasskeyProblem::AttestationMalformed)
        );
        assert_eq!(CoseKey::parse(&inside), None);
    }
}

#[test]
fn client_data_nested_without_end_does_not_exhaust_the_stack() {
    for head in ["[", r#"{"a":"#] {
        let change = |draft: &mut Draft| {
            let deep = format!(r#"{{"more":{}"#, head.repeat(100_000));
            draft.client_data_json = Some(deep.into_bytes());
        };
        assert_eq!(assertion(change), Err(PasskeyProblem::ClientDataMalformed));
        assert_eq!(
            registration(change),
            Err(PasskeyProblem::ClientDataMalformed)
        );
    }
}
