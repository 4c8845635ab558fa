//! Answers with more at their ends, or less, and the text of their bytes.

use latchkey::domain::{AssertionResponse, PasskeyProblem, RegistrationResponse};
use serde_json::json;

use super::with_object;
use crate::authenticator::{Algorithm, decoded, tamper};
use crate::service::{Service, phone};

#[test]
fn a_response_with_more_or_fewer_bytes_at_the_end_is_refused() {
    let service = Service::new();
    let mut phone = phone(Algorithm::EdDsa);
    let registration = phone.register(&service.creation_options());
    let passkey = service.stored(&service.register(&registration).unwrap());
    let assertion = phone.sign_in(&service.request_options());
    for more in [vec![0], vec![0xa0], vec![0xff], vec![b' '], vec![0; 100]] {
        // Space behind JSON is still JSON, but not what was signed.
        for field in [
            "clientDataJSON",
            "authenticatorData",
            "signature",
            "userHandle",
        ] {
            let mut credential = assertion.clone();
            tamper(&mut credential, field, |bytes| bytes.extend(&more));
            assert!(
                service.sign_in(&credential, &passkey).is_err(),
                "{field}: {more:?}"
            );
        }
        let mut credential = registration.clone();
        tamper(&mut credential, "attestationObject", |bytes| {
            bytes.extend(&more);
        });
        let refusal = service.register(&credential).unwrap_err();
        assert_eq!(refusal, PasskeyProblem::AttestationMalformed);
    }
    let object = decoded(&registration["response"]["attestationObject"]);
    for length in 0..object.len() {
        assert!(with_object(&object[..length]).is_err());
    }
    let data = decoded(&assertion["response"]["authenticatorData"]);
    for length in 0..data.len() {
        let mut credential = assertion.clone();
        tamper(&mut credential, "authenticatorData", |bytes| {
            bytes.truncate(length);
        });
        let refusal = service.sign_in(&credential, &passkey).unwrap_err();
        assert_eq!(refusal, PasskeyProblem::AuthenticatorDataMalformed);
    }
}

#[test]
fn text_that_is_not_base64url_without_padding_is_refused() {
    let service = Service::new();
    let mut phone = phone(Algorithm::EdDsa);
    let registration = phone.register(&service.creation_options());
    let assertion = phone.sign_in(&service.request_options());
    let changes: [fn(&str) -> String; 7] = [
        |text| format!("{text}="),
        |text| format!("{text}=="),
        |text| format!("{text}\n"),
        |text| format!("{text}A!"),
        |text| format!(" {text}"),
        |text| format!("{}+/", &text[..text.len() - text.len() % 4]),
        |text| format!("{}B", &text[..text.len() - text.len() % 4]),
    ];
    for (place, credential) in [registration, assertion].into_iter().enumerate() {
        for pointer in [
            "/rawId",
            "/response/clientDataJSON",
            "/response/attestationObject",
            "/response/authenticatorData",
            "/response/signature",
            "/response/userHandle",
        ] {
            let is_read = !(place == 0 && pointer == "/response/authenticatorData");
            let Some(text) = credential.pointer(pointer).filter(|_| is_read) else {
                continue;
            };
            for change in changes {
                let mut other = credential.clone();
                *other.pointer_mut(pointer).unwrap() = json!(change(text.as_str().unwrap()));
                let is_parsed = [
                    RegistrationResponse::parse(&other).is_ok(),
                    AssertionResponse::parse(&other).is_ok(),
                ];
                assert!(!is_parsed[place], "{pointer}: {other}");
            }
        }
    }
}

/// The text has a character whose last bits belong to no byte, which another text for the same bytes does not have.
#[test]
fn bytes_have_one_text_only() {
    let service = Service::new();
    let mut credential = phone(Algorithm::EdDsa).register(&service.creation_options());
    for (text, is_accepted) in [("AA", true), ("AB", false), ("AAA", true), ("AAB", false)] {
        credential["rawId"] = json!(text);
        let parsed = RegistrationResponse::parse(&credential);
        assert_eq!(parsed.is_ok(), is_accepted, "{text}");
    }
}
