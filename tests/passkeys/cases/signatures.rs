//! Signatures in other forms.

use serde_json::Value;

use super::{Case, SignIn};
use crate::authenticator::{Algorithm, decoded, encoded};
use crate::service::{OFFERED, phone};

/// The order of the group of Ed25519, with the first byte least.
const ED25519_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Assertions with their signature in another form, or with none.
pub fn with_other_signatures() -> Vec<Case> {
    let mut cases = Vec::new();
    for algorithm in OFFERED {
        let mut sign_in = SignIn::new(phone(algorithm));
        let mut genuine = sign_in.answer(|_| ());
        // A number of ECDSA has seldom fewer than 32 bytes. A zero before such a one would be no mistake to SimpleWebAuthn.
        while algorithm == Algorithm::Es256 && signature_of(&genuine)[3] < 32 {
            genuine = sign_in.answer(|_| ());
        }
        let signature = signature_of(&genuine);
        let forms = match algorithm {
            Algorithm::Es256 => forms_of_ecdsa(&signature),
            Algorithm::EdDsa => forms_of_ed25519(&signature),
            _ => Vec::new(),
        };
        for (what, signature) in forms.into_iter().chain(forms_of_any(&signature)) {
            let mut credential = genuine.clone();
            credential["response"]["signature"] = encoded(&signature);
            cases.push(sign_in.case(what, &credential));
        }
    }
    cases
}

fn signature_of(credential: &Value) -> Vec<u8> {
    decoded(&credential["response"]["signature"])
}

fn forms_of_any(signature: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let cut = &signature[..signature.len() - 1];
    vec![
        ("no signature", Vec::new()),
        ("a signature of zeros", vec![0; signature.len()]),
        ("a signature with a byte less", cut.to_vec()),
        ("a signature behind a zero", [&[0], signature].concat()),
        ("a signature twice", signature.repeat(2)),
    ]
}

/// Returns forms of a pair of numbers in DER.
fn forms_of_ecdsa(signature: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (length, body) = (signature[1], &signature[2..]);
    let (r, s) = body.split_at(2 + usize::from(body[1]));
    let longer = [&[2, r[1] + 1, 0], &r[2..]].concat();
    vec![
        ("DER with a byte behind it", [signature, &[0]].concat()),
        (
            "DER with a longer head",
            [&[0x30, 0x81, length], body].concat(),
        ),
        (
            "DER without a length",
            [&[0x30, 0x80], body, &[0, 0]].concat(),
        ),
        (
            "DER with a third number",
            [&[0x30, length + 3], body, &[2, 1, 1]].concat(),
        ),
        (
            "DER with a zero before a number",
            [&[0x30, length + 1], longer.as_slice(), s].concat(),
        ),
        ("DER of a set", [&[0x31, length], body].concat()),
        ("DER of the other order", [&[0x30, length], s, r].concat()),
        ("DER of one number", [&[0x30, r[1] + 2], r].concat()),
    ]
}

/// Returns forms of a point and a number.
fn forms_of_ed25519(signature: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut larger = signature.to_vec();
    let mut carry = 0;
    for (byte, summand) in larger[32..].iter_mut().zip(ED25519_ORDER) {
        let sum = u16::from(*byte) + u16::from(summand) + carry;
        let [high, low] = sum.to_be_bytes();
        (*byte, carry) = (low, u16::from(high));
    }
    vec![
        ("a number larger by the order of the group", larger),
        ("a signature with a byte more", [signature, &[0]].concat()),
    ]
}
