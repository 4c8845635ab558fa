//! The cases that are given to other verifiers: genuine answers, all misbehaviour of the other tests, and answers that were
//! changed after they were signed, at chosen places and at random ones.

mod behaviour;
mod cbor;
mod flipped;
mod json;
mod signatures;

use latchkey::domain::{
    AssertionResponse, OFFERED_ALGORITHMS, RegistrationResponse, StoredPasskey,
};
use serde_json::{Value, json};

use crate::authenticator::{Algorithm, Authenticator, Draft, decoded, encoded};
use crate::service::{DOMAIN, ORIGINS, Service, phone};

/// The kind of a ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Registration,
    Assertion,
}

/// An answer, with what our verifier makes of it.
pub struct Case {
    pub kind: Kind,
    /// What the answer is, without the details in which others of its kind differ.
    pub what: String,
    /// The case as the other verifiers read it.
    pub json: Value,
    /// What our verifier reads in the answer, or why it refuses it.
    pub ours: Result<Value, String>,
}

/// Returns all cases.
pub fn all() -> Vec<Case> {
    let parts = [
        behaviour::genuine(),
        behaviour::misbehaved(),
        behaviour::on_other_origins(),
        behaviour::counted(),
        json::with_other_json(),
        json::with_other_text(),
        cbor::with_other_objects(),
        cbor::with_other_extensions(),
        signatures::with_other_signatures(),
        flipped::in_frames(),
        flipped::in_assertions(),
        flipped::in_registrations(),
    ];
    parts.into_iter().flatten().collect()
}

/// A service with a passkey, and its authenticator.
struct SignIn {
    service: Service,
    device: Authenticator,
    passkey: StoredPasskey,
    id: Value,
    /// The counter of the last use that was recorded.
    sign_count: u32,
}

impl SignIn {
    /// Registers a passkey.
    fn new(mut device: Authenticator) -> Self {
        let service = Service::new();
        let credential = device.register(&service.creation_options());
        let new = service.register(&credential).unwrap();
        Self {
            passkey: service.stored(&new),
            sign_count: new.sign_count,
            id: credential["id"].clone(),
            service,
            device,
        }
    }

    /// Uses the passkey, with an answer that is changed before it is signed.
    fn answer(&mut self, change: impl FnOnce(&mut Draft)) -> Value {
        let options = self.service.request_options();
        self.device.sign_in_with(&options, change)
    }

    /// Returns the case of an assertion.
    fn case(&self, what: impl Into<String>, credential: &Value) -> Case {
        let ours = self.verdict(credential);
        let mut json = common(&self.service, "assertion", credential);
        json["passkey"] = json!({
            "id": self.id,
            "publicKey": encoded(self.passkey.public_key.as_bytes()),
            "signCount": self.sign_count,
        });
        Case {
            kind: Kind::Assertion,
            what: what.into(),
            json,
            ours,
        }
    }

    fn verdict(&self, credential: &Value) -> Result<Value, String> {
        let response = AssertionResponse::parse(credential).map_err(|error| error.to_string())?;
        let id = response
            .credential_id()
            .map_err(|problem| problem.to_string())?;
        if id != decoded(&self.id) {
            return Err("no passkey has this id".to_owned());
        }
        let used = response.verify(&self.service.ceremony(), &self.passkey);
        let used = used.map_err(|problem| problem.to_string())?;
        Ok(json!({
            "signCount": used.sign_count,
            "userVerified": used.user_verified,
            "backupEligible": self.passkey.backup_eligible,
            "backedUp": used.backed_up,
        }))
    }
}

/// Makes a passkey, with an answer that is changed before it is signed.
fn new_passkey(algorithm: Algorithm, change: impl FnOnce(&mut Draft)) -> Value {
    phone(algorithm).register_with(&Service::new().creation_options(), change)
}

/// Returns the case of a registration.
fn registration(service: &Service, what: impl Into<String>, credential: &Value) -> Case {
    let verdict = || {
        let response =
            RegistrationResponse::parse(credential).map_err(|error| error.to_string())?;
        let new = response.verify(&service.ceremony());
        let new = new.map_err(|problem| problem.to_string())?;
        Ok(json!({
            "id": encoded(&new.id),
            "aaguid": new.aaguid.map(|byte| format!("{byte:02x}")).concat(),
            "algorithm": new.public_key.algorithm(),
            "signCount": new.sign_count,
            "userVerified": new.user_verified,
            "backupEligible": new.backup_eligible,
            "backedUp": new.backed_up,
        }))
    };
    Case {
        kind: Kind::Registration,
        what: what.into(),
        ours: verdict(),
        json: common(service, "registration", credential),
    }
}

/// Returns what the cases of registrations and assertions have in common.
fn common(service: &Service, ceremony: &str, credential: &Value) -> Value {
    json!({
        "ceremony": ceremony,
        "relyingParty": DOMAIN,
        "origins": ORIGINS,
        "challenge": encoded(&service.challenge),
        "userMustBeVerified": service.user_must_be_verified,
        "algorithms": OFFERED_ALGORITHMS,
        "credential": credential,
    })
}

/// Returns a registration and an assertion that were changed after they were signed.
fn both(what: &str, change: impl Fn(&mut Value)) -> [Case; 2] {
    let mut credential = new_passkey(Algorithm::EdDsa, |_| ());
    change(&mut credential);
    let new = registration(&Service::new(), what, &credential);
    let mut sign_in = SignIn::new(phone(Algorithm::EdDsa));
    let mut credential = sign_in.answer(|_| ());
    change(&mut credential);
    [new, sign_in.case(what, &credential)]
}
