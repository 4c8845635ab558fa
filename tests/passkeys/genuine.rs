//! Genuine answers, which are accepted.

use ciborium::Value as Cbor;
use latchkey::domain::{OFFERED_ALGORITHMS, StoredPasskey};
use proptest::prelude::any;
use proptest::sample::select;
use serde_json::json;

use crate::authenticator::{
    Algorithm, Attestation, Authenticator, BACKED_UP, BACKUP_ELIGIBLE, BrowserError, Draft,
    USER_PRESENT, USER_VERIFIED, decoded, map,
};
use crate::for_all;
use crate::service::{OFFERED, ORIGIN, ORIGINS, Service, phone, security_key};

#[test]
fn the_algorithms_of_the_tests_are_those_that_are_offered() {
    assert_eq!(OFFERED.map(Algorithm::number), OFFERED_ALGORITHMS);
}

#[test]
fn a_passkey_of_each_algorithm_is_registered_and_used() {
    for service in [Service::new(), Service::strict()] {
        for algorithm in OFFERED {
            let mut phone = phone(algorithm);
            let credential = phone.register(&service.creation_options());
            let new = service.register(&credential).unwrap();
            assert_eq!(new.id, decoded(&credential["rawId"]));
            assert_eq!(new.public_key.algorithm(), algorithm.number());
            assert_eq!(new.aaguid, [7; 16]);
            assert_eq!(new.transports, ["hybrid", "internal"]);
            assert!(new.user_verified && new.backup_eligible && new.backed_up);
            let passkey = service.stored(&new);
            for _ in 0..3 {
                let credential = phone.sign_in(&service.request_options());
                let used = service.sign_in(&credential, &passkey).unwrap();
                assert_eq!((used.id, used.sign_count), (passkey.id, 0));
                assert!(used.user_verified && used.backed_up);
            }
        }
    }
}

#[test]
fn the_public_key_that_is_stored_is_the_one_that_the_authenticator_made() {
    for algorithm in OFFERED {
        let key = algorithm.key(b"any");
        let parsed = latchkey::domain::CoseKey::parse(&key.cose()).unwrap();
        assert_eq!(parsed.as_bytes(), key.cose());
        assert!(parsed.verifies(b"a message", &key.sign(b"a message")));
        assert!(!parsed.verifies(b"another message", &key.sign(b"a message")));
    }
}

/// Whether the counter has grown shows when the use is recorded.
#[test]
fn the_counter_of_a_security_key_is_read_as_it_is_signed() {
    let service = Service::new();
    for algorithm in OFFERED {
        let mut key = security_key(algorithm);
        let credential = key.register(&service.creation_options());
        let new = service.register(&credential).unwrap();
        assert_eq!((new.sign_count, new.backup_eligible), (1, false));
        let passkey = service.stored(&new);
        for expected in [2, 3, 4] {
            let credential = key.sign_in(&service.request_options());
            let used = service.sign_in(&credential, &passkey).unwrap();
            assert_eq!(used.sign_count, expected);
            assert!(!used.user_verified && !used.backed_up);
        }
        for count in [0, 1, u32::MAX] {
            let change = |draft: &mut Draft| draft.sign_count = count;
            let credential = key.sign_in_with(&service.request_options(), change);
            let used = service.sign_in(&credential, &passkey).unwrap();
            assert_eq!(used.sign_count, count);
        }
    }
}

#[test]
fn whether_a_passkey_is_backed_up_can_change() {
    let service = Service::new();
    let mut phone = phone(Algorithm::Es256);
    let passkey = service.passkey_of(&mut phone);
    let alone = |draft: &mut Draft| draft.flags &= !BACKED_UP;
    let credential = phone.sign_in_with(&service.request_options(), alone);
    assert!(!service.sign_in(&credential, &passkey).unwrap().backed_up);
}

#[test]
fn a_passkey_is_registered_and_used_on_each_page_and_app_of_the_service() {
    let service = Service::new();
    let mut phone = phone(Algorithm::Es256);
    for origin in ORIGINS {
        let there = |draft: &mut Draft| origin.clone_into(&mut draft.client_data.origin);
        let credential = phone.register_with(&service.creation_options(), there);
        let passkey = service.stored(&service.register(&credential).unwrap());
        let credential = phone.sign_in_with(&service.request_options(), there);
        service.sign_in(&credential, &passkey).unwrap();
    }
}

