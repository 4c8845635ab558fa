//! Only tokens that were issued verify: not invented, changed or recombined ones.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;
use serde_json::json;
use uuid::Uuid;

use super::{AccessKeys, SecretKey, SecretKeys, SigningKey, TokenOptions, Tokens};
use crate::domain::test_cases::{anything, for_all, generations, like, others, spoilt};
use crate::domain::{AuthenticationMethods, Device, Id, RefreshClaims, Session, SessionId, UserId};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::error::AuthError;

const SECRET: &str = "a-test-secret-of-at-least-32-bytes!!";
const OTHER_SECRET: &str = "some-other-secret-of-at-least-32-bytes";

/// Key pairs of each algorithm, private and public.
const PAIRS: [(&str, &str); 3] = [
    (
        include_str!("../../../tests/keys/ed25519.pem"),
        include_str!("../../../tests/keys/ed25519.public.pem"),
    ),
    (
        include_str!("../../../tests/keys/p256.pem"),
        include_str!("../../../tests/keys/p256.public.pem"),
    ),
    (
        include_str!("../../../tests/keys/rsa2048.pem"),
        include_str!("../../../tests/keys/rsa2048.public.pem"),
    ),
];

fn noon() -> DateTime<Utc> {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn secrets(secret: &str) -> SecretKeys {
    SecretKeys::new(SecretKey::new(secret).unwrap(), None)
}

fn access_keys(secret: &str, pairs: &[&str]) -> AccessKeys {
    let pairs_sign = !pairs.is_empty();
    let pairs = pairs.iter().map(|pem| SigningKey::from_pem(pem).unwrap());
    AccessKeys::new(&secrets(secret), pairs.collect(), pairs_sign).unwrap()
}

/// A service with this secret and these key pairs, of which the first signs.
fn service(secret: &str, pairs: &[&str]) -> Tokens {
    let options = TokenOptions {
        issuer: "https://auth.example.com".to_owned(),
        audience: "latchkey".to_owned(),
        access_ttl: TimeDelta::minutes(30),
    };
    let (clock, random) = (Clock::manual(noon()), Random::seeded(1));
    let access = access_keys(secret, pairs);
    Tokens::new(&secrets(secret), access, options, clock, random).unwrap()
}

/// Services that sign with different keys. The first one trusts all of them.
static SERVICES: LazyLock<[Tokens; 4]> = LazyLock::new(|| {
    let [ed25519, p256, rsa] = PAIRS.map(|(private, _)| private);
    [
        service(SECRET, &[ed25519, p256, rsa]),
        service(SECRET, &[p256]),
        service(SECRET, &[rsa]),
        service(SECRET, &[]),
    ]
});

fn believer() -> &'static Tokens {
    &SERVICES[0]
}

fn session(id: SessionId, user_id: UserId, generation: i64) -> Session {
    Session {
        id,
        user_id,
        generation,
        rotated_at: noon(),
        received_at: None,
        replayed_at: None,
        device: Device::unknown(),
        ip_address: "127.0.0.1".to_owned(),
        created_at: noon(),
        last_used_at: noon(),
        expires_at: noon(),
        ends_at: noon(),
        ended: None,
        organization_id: None,
        authenticated_at: noon(),
        second_factor_at: None,
        methods: AuthenticationMethods::parse("pwd"),
    }
}

fn access_token(signer: &Tokens, number: u128, username: &str) -> String {
    let session = session(
        Id::new(Uuid::from_u128(number)),
        Id::new(Uuid::from_u128(!number)),
        1,
    );
    let issued = signer.issue(&session, username, None).unwrap();
    issued.access.token
}

/// Genuine access tokens: two of each way of signing.
static GENUINE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of = |signer| [("ada", 1), ("eve", 2)].map(|(name, id)| access_token(signer, id, name));
    SERVICES.iter().flat_map(of).collect()
});

fn is_access(text: &str) -> bool {
    match believer().verify_access(text) {
        Ok(_) => true,
        Err(AuthError::Unauthenticated) => false,
        Err(other) => unreachable!("{other}"),
    }
}

fn is_refresh(text: &str) -> bool {
    match believer().verify_refresh(text) {
        Ok(_) => true,
        Err(AuthError::RefreshTokenInvalid) => false,
        Err(other) => unreachable!("{other}"),
    }
}

fn claims() -> impl Strategy<Value = RefreshClaims> {
    (any::<[u8; 16]>(), generations()).prop_map(|(id, generation)| RefreshClaims {
        session_id: Id::new(Uuid::from_bytes(id)),
        generation,
    })
}

