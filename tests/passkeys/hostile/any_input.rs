//! Random JSON and bytes, and genuine answers with some of it inside.

use latchkey::domain::{CoseKey, PasskeyOrigin, RelyingPartyId};
use proptest::collection::{hash_map, vec};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::verify;
use crate::authenticator::{Algorithm, Attestation, Draft, encoded, map, tamper};
use crate::for_all;
use crate::service::{OFFERED, Service, phone};

/// Returns a value of JSON without others inside.
fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "[A-Za-z0-9_-]{0,80}".prop_map(Value::from),
        vec(any::<u8>(), 0..120).prop_map(|bytes| encoded(&bytes)),
    ]
}

/// Returns any JSON.
fn anything() -> impl Strategy<Value = Value> {
    let nested = leaf().prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            hash_map("[a-zA-Z]{0,10}", inner, 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    });
    prop_oneof![leaf(), nested]
}

#[test]
fn json_that_is_no_credential_is_refused() {
    let service = Service::new();
    for_all(anything(), |json| {
        assert!(verify(&service, &json).iter().all(Result::is_err));
    });
}

/// Returns a genuine registration and a genuine assertion.
fn genuine(service: &Service) -> [Value; 2] {
    let mut phone = phone(Algorithm::EdDsa);
    let registration = phone.register(&service.creation_options());
    [registration, phone.sign_in(&service.request_options())]
}

#[test]
fn a_credential_with_any_json_in_a_field_that_is_needed_is_refused() {
    let service = Service::new();
    let genuine = genuine(&service);
    let fields = [
        (0, "/id"),
        (0, "/rawId"),
        (0, "/type"),
        (0, "/response"),
        (0, "/response/clientDataJSON"),
        (0, "/response/attestationObject"),
        (1, "/id"),
        (1, "/rawId"),
        (1, "/type"),
        (1, "/response"),
        (1, "/response/clientDataJSON"),
        (1, "/response/authenticatorData"),
        (1, "/response/signature"),
    ];
    for_all(
        (select(fields.to_vec()), anything()),
        |((kind, field), json)| {
            let mut credential = genuine[kind].clone();
            *credential.pointer_mut(field).unwrap() = json;
            assert!(verify(&service, &credential)[kind].is_err(), "{credential}");
        },
    );
}

#[test]
fn json_in_a_field_that_is_not_read_changes_nothing() {
    let service = Service::new();
    let genuine = genuine(&service);
    let fields = [
        "authenticatorAttachment",
        "clientExtensionResults",
        "of_tomorrow",
    ];
    let cases = (select(vec![0, 1]), select(fields.to_vec()), anything());
    for_all(cases, |(kind, field, json)| {
        let mut credential = genuine[kind].clone();
        credential[field] = json.clone();
        credential["response"]["of_tomorrow"] = json;
        assert_eq!(verify(&service, &credential)[kind], Ok(()), "{credential}");
    });
}

#[test]
fn a_list_in_place_of_an_object_is_no_credential() {
    let service = Service::new();
    for (kind, credential) in genuine(&service).into_iter().enumerate() {
        let list = |object: &Value, names: &[&str]| {
            let values = names.iter().map(|name| object[*name].clone());
            Value::from(values.collect::<Vec<_>>())
        };
        let names: &[&str] = match kind {
            0 => &["clientDataJSON", "attestationObject", "transports"],
            _ => &[
                "clientDataJSON",
                "authenticatorData",
                "signature",
                "userHandle",
            ],
        };
        let mut inner = credential.clone();
        inner["response"] = list(&credential["response"], names);
        let outer = list(&credential, &["id", "rawId", "type", "response"]);
        let mut tagged = credential.clone();
        tagged["type"] = json!({ "public-key": null });
        for credential in [inner, outer, tagged] {
            assert!(verify(&service, &credential)[kind].is_err(), "{credential}");
        }
    }
}

#[test]
fn any_bytes_in_place_of_those_of_a_response_are_refused() {
    let service = Service::new();
    let genuine = genuine(&service);
    let fields = [
        (0, "clientDataJSON"),
        (0, "attestationObject"),
        (1, "clientDataJSON"),
        (1, "authenticatorData"),
        (1, "signature"),
        (1, "userHandle"),
    ];
    let cases = (select(fields.to_vec()), vec(any::<u8>(), 0..400));
    for_all(cases, |((kind, field), bytes)| {
        let mut credential = genuine[kind].clone();
        credential["response"][field] = encoded(&bytes);
        assert!(verify(&service, &credential)[kind].is_err(), "{credential}");
    });
}

#[test]
fn bytes_changed_at_random_inside_cbor_never_panic() {
    let service = Service::new();
    let extended = |draft: &mut Draft| {
        draft.extensions = Some(map([("credProtect", 2)]));
        draft.attestation = Attestation::Own;
    };
    let genuine = OFFERED
        .map(|algorithm| phone(algorithm).register_with(&service.creation_options(), extended));
    let edits = vec((any::<Index>(), any::<u8>()), 1..6);
    for_all(
        (select(genuine.to_vec()), edits),
        |(mut credential, edits)| {
            tamper(&mut credential, "attestationObject", |bytes| {
                for (place, byte) in edits {
                    *place.get_mut(bytes) = byte;
                }
            });
            let _ = service.register(&credential);
        },
    );
}

#[test]
fn any_bytes_are_a_key_only_if_they_are_one_from_end_to_end() {
    for_all(vec(any::<u8>(), 0..200), |bytes| {
        assert_eq!(CoseKey::parse(&bytes), None);
    });
    for algorithm in OFFERED {
        let key = algorithm.key(b"any").cose();
        assert!(CoseKey::parse(&key).is_some());
        for_all(vec(any::<u8>(), 1..5), |more| {
            assert_eq!(CoseKey::parse(&[key.as_slice(), &more].concat()), None);
        });
        for length in 0..key.len() {
            assert_eq!(CoseKey::parse(&key[..length]), None);
        }
    }
}

#[test]
fn text_that_is_no_domain_or_origin_never_panics() {
    for_all(".{0,60}", |text| {
        if let Ok(id) = text.parse::<RelyingPartyId>() {
            assert_eq!(id.as_str().parse::<RelyingPartyId>(), Ok(id));
        }
    });
    for_all("(https?://)?.{0,30}", |text| {
        if let Ok(origin) = text.parse::<PasskeyOrigin>() {
            assert_eq!(origin.as_str().parse::<PasskeyOrigin>(), Ok(origin));
        }
    });
}
