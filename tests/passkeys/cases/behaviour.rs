//! Answers of authenticators that behave, and of those that do not.

use super::{Case, SignIn, new_passkey, registration};
use crate::authenticator::{Algorithm, Attestation, Draft, map};
use crate::misbehaviour::{AT_ASSERTION, AT_BOTH, AT_REGISTRATION, Change};
use crate::origins::OTHERS;
use crate::service::{OFFERED, ORIGINS, Service, phone, security_key};

/// Ways in which genuine answers differ.
const GENUINE: [(&str, Change); 6] = [
    ("genuine", |_| ()),
    ("genuine, with extensions", |draft| {
        draft.extensions = Some(map([("credProtect", 2)]));
    }),
    ("genuine, with flags of tomorrow", |draft| {
        draft.flags |= 1 << 1 | 1 << 5;
    }),
    ("genuine, of an old browser", |draft| {
        draft.client_data.cross_origin = None;
    }),
    ("genuine, with an attestation of its own", |draft| {
        draft.attestation = Attestation::Own;
    }),
    ("genuine, without the user", |draft| {
        draft.user_handle = None;
    }),
];

/// Genuine answers of each algorithm, device and origin, also where the user must be verified, which a security key does not do.
pub fn genuine() -> Vec<Case> {
    let mut cases = Vec::new();
    let options = Service::new().creation_options();
    for algorithm in OFFERED {
        for make in [phone, security_key] {
            let mut sign_in = SignIn::new(make(algorithm));
            for origin in ORIGINS {
                for (what, change) in GENUINE {
                    let there = |draft: &mut Draft| {
                        origin.clone_into(&mut draft.client_data.origin);
                        change(draft);
                    };
                    let used = sign_in.answer(there);
                    let new = make(algorithm).register_with(&options, there);
                    for service in [Service::new(), Service::strict()] {
                        cases.push(registration(&service, what, &new));
                        sign_in.service = service;
                        cases.push(sign_in.case(what, &used));
                    }
                }
            }
        }
    }
    cases
}

/// The misbehaviour that other tests show to be refused.
pub fn misbehaved() -> Vec<Case> {
    let mut cases = Vec::new();
    let service = Service::new();
    for algorithm in OFFERED {
        for (what, change, _) in AT_BOTH.into_iter().chain(AT_REGISTRATION) {
            let credential = new_passkey(algorithm, change);
            cases.push(registration(&service, what, &credential));
        }
        let mut sign_in = SignIn::new(phone(algorithm));
        for (what, change, _) in AT_BOTH.into_iter().chain(AT_ASSERTION) {
            let credential = sign_in.answer(change);
            cases.push(sign_in.case(what, &credential));
        }
    }
    let credential = new_passkey(Algorithm::Es384, |_| ());
    let what = "an algorithm that was not offered";
    cases.push(registration(&service, what, &credential));
    cases
}

/// Answers from pages that only resemble those of the service.
pub fn on_other_origins() -> Vec<Case> {
    let mut cases = Vec::new();
    let what = "an origin that resembles one of the service";
    for origin in OTHERS {
        let there = |draft: &mut Draft| origin.clone_into(&mut draft.client_data.origin);
        let credential = new_passkey(Algorithm::EdDsa, there);
        cases.push(registration(&Service::new(), what, &credential));
        let mut sign_in = SignIn::new(phone(Algorithm::EdDsa));
        let credential = sign_in.answer(there);
        cases.push(sign_in.case(what, &credential));
    }
    cases
}

/// Counters that grow, and others.
pub fn counted() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, stored, count) in [
        ("a counter that stays at zero", 0, 0),
        ("a counter that grows", 0, 1),
        ("a counter that grows", 5, 6),
        ("a counter that grows", 5, u32::MAX),
        ("a counter that does not grow", 1, 0),
        ("a counter that does not grow", 1, 1),
        ("a counter that does not grow", 5, 4),
        ("a counter that does not grow", u32::MAX, u32::MAX),
    ] {
        let mut sign_in = SignIn::new(security_key(Algorithm::EdDsa));
        sign_in.sign_count = stored;
        let credential = sign_in.answer(|draft| draft.sign_count = count);
        cases.push(sign_in.case(what, &credential));
    }
    cases
}