#[test]
fn what_is_issued_verifies_and_says_what_it_was_made_of() {
    let signer = select(&[1, 3][..]); // RSA takes its time
    let ids = (any::<[u8; 16]>(), any::<[u8; 16]>(), generations());
    for_all((signer, ids, anything()), |(signer, ids, username)| {
        let (id, user_id) = (
            Id::new(Uuid::from_bytes(ids.0)),
            Id::new(Uuid::from_bytes(ids.1)),
        );
        let session = session(id, user_id, ids.2);
        let issued = SERVICES[signer].issue(&session, &username, None).unwrap();
        let access = believer().verify_access(&issued.access.token).unwrap();
        assert_eq!(
            (access.sid, access.sub, access.generation),
            (id, user_id, ids.2)
        );
        assert_eq!(access.username, username);
        let refresh = believer().verify_refresh(&issued.refresh_token).unwrap();
        assert_eq!((refresh.session_id, refresh.generation), (id, ids.2));
    });
}

#[test]
fn no_text_that_somebody_makes_up_verifies() {
    let shaped = like("[A-Za-z0-9_-]{0,60}(\\.[A-Za-z0-9_-]{0,60}){0,3}");
    let refresh = like("lkr_AQ[A-Za-z0-9_-]{74}");
    for_all(prop_oneof![anything(), shaped, refresh], |text| {
        assert!(!is_access(&text) && !is_refresh(&text));
    });
}

#[test]
fn an_access_token_with_a_character_changed_missing_or_added_never_verifies() {
    for_all((select(GENUINE.clone()), spoilt()), |(token, spoilt)| {
        for other in others(&token, spoilt) {
            assert_eq!(is_access(&other), other == token, "{other}");
        }
    });
}

/// Spaces around a token are ignored.
#[test]
fn a_refresh_token_with_a_character_changed_missing_or_added_never_verifies() {
    for_all((claims(), spoilt()), |(claims, spoilt)| {
        let token = believer().refresh_token(claims);
        for other in others(&token, spoilt) {
            assert_eq!(is_refresh(&other), other.trim() == token, "{other}");
        }
    });
}

#[test]
fn parts_of_several_access_tokens_make_no_other() {
    let parts: Vec<Vec<&str>> = GENUINE
        .iter()
        .map(|token| token.split('.').collect())
        .collect();
    let mut verified = 0;
    for header in &parts {
        for payload in &parts {
            for signature in &parts {
                let token = [header[0], payload[1], signature[2]].join(".");
                let is_genuine = GENUINE.contains(&token);
                assert_eq!(is_access(&token), is_genuine, "{token}");
                verified += usize::from(is_genuine);
            }
        }
    }
    assert!(verified >= GENUINE.len());
}

#[test]
fn a_refresh_token_with_the_claims_of_another_never_verifies() {
    for_all((claims(), claims()), |(one, other)| {
        let token = believer().refresh_token(one);
        let (_, mac) = RefreshClaims::open(&token).unwrap();
        assert_eq!(is_refresh(&other.seal(&mac)), one == other);
        let next = RefreshClaims {
            generation: one.generation.wrapping_add(1),
            ..one
        };
        assert!(!is_refresh(&next.seal(&mac)));
    });
}

#[test]
fn tokens_of_a_service_with_another_secret_never_verify() {
    let stranger = service(OTHER_SECRET, &[]);
    for_all((claims(), anything()), |(claims, username)| {
        assert!(!is_refresh(&stranger.refresh_token(claims)));
        assert!(!is_access(&access_token(&stranger, 1, &username)));
        // Nor does one kind of token pass for the other.
        assert!(!is_access(&believer().refresh_token(claims)));
    });
    assert!(GENUINE.iter().all(|token| !is_refresh(token)));
}

/// RFC 8725 section 3.1: neither "none" nor a public key as if it were a secret.
#[test]
fn no_algorithm_that_a_token_chooses_for_itself_verifies() {
    let keys = access_keys(SECRET, &PAIRS.map(|(private, _)| private));
    let kids = keys.list().into_iter().map(|key| Some(key.kid));
    let kids: Vec<_> = kids.chain([None, Some("other".to_owned())]).collect();
    for token in GENUINE.iter() {
        let parts: Vec<_> = token.split('.').collect();
        for alg in [
            "none", "NONE", "HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "ES384",
            "EdDSA",
        ] {
            for kid in &kids {
                let header = match kid {
                    Some(kid) => json!({ "typ": "at+jwt", "alg": alg, "kid": kid }),
                    None => json!({ "typ": "at+jwt", "alg": alg }),
                };
                let header = BASE64_URL_SAFE_NO_PAD.encode(header.to_string());
                let signed = format!("{header}.{}", parts[1]);
                for signature in signatures(&signed, parts[2], keys.jwks()) {
                    let forged = format!("{signed}.{signature}");
                    assert_eq!(is_access(&forged), GENUINE.contains(&forged), "{forged}");
                }
            }
        }
    }
}

/// Returns the original signature, none, and HMACs with every public text as the key.
fn signatures(signed: &str, original: &str, jwks: &str) -> Vec<String> {
    let public = PAIRS.iter().map(|(_, public)| (*public).to_owned());
    let texts = public.chain([jwks.to_owned(), String::new()]);
    let hmacs = texts.map(|key| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()))
    });
    hmacs.chain([original.to_owned(), String::new()]).collect()
}
