//! The misbehaviour, each with the reason for which it is refused.

use ciborium::Value as Cbor;
use latchkey::domain::PasskeyProblem::{self, *};
use serde_json::json;

use crate::authenticator::{
    Algorithm, Attestation, BACKED_UP, BACKUP_ELIGIBLE, Draft, HAS_CREDENTIAL, HAS_EXTENSIONS,
    USER_PRESENT, USER_VERIFIED, encoded, map,
};

/// A change of an answer before it is signed.
pub type Change = fn(&mut Draft);

/// Misbehaviour at both kinds of ceremony.
pub const AT_BOTH: [(&str, Change, PasskeyProblem); 27] = [
    (
        "client data of another type",
        |draft| "payment.get".clone_into(&mut draft.client_data.kind),
        WrongType,
    ),
    (
        "client data without a type",
        |draft| draft.client_data.kind = String::new(),
        WrongType,
    ),
    (
        "another challenge",
        |draft| draft.client_data.challenge = text(&[1; 32]),
        WrongChallenge,
    ),
    (
        "no challenge",
        |draft| draft.client_data.challenge = String::new(),
        WrongChallenge,
    ),
    (
        "a challenge with padding",
        |draft| draft.client_data.challenge.push('='),
        WrongChallenge,
    ),
    (
        "a challenge with more behind it",
        |draft| draft.client_data.challenge.push('A'),
        WrongChallenge,
    ),
    (
        "another origin",
        |draft| "https://example.org".clone_into(&mut draft.client_data.origin),
        WrongOrigin,
    ),
    (
        "no origin",
        |draft| draft.client_data.origin = String::new(),
        WrongOrigin,
    ),
    (
        "a page inside one of another origin",
        |draft| draft.client_data.cross_origin = Some(true),
        CrossOrigin,
    ),
    (
        "a page that names another around it",
        |draft| draft.client_data.top_origin = Some("https://example.org".to_owned()),
        CrossOrigin,
    ),
    (
        "a page that names itself around it",
        |draft| draft.client_data.top_origin = Some(draft.client_data.origin.clone()),
        CrossOrigin,
    ),
    (
        "client data that is no JSON",
        |draft| draft.client_data_json = Some(b"{".to_vec()),
        ClientDataMalformed,
    ),
    (
        "client data that is a text",
        |draft| draft.client_data_json = Some(b"\"webauthn.get\"".to_vec()),
        ClientDataMalformed,
    ),
    (
        "client data that is a list",
        |draft| draft.client_data_json = Some(as_list(draft)),
        ClientDataMalformed,
    ),
    (
        "client data without fields",
        |draft| draft.client_data_json = Some(b"{}".to_vec()),
        ClientDataMalformed,
    ),
    (
        "no client data",
        |draft| draft.client_data_json = Some(Vec::new()),
        ClientDataMalformed,
    ),
    (
        "client data with a field twice",
        |draft| draft.client_data_json = Some(with(draft, "\"origin\":\"https://example.org\",")),
        ClientDataMalformed,
    ),
    (
        "client data behind a byte order mark",
        |draft| {
            draft.client_data_json = Some([b"\xef\xbb\xbf", written(draft).as_slice()].concat());
        },
        ClientDataMalformed,
    ),
    (
        "client data with more behind it",
        |draft| draft.client_data_json = Some([&written(draft), b"{}".as_slice()].concat()),
        ClientDataMalformed,
    ),
    (
        "a credential of another relying party",
        |draft| "example.org".clone_into(&mut draft.relying_party),
        WrongRelyingParty,
    ),
    (
        "a credential of a domain above",
        |draft| "com".clone_into(&mut draft.relying_party),
        WrongRelyingParty,
    ),
    (
        "a credential of a domain below",
        |draft| "login.example.com".clone_into(&mut draft.relying_party),
        WrongRelyingParty,
    ),
    (
        "nobody who is present",
        |draft| draft.flags &= !USER_PRESENT,
        UserNotPresent,
    ),
    (
        "a passkey that is backed up although it cannot be",
        |draft| draft.flags = USER_PRESENT | USER_VERIFIED | BACKED_UP,
        BackupFlagsInconsistent,
    ),
    (
        "bytes behind the authenticator data",
        |draft| draft.trailing = vec![0],
        AuthenticatorDataMalformed,
    ),
    (
        "extensions that are missing",
        |draft| draft.flags |= HAS_EXTENSIONS,
        AuthenticatorDataMalformed,
    ),
    (
        "extensions that are an empty list",
        |draft| draft.extensions = Some(vec![0x80]),
        AuthenticatorDataMalformed,
    ),
];