#[test]
fn an_answer_of_any_genuine_authenticator_is_accepted() {
    let flags = select(vec![
        0,
        USER_VERIFIED,
        BACKUP_ELIGIBLE,
        USER_VERIFIED | BACKUP_ELIGIBLE,
        BACKUP_ELIGIBLE | BACKED_UP,
        USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP,
    ]);
    let parts = (
        select(OFFERED.to_vec()),
        flags,
        any::<(u32, [u8; 16])>(),
        proptest::collection::vec(any::<u8>(), 1..=1023),
        proptest::collection::vec(any::<u8>(), 16..64),
        any::<(bool, bool, bool)>(),
    );
    for_all(
        parts,
        |(algorithm, flags, (count, aaguid), id, challenge, (extends, own, old))| {
            let count = count.max(1);
            let service = Service {
                challenge,
                user_must_be_verified: flags & USER_VERIFIED != 0,
                ..Service::new()
            };
            let mut device = phone(algorithm).flagged(USER_PRESENT | flags);
            let change = |draft: &mut Draft| {
                if let Some(credential) = &mut draft.credential {
                    credential.aaguid = aaguid;
                    credential.id.clone_from(&id);
                }
                if extends {
                    draft.extensions = Some(map([("credProtect", 2), ("minPinLength", 4)]));
                }
                if own {
                    draft.attestation = Attestation::Own;
                }
                if old {
                    draft.client_data.cross_origin = None;
                }
            };
            let mut credential = device.register_with(&service.creation_options(), |draft| {
                change(draft);
                draft.sign_count = count - 1;
            });
            for name in ["id", "rawId"] {
                credential[name] = crate::authenticator::encoded(&id);
            }
            let new = service.register(&credential).unwrap();
            assert_eq!((new.id.as_slice(), new.aaguid), (id.as_slice(), aaguid));
            assert_eq!(new.sign_count, count - 1);
            assert_eq!(new.user_verified, flags & USER_VERIFIED != 0);
            assert_eq!(new.backup_eligible, flags & BACKUP_ELIGIBLE != 0);
            assert_eq!(new.backed_up, flags & BACKED_UP != 0);
            let passkey = service.stored(&new);
            let credential = device.sign_in_with(&service.request_options(), |draft| {
                change(draft);
                draft.sign_count = count;
            });
            let used = service.sign_in(&credential, &passkey).unwrap();
            assert_eq!(used.sign_count, count);
            assert_eq!(used.user_verified, flags & USER_VERIFIED != 0);
            assert_eq!(used.backed_up, flags & BACKED_UP != 0);
        },
    );
}

#[test]
fn an_authenticator_that_names_no_user_is_accepted_for_the_passkey_that_it_signs_with() {
    let service = Service::new();
    let mut phone = phone(Algorithm::Es256);
    let passkey = service.passkey_of(&mut phone);
    let silent = |draft: &mut Draft| draft.user_handle = None;
    let credential = phone.sign_in_with(&service.request_options(), silent);
    assert!(credential["response"].get("userHandle").is_none());
    service.sign_in(&credential, &passkey).unwrap();
}

#[test]
fn a_statement_about_the_model_of_the_authenticator_is_not_read() {
    let service = Service::new();
    let statement = || vec![("x5c".into(), Cbor::Array(vec![Cbor::Bytes(vec![1; 300])]))];
    for format in [
        "packed",
        "fido-u2f",
        "tpm",
        "apple",
        "android-key",
        "compound",
    ] {
        let change =
            |draft: &mut Draft| draft.attestation = Attestation::Statement(format, statement());
        let credential = phone(Algorithm::Es256).register_with(&service.creation_options(), change);
        service.register(&credential).unwrap();
    }
}

#[test]
fn transports_that_are_no_words_are_left_out() {
    let service = Service::new();
    let mut credential = phone(Algorithm::Es256).register(&service.creation_options());
    credential["response"]["transports"] = json!(["usb", "", "<b>", "a-new-one", "INTERNAL"]);
    let new = service.register(&credential).unwrap();
    assert_eq!(new.transports, ["usb", "a-new-one"]);
}

/// The rules of browsers that the software authenticator keeps.
#[test]
fn the_software_authenticator_behaves_as_a_browser_does() {
    let service = Service::new();
    let options = service.creation_options();
    let mut phone = Authenticator::new(ORIGIN);
    let request = service.request_options();
    let none = |_: &mut Draft| ();
    assert_eq!(
        phone.try_sign_in(&request, none),
        Err(BrowserError::NotAllowed)
    );

    let credential = phone.register(&options);
    assert_eq!(
        credential["clientExtensionResults"]["credProps"]["rk"],
        true
    );
    let mut again = options.clone();
    again["excludeCredentials"] = json!([{ "type": "public-key", "id": credential["id"] }]);
    assert_eq!(
        phone.try_register(&again, none),
        Err(BrowserError::InvalidState)
    );

    let mut others = request.clone();
    others["allowCredentials"] = json!([{ "type": "public-key", "id": "AAAA" }]);
    assert_eq!(
        phone.try_sign_in(&others, none),
        Err(BrowserError::NotAllowed)
    );
    others["allowCredentials"] = again["excludeCredentials"].clone();
    assert_eq!(phone.sign_in(&others)["id"], credential["id"]);

    let mut unknown = options.clone();
    unknown["pubKeyCredParams"] = json!([{ "type": "public-key", "alg": -48 }]);
    assert_eq!(
        phone.try_register(&unknown, none),
        Err(BrowserError::NotSupported)
    );

    let mut key = Authenticator::security_key(ORIGIN);
    let mut strict = options.clone();
    strict["authenticatorSelection"] = json!({ "userVerification": "required" });
    assert_eq!(
        key.try_register(&strict, none),
        Err(BrowserError::NotAllowed)
    );
    phone.register(&strict);

    phone.visit("https://evil-example.com");
    assert_eq!(
        phone.try_register(&options, none),
        Err(BrowserError::Security)
    );
    assert_eq!(
        phone.try_sign_in(&request, none),
        Err(BrowserError::Security)
    );
}

/// The passkeys of two phones, which belong to one account.
#[test]
fn each_passkey_verifies_its_own_answers_only() {
    let service = Service::new();
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let mut phones =
            [3, 4].map(|seed| Authenticator::new(ORIGIN).seeded(seed).using(algorithm));
        let passkeys: Vec<StoredPasskey> = phones
            .iter_mut()
            .map(|phone| service.passkey_of(phone))
            .collect();
        for (at, phone) in phones.iter_mut().enumerate() {
            let credential = phone.sign_in(&service.request_options());
            for (place, passkey) in passkeys.iter().enumerate() {
                assert_eq!(service.sign_in(&credential, passkey).is_ok(), at == place);
            }
        }
    }
}
