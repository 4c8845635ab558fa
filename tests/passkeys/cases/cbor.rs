//! Attestation objects and extensions that say the same in another way, or something else.

use ciborium::Value as Cbor;

use super::{Case, SignIn, new_passkey, registration};
use crate::authenticator::{Algorithm, Attestation, Draft, decoded, encoded, map};
use crate::service::{Service, phone};

/// Returns an entry of an attestation object: its name, and its value in CBOR.
fn named(name: &str, value: &[u8]) -> Vec<u8> {
    let head = [0x60 + u8::try_from(name.len()).unwrap()];
    [&head, name.as_bytes(), value].concat()
}

/// Attestation objects of other bytes.
pub fn with_other_objects() -> Vec<Case> {
    let genuine = new_passkey(Algorithm::EdDsa, |_| ());
    let data = decoded(&genuine["response"]["authenticatorData"]);
    let [high, low] = u16::try_from(data.len()).unwrap().to_be_bytes();
    let data = named("authData", &[&[0x59, high, low], data.as_slice()].concat());
    let format = named("fmt", b"\x64none");
    let statement = named("attStmt", &[0xa0]);
    let (f, s, d) = (format.as_slice(), statement.as_slice(), data.as_slice());
    let more = named("more", &[0x00]);
    let no_text = named("fmt", b"\x44none");
    let unknown = named("fmt", b"\x64soon");
    let objects: [(&str, Vec<u8>); 18] = [
        ("an object in another order", [&[0xa3], d, s, f].concat()),
        (
            "an object with more entries",
            [&[0xa4], f, s, d, &more].concat(),
        ),
        (
            "an object with a longer head",
            [&[0xb8, 3], f, s, d].concat(),
        ),
        (
            "an object of unknown length",
            [&[0xbf], f, s, d, &[0xff]].concat(),
        ),
        ("an object inside a tag", [&[0xc6, 0xa3], f, s, d].concat()),
        (
            "an object with an entry twice",
            [&[0xa4], f, s, d, f].concat(),
        ),
        ("an object without a format", [&[0xa2], s, d].concat()),
        ("an object without a statement", [&[0xa2], f, d].concat()),
        ("an object without data", [&[0xa2], f, s].concat()),
        (
            "an object with more behind it",
            [&[0xa3], f, s, d, &[0x00]].concat(),
        ),
        ("an object that is a list", [&[0x83], f, s, d].concat()),
        (
            "an object that ends early",
            [&[0xa3], f, s, &d[..d.len() - 1]].concat(),
        ),
        (
            "a format that is no text",
            [&[0xa3], no_text.as_slice(), s, d].concat(),
        ),
        (
            "a format of tomorrow",
            [&[0xa3], unknown.as_slice(), s, d].concat(),
        ),
        (
            "a statement that is a list",
            [&[0xa3], f, &named("attStmt", &[0x80]), d].concat(),
        ),
        (
            "a statement that is null",
            [&[0xa3], f, &named("attStmt", &[0xf6]), d].concat(),
        ),
        (
            "data that are a text",
            [&[0xa3], f, s, &named("authData", b"\x61a")].concat(),
        ),
        ("no object", Vec::new()),
    ];
    let objects = objects.into_iter().map(|(what, object)| {
        let mut credential = genuine.clone();
        credential["response"]["attestationObject"] = encoded(&object);
        registration(&Service::new(), what, &credential)
    });
    objects.chain(with_statements()).collect()
}

/// Statements about the model of the authenticator, which nobody signed.
fn with_statements() -> Vec<Case> {
    let formats = ["packed", "fido-u2f", "tpm", "apple", "android-key"];
    let statements = formats.map(|format| {
        let certificate = Cbor::Bytes(vec![1; 300]);
        let statement = vec![
            ("alg".into(), (-7).into()),
            ("sig".into(), Cbor::Bytes(vec![1; 64])),
            ("x5c".into(), Cbor::Array(vec![certificate])),
        ];
        let attested =
            |draft: &mut Draft| draft.attestation = Attestation::Statement(format, statement);
        let credential = new_passkey(Algorithm::EdDsa, attested);
        let what = "a statement about the model that is wrong";
        registration(&Service::new(), what, &credential)
    });
    statements.into()
}

/// Returns a map with a name and this value in CBOR.
fn extension(value: &[u8]) -> Vec<u8> {
    [&[0xa1, 0x61, b'a'], value].concat()
}

/// Returns lists inside one another.
fn deep(depth: usize) -> Vec<u8> {
    let mut bytes = vec![0x81; depth - 1];
    bytes.push(0x80);
    bytes
}

/// Extensions of other bytes.
pub fn with_other_extensions() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, extensions) in [
        ("no extensions", vec![0xa0]),
        ("extensions of depth 8", extension(&deep(7))),
        ("extensions that are too deep", extension(&deep(8))),
        (
            "extensions that exhaust the stack",
            extension(&deep(99_999)),
        ),
        (
            "extensions that are too long",
            extension(&[vec![0x59, 0x27, 0x10], vec![1; 10_000]].concat()),
        ),
        (
            "extensions of unknown length",
            vec![0xbf, 0x61, b'a', 0x01, 0xff],
        ),
        (
            "extensions with an entry twice",
            vec![0xa2, 0x61, b'a', 0x01, 0x61, b'a', 0x02],
        ),
        ("extensions with a longer number", extension(&[0x18, 0x01])),
        ("extensions with a tag", extension(&[0xc6, 0x01])),
        ("extensions that are a list", vec![0x81, 0x01]),
        ("extensions that are a number", vec![0x01]),
        ("extensions that end early", vec![0xa1, 0x61, b'a']),
        (
            "two maps of extensions",
            [map([("a", 1)]), map([("b", 1)])].concat(),
        ),
    ] {
        let extended = |draft: &mut Draft| draft.extensions = Some(extensions.clone());
        let credential = new_passkey(Algorithm::EdDsa, extended);
        cases.push(registration(&Service::new(), what, &credential));
        let mut sign_in = SignIn::new(phone(Algorithm::EdDsa));
        let credential = sign_in.answer(extended);
        cases.push(sign_in.case(what, &credential));
    }
    cases
}
