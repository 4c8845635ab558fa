//! Genuine answers, changed after they were signed.

use latchkey::domain::{NewCredential, PasskeyProblem};
use proptest::prelude::any;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::authenticator::{Attestation, Draft, decoded, encoded, tamper};
use crate::for_all;
use crate::service::{OFFERED, Service, phone};

const SIGNED_FIELDS: [&str; 3] = ["clientDataJSON", "authenticatorData", "signature"];

/// Returns the parts of a credential that tell it from others.
fn parts(new: &NewCredential) -> (&[u8], &[u8], u32, [u8; 16], bool, bool) {
    let key = new.public_key.as_bytes();
    let flags = (new.backup_eligible, new.backed_up);
    (&new.id, key, new.sign_count, new.aaguid, flags.0, flags.1)
}

#[test]
fn an_assertion_with_any_bit_flipped_is_refused() {
    let service = Service::new();
    for algorithm in OFFERED {
        let mut phone = phone(algorithm);
        let passkey = service.passkey_of(&mut phone);
        let genuine = phone.sign_in(&service.request_options());
        service.sign_in(&genuine, &passkey).unwrap();
        for field in SIGNED_FIELDS {
            let length = decoded(&genuine["response"][field]).len();
            for bit in 0..length * 8 {
                let mut credential = genuine.clone();
                tamper(&mut credential, field, |bytes| {
                    bytes[bit / 8] ^= 1 << (bit % 8);
                });
                let outcome = service.sign_in(&credential, &passkey);
                assert!(outcome.is_err(), "{algorithm:?}: bit {bit} of {field}");
            }
        }
    }
}

#[test]
fn an_assertion_with_any_bytes_in_place_of_others_is_refused() {
    let service = Service::new();
    let mut phones = OFFERED.map(phone);
    let genuine = phones.each_mut().map(|phone| {
        let passkey = service.passkey_of(phone);
        (phone.sign_in(&service.request_options()), passkey)
    });
    let bytes = proptest::collection::vec(any::<u8>(), 0..5);
    let cases = (
        select(vec![0, 1, 2]),
        select(SIGNED_FIELDS.to_vec()),
        any::<[Index; 2]>(),
        bytes,
    );
    for_all(cases, |(algorithm, field, range, put)| {
        let (mut credential, passkey) = genuine[algorithm].clone();
        let mut is_changed = true;
        tamper(&mut credential, field, |bytes| {
            let before = bytes.clone();
            let [one, other] = range.map(|place| place.index(bytes.len() + 1));
            bytes.splice(one.min(other)..one.max(other), put);
            is_changed = *bytes != before;
        });
        assert_eq!(service.sign_in(&credential, &passkey).is_err(), is_changed);
    });
}

#[test]
fn a_registration_that_its_credential_signed_is_refused_with_any_bit_flipped() {
    let service = Service::new();
    let own = |draft: &mut Draft| draft.attestation = Attestation::Own;
    for algorithm in OFFERED {
        let genuine = phone(algorithm).register_with(&service.creation_options(), own);
        let expected = service.register(&genuine).unwrap();
        let bytes = |field: &str| decoded(&genuine["response"][field]);
        for bit in 0..bytes("clientDataJSON").len() * 8 {
            let mut credential = genuine.clone();
            tamper(&mut credential, "clientDataJSON", |bytes| {
                bytes[bit / 8] ^= 1 << (bit % 8);
            });
            assert!(
                service.register(&credential).is_err(),
                "{algorithm:?}: bit {bit}"
            );
        }
        // The name of the format is not signed: with another one, the statement is not read. Nothing else can change.
        for bit in 0..bytes("attestationObject").len() * 8 {
            let mut credential = genuine.clone();
            tamper(&mut credential, "attestationObject", |bytes| {
                bytes[bit / 8] ^= 1 << (bit % 8);
            });
            if let Ok(new) = service.register(&credential) {
                let format = bytes("attestationObject");
                let place = format
                    .windows(6)
                    .position(|name| name == b"packed")
                    .unwrap();
                let is_in_format = (place..place + 6).contains(&(bit / 8));
                assert!(is_in_format, "{algorithm:?}: bit {bit}");
                assert_eq!(parts(&new), parts(&expected));
            }
        }
    }
}

#[test]
fn an_answer_to_one_ceremony_is_none_to_another() {
    let first = Service::new();
    let second = Service {
        challenge: vec![9; 32],
        ..Service::new()
    };
    let mut phone = phone(OFFERED[0]);
    let registration = phone.register(&first.creation_options());
    let passkey = first.stored(&first.register(&registration).unwrap());
    let assertion = phone.sign_in(&first.request_options());
    let refusals = [
        second.register(&registration).unwrap_err(),
        second.sign_in(&assertion, &passkey).unwrap_err(),
    ];
    assert_eq!(refusals, [PasskeyProblem::WrongChallenge; 2]);
}

#[test]
fn the_parts_of_two_assertions_make_no_third() {
    let service = Service::new();
    let mut phone = phone(OFFERED[0]);
    let passkey = service.passkey_of(&mut phone);
    let one = phone.sign_in(&service.request_options());
    let counted = |draft: &mut Draft| draft.sign_count = 9;
    let other = phone.sign_in_with(&service.request_options(), counted);
    for field in ["authenticatorData", "signature"] {
        let mut mixed: Value = one.clone();
        mixed["response"][field] = other["response"][field].clone();
        let refusal = service.sign_in(&mixed, &passkey).unwrap_err();
        assert_eq!(refusal, PasskeyProblem::WrongSignature);
    }
}

#[test]
fn a_signature_of_another_shape_is_refused() {
    let service = Service::new();
    for algorithm in OFFERED {
        let mut phone = phone(algorithm);
        let passkey = service.passkey_of(&mut phone);
        let genuine = phone.sign_in(&service.request_options());
        for signature in [
            vec![],
            vec![0],
            vec![0; 64],
            vec![0x30, 0],
            vec![0xff; 256],
            vec![1; 10_000],
        ] {
            let mut credential = genuine.clone();
            credential["response"]["signature"] = encoded(&signature);
            let refusal = service.sign_in(&credential, &passkey).unwrap_err();
            assert_eq!(refusal, PasskeyProblem::WrongSignature);
        }
    }
}
