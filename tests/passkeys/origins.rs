//! Origins, which are compared exactly.

use latchkey::domain::{PasskeyOrigin, PasskeyProblem, RelyingPartyId};

use crate::authenticator::{Algorithm, Draft};
use crate::service::{DOMAIN, Service, phone};

/// Origins that resemble those of the service, `https://login.example.com`, `https://example.com:8443` and an app's.
pub const OTHERS: [&str; 27] = [
    "https://example.com",
    "https://example.com:443",
    "https://example.com:844",
    "https://example.com:84430",
    "https://example.com:8443/",
    "https://example.com:8443.evil.com",
    "https://login.example.com/",
    "https://login.example.com:443",
    "https://login.example.com:8443",
    "https://login.example.com.evil.com",
    "https://login.example.com.",
    "https://login.example.com@evil.com",
    "https://login.example.com%2eevil.com",
    "https://login.example.com\0",
    "https://login.example.com\u{200b}",
    "https://user@login.example.com",
    "https://evil-login.example.com",
    "https://evil.login.example.com",
    "https://evil-example.com",
    "https://LOGIN.example.com",
    "HTTPS://login.example.com",
    " https://login.example.com",
    "http://login.example.com",
    "login.example.com",
    "null",
    "android:apk-key-hash:Zm9yIHRlc3RzIG9ubHk6IGFuIGFwcCBvZiBub2JvZHl",
    "android:apk-key-hash:zm9yIHRlc3RzIG9ubHk6IGFuIGFwcCBvZiBub2JvZHk",
];

#[test]
fn an_answer_from_a_page_that_only_resembles_one_of_the_service_is_refused() {
    let service = Service::new();
    let mut phone = phone(Algorithm::EdDsa);
    let passkey = service.passkey_of(&mut phone);
    for origin in OTHERS {
        let there = |draft: &mut Draft| origin.clone_into(&mut draft.client_data.origin);
        let credential = phone.register_with(&service.creation_options(), there);
        let refusal = service.register(&credential).unwrap_err();
        assert_eq!(refusal, PasskeyProblem::WrongOrigin, "{origin}");
        let credential = phone.sign_in_with(&service.request_options(), there);
        let refusal = service.sign_in(&credential, &passkey).unwrap_err();
        assert_eq!(refusal, PasskeyProblem::WrongOrigin, "{origin}");
    }
}

#[test]
fn an_origin_of_the_settings_is_one_that_browsers_write() {
    for text in [
        "https://example.com",
        "https://example.com:8443",
        "https://login.example.com",
        "http://localhost:3000",
        "http://app.localhost",
    ] {
        let origin = text.parse::<PasskeyOrigin>().unwrap();
        assert_eq!(origin.as_str(), text);
        let with_slash = format!("{text}/").parse::<PasskeyOrigin>().unwrap();
        assert_eq!(with_slash, origin);
    }
    for text in [
        "",
        "null",
        "*",
        "example.com",
        "https://",
        "https://example.com:443",
        "https://EXAMPLE.com",
        "https://example.com/login",
        "https://example.com?",
        "https://example.com#",
        "https://user@example.com",
        " https://example.com",
        "http://example.com",
        "http://localhost.evil.com",
        "http://evil-localhost",
        "ftp://example.com",
        "file:///etc/passwd",
        "data:text/html,",
        "android:apk-key-hash:",
        "android:apk-key-hash:Zm9yIHRlc3RzIG9ubHk",
        "android:apk-key-hash:Zm9yIHRlc3RzIG9ubHk6IGFuIGFwcCBvZiBub2JvZHk=",
        "android:apk-key-hash:Zm9yIHRlc3RzIG9ubHk6IGFuIGFwcCBvZiBub2JvZH/",
    ] {
        assert!(text.parse::<PasskeyOrigin>().is_err(), "{text}");
    }
}

#[test]
fn a_page_belongs_to_a_relying_party_only_on_its_domain_or_below() {
    let id = DOMAIN.parse::<RelyingPartyId>().unwrap();
    for (text, expected) in [
        ("https://example.com", true),
        ("https://example.com:8443", true),
        ("https://login.example.com", true),
        ("https://a.b.example.com:1", true),
        ("https://evil-example.com", false),
        ("https://evilexample.com", false),
        ("https://example.com.evil.com", false),
        ("https://example.co", false),
        ("https://com", false),
        ("https://xample.com", false),
    ] {
        let origin = text.parse::<PasskeyOrigin>().unwrap();
        assert_eq!(origin.belongs_to(&id), expected, "{text}");
    }
}
