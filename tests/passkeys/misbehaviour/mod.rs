//! Answers that are signed as they should be, but that no genuine ceremony has. Each is refused for its own reason.

mod changes;

use ciborium::Value as Cbor;
use latchkey::domain::CoseKey;
use latchkey::domain::PasskeyProblem::{
    AttestationInvalid, BackupFlagsInconsistent, DifferentIds, PublicKeyUnsupported,
    UserNotVerified,
};
use serde_json::{Value, json};

pub use self::changes::{AT_ASSERTION, AT_BOTH, AT_REGISTRATION, Change};
use crate::authenticator::{Algorithm, Attestation, BACKUP_ELIGIBLE, Draft, encoded, map};
use crate::service::{OFFERED, Service, phone, security_key};

#[test]
fn a_registration_that_no_ceremony_has_is_refused_for_its_reason() {
    for (what, change, problem) in AT_BOTH.into_iter().chain(AT_REGISTRATION) {
        for service in [Service::new(), Service::strict()] {
            let options = service.creation_options();
            let credential = phone(Algorithm::Es256).register_with(&options, change);
            assert_eq!(
                service.register(&credential).unwrap_err(),
                problem,
                "{what}"
            );
        }
    }
}

#[test]
fn an_assertion_that_no_ceremony_has_is_refused_for_its_reason() {
    for (what, change, problem) in AT_BOTH.into_iter().chain(AT_ASSERTION) {
        for algorithm in OFFERED {
            let service = Service::new();
            let mut phone = phone(algorithm);
            let passkey = service.passkey_of(&mut phone);
            let credential = phone.sign_in_with(&service.request_options(), change);
            let refusal = service.sign_in(&credential, &passkey).unwrap_err();
            assert_eq!(refusal, problem, "{what}");
        }
    }
}

#[test]
fn an_authenticator_that_does_not_verify_its_user_is_refused_where_it_must() {
    let (lenient, strict) = (Service::new(), Service::strict());
    let mut key = security_key(Algorithm::Es256);
    let passkey = lenient.passkey_of(&mut key);
    let credential = key.register(&strict.creation_options());
    assert_eq!(strict.register(&credential).unwrap_err(), UserNotVerified);
    let credential = key.sign_in(&strict.request_options());
    assert_eq!(
        strict.sign_in(&credential, &passkey).unwrap_err(),
        UserNotVerified
    );
}

#[test]
fn a_passkey_that_could_not_be_backed_up_at_its_registration_never_can() {
    let service = Service::new();
    let mut key = security_key(Algorithm::Es256);
    let passkey = service.passkey_of(&mut key);
    let synced = |draft: &mut Draft| draft.flags |= BACKUP_ELIGIBLE;
    let credential = key.sign_in_with(&service.request_options(), synced);
    let refusal = service.sign_in(&credential, &passkey).unwrap_err();
    assert_eq!(refusal, BackupFlagsInconsistent);
}

#[test]
fn a_key_of_an_algorithm_that_was_not_offered_is_refused() {
    let service = Service::new();
    let credential = phone(Algorithm::Es384).register(&service.creation_options());
    assert_eq!(
        service.register(&credential).unwrap_err(),
        PublicKeyUnsupported
    );
}

#[test]
fn a_key_without_an_entry_or_with_another_value_in_it_is_none() {
    for algorithm in OFFERED {
        let entries = algorithm.key(b"any").entries();
        for place in 0..entries.len() {
            let mut others = vec![entries.clone(); 6];
            others[0].remove(place);
            others[1][place].1 = Cbor::Null;
            others[2][place].1 = Cbor::Bool(true);
            others[3][place].1 = Cbor::Text("P-256".to_owned());
            // The number of X25519, which is a curve for another purpose, and of no algorithm or type of these keys.
            others[4][place].1 = Cbor::from(4);
            others[5][place].1 = Cbor::Tag(6, Box::new(entries[place].1.clone()));
            for other in others {
                assert_eq!(CoseKey::parse(&map(other)), None, "{algorithm:?}: {place}");
            }
        }
    }
}

#[test]
fn an_attestation_by_another_credential_is_refused() {
    let service = Service::new();
    for algorithm in OFFERED {
        let change = |draft: &mut Draft| {
            draft.attestation = Attestation::Own;
            draft.credential.as_mut().unwrap().public_key = Algorithm::Es256.key(b"any").cose();
        };
        let credential = phone(algorithm).register_with(&service.creation_options(), change);
        assert_eq!(
            service.register(&credential).unwrap_err(),
            AttestationInvalid
        );
    }
}

#[test]
fn an_id_and_a_raw_id_that_differ_are_refused() {
    let service = Service::new();
    let mut phone = phone(Algorithm::Es256);
    let new = phone.register(&service.creation_options());
    let passkey = service.stored(&service.register(&new).unwrap());
    let used = phone.sign_in(&service.request_options());
    let other = encoded(&[1; 32]);
    let id = new["id"].as_str().unwrap();
    let changes: [(&str, Value); 6] = [
        ("id", other.clone()),
        ("rawId", other),
        ("id", json!("")),
        ("id", json!(format!("{id}="))),
        ("id", json!(format!("{id}A"))),
        ("id", json!(format!(" {id}"))),
    ];
    for (name, value) in changes {
        let (mut new, mut used) = (new.clone(), used.clone());
        new[name] = value.clone();
        used[name] = value;
        assert_eq!(service.register(&new).unwrap_err(), DifferentIds, "{new}");
        assert_eq!(
            service.sign_in(&used, &passkey).unwrap_err(),
            DifferentIds,
            "{used}"
        );
    }
}
