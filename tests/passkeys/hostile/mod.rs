//! Input that no authenticator makes: it is refused, and neither panics nor exhausts the stack or the memory.

mod any_input;
mod cbor;
mod ends;

use latchkey::domain::{
    AssertionResponse, CredentialJsonError, PasskeyProblem, RegistrationResponse,
};
use serde_json::Value;

use crate::authenticator::{Algorithm, Draft, encoded};
use crate::service::{Service, phone};

/// Parses and verifies a credential as both kinds of answers.
fn verify(service: &Service, credential: &Value) -> [Result<(), String>; 2] {
    let passkey = service.passkey_of(&mut phone(Algorithm::EdDsa));
    let text = |error: CredentialJsonError| error.to_string();
    let registration = RegistrationResponse::parse(credential).map_err(text);
    let registration = registration.and_then(|response| {
        let outcome = response.verify(&service.ceremony());
        outcome.map(|_| ()).map_err(|problem| problem.to_string())
    });
    let assertion = AssertionResponse::parse(credential).map_err(text);
    let assertion = assertion.and_then(|response| {
        let outcome = response.verify(&service.ceremony(), &passkey);
        outcome.map(|_| ()).map_err(|problem| problem.to_string())
    });
    [registration, assertion]
}

/// Verifies a registration that was changed before it was signed.
fn registration(change: impl FnOnce(&mut Draft)) -> Result<(), PasskeyProblem> {
    let service = Service::new();
    let credential = phone(Algorithm::EdDsa).register_with(&service.creation_options(), change);
    service.register(&credential).map(|_| ())
}

/// Verifies an assertion that was changed before it was signed.
fn assertion(change: impl FnOnce(&mut Draft)) -> Result<(), PasskeyProblem> {
    let service = Service::new();
    let mut phone = phone(Algorithm::EdDsa);
    let passkey = service.passkey_of(&mut phone);
    let credential = phone.sign_in_with(&service.request_options(), change);
    service.sign_in(&credential, &passkey).map(|_| ())
}

/// Verifies a registration with these bytes as its attestation object.
fn with_object(object: &[u8]) -> Result<(), PasskeyProblem> {
    let service = Service::new();
    let mut credential = phone(Algorithm::EdDsa).register(&service.creation_options());
    credential["response"]["attestationObject"] = encoded(object);
    service.register(&credential).map(|_| ())
}