/// Misbehaviour at a registration.
pub const AT_REGISTRATION: [(&str, Change, PasskeyProblem); 22] = [
    (
        "client data of an assertion",
        |draft| "webauthn.get".clone_into(&mut draft.client_data.kind),
        WrongType,
    ),
    (
        "no credential",
        |draft| draft.credential = None,
        AuthenticatorDataMalformed,
    ),
    (
        "a credential that is missing",
        |draft| {
            draft.credential = None;
            draft.flags |= HAS_CREDENTIAL;
        },
        AuthenticatorDataMalformed,
    ),
    (
        "a credential with another id",
        |draft| draft.credential.as_mut().unwrap().id = vec![1; 32],
        DifferentIds,
    ),
    (
        "a credential with a longer id",
        |draft| draft.credential.as_mut().unwrap().id.push(0),
        DifferentIds,
    ),
    (
        "a credential without an id",
        |draft| draft.credential.as_mut().unwrap().id.clear(),
        AuthenticatorDataMalformed,
    ),
    (
        "a credential with an id of 1,024 bytes",
        |draft| draft.credential.as_mut().unwrap().id = vec![1; 1024],
        AuthenticatorDataMalformed,
    ),
    (
        "a key that is no CBOR",
        |draft| draft.credential.as_mut().unwrap().public_key = vec![0xff],
        AuthenticatorDataMalformed,
    ),
    (
        "a key that is no map",
        |draft| draft.credential.as_mut().unwrap().public_key = vec![0x40],
        AuthenticatorDataMalformed,
    ),
    (
        "a key without entries",
        |draft| change_key(draft, Vec::clear),
        PublicKeyUnsupported,
    ),
    (
        "a key with an entry twice",
        |draft| change_key(draft, |entries| entries.push((3, (-7).into()))),
        AuthenticatorDataMalformed,
    ),
    (
        "a key of another type",
        |draft| set_in_key(draft, 1, 1.into()),
        PublicKeyUnsupported,
    ),
    (
        "a key of another algorithm",
        |draft| set_in_key(draft, 3, (-35).into()),
        PublicKeyUnsupported,
    ),
    (
        "a key with the number of another algorithm that is offered",
        |draft| set_in_key(draft, 3, (-257).into()),
        PublicKeyUnsupported,
    ),
    (
        "a key on another curve",
        |draft| set_in_key(draft, -1, 8.into()),
        PublicKeyUnsupported,
    ),
    (
        "a key with a short coordinate",
        |draft| set_in_key(draft, -2, Cbor::Bytes(vec![1; 31])),
        PublicKeyUnsupported,
    ),
    (
        "a key with a long coordinate",
        |draft| set_in_key(draft, -3, Cbor::Bytes(vec![1; 33])),
        PublicKeyUnsupported,
    ),
    (
        "a key with a compressed point",
        |draft| set_in_key(draft, -3, true.into()),
        PublicKeyUnsupported,
    ),
    (
        "no attestation with a statement",
        |draft| draft.attestation = statement("none", "sig"),
        AttestationInvalid,
    ),
    (
        "an attestation by the credential with a wrong signature",
        |draft| draft.attestation = Attestation::Forged,
        AttestationInvalid,
    ),
    (
        "an attestation by the credential with another algorithm",
        |draft| draft.attestation = Attestation::OfAlgorithm(-257),
        AttestationInvalid,
    ),
    (
        "an attestation by the credential without a signature",
        |draft| draft.attestation = statement("packed", "ver"),
        AttestationInvalid,
    ),
];

/// Misbehaviour at an assertion.
pub const AT_ASSERTION: [(&str, Change, PasskeyProblem); 8] = [
    (
        "client data of a registration",
        |draft| "webauthn.create".clone_into(&mut draft.client_data.kind),
        WrongType,
    ),
    (
        "another user",
        |draft| draft.user_handle = Some(vec![1; 16]),
        WrongUser,
    ),
    (
        "no user",
        |draft| draft.user_handle = Some(Vec::new()),
        WrongUser,
    ),
    (
        "a user with more behind it",
        |draft| draft.user_handle.as_mut().unwrap().push(0),
        WrongUser,
    ),
    (
        "a passkey that can no longer be backed up",
        |draft| draft.flags &= !(BACKUP_ELIGIBLE | BACKED_UP),
        BackupFlagsInconsistent,
    ),
    (
        "a credential that is missing",
        |draft| draft.flags |= HAS_CREDENTIAL,
        AuthenticatorDataMalformed,
    ),
    (
        "extensions without their flag",
        |draft| draft.trailing = map([("credProtect", 2)]),
        AuthenticatorDataMalformed,
    ),
    (
        "two maps of extensions",
        |draft| {
            draft.extensions = Some(vec![0xa0]);
            draft.trailing = vec![0xa0];
        },
        AuthenticatorDataMalformed,
    ),
];

fn text(bytes: &[u8]) -> String {
    encoded(bytes).as_str().unwrap().to_owned()
}

fn written(draft: &Draft) -> Vec<u8> {
    serde_json::to_vec(&draft.client_data).unwrap()
}

/// Returns the values of the client data without their names.
fn as_list(draft: &Draft) -> Vec<u8> {
    let data = &draft.client_data;
    let values = json!([data.kind, data.challenge, data.origin, false, null]);
    values.to_string().into_bytes()
}

/// Returns the client data with more at its start.
fn with(draft: &Draft, fields: &str) -> Vec<u8> {
    let json = String::from_utf8(written(draft)).unwrap();
    json.replacen('{', &format!("{{{fields}"), 1).into_bytes()
}

/// Changes the entries of the key, which stays one of ES256 otherwise.
fn change_key(draft: &mut Draft, change: impl FnOnce(&mut Vec<(i64, Cbor)>)) {
    let mut entries = Algorithm::Es256.key(b"any").entries();
    change(&mut entries);
    draft.credential.as_mut().unwrap().public_key = map(entries);
}

fn set_in_key(draft: &mut Draft, name: i64, value: Cbor) {
    change_key(draft, |entries| {
        let entry = entries.iter_mut().find(|(key, _)| *key == name);
        entry.unwrap().1 = value;
    });
}

/// Returns an attestation of a format, with one entry besides the algorithm.
fn statement(format: &'static str, entry: &str) -> Attestation {
    let algorithm = ("alg".into(), (-7).into());
    let entry = (entry.into(), Cbor::Bytes(vec![1; 64]));
    Attestation::Statement(format, vec![algorithm, entry])
}
