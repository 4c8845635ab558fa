//! The service's side of a ceremony, without the service.

use latchkey::domain::{
    AssertionResponse, Ceremony, NewCredential, OFFERED_ALGORITHMS, PasskeyId, PasskeyOrigin,
    PasskeyProblem, RegistrationResponse, RelyingParty, RelyingPartyId, StoredPasskey, UsedPasskey,
    UserId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::authenticator::{Algorithm, Authenticator, encoded};

/// The page on which most ceremonies take place.
pub const ORIGIN: &str = "https://login.example.com";

/// The origins that the service allows.
pub const ORIGINS: [&str; 3] = [
    ORIGIN,
    "https://example.com:8443",
    "android:apk-key-hash:Zm9yIHRlc3RzIG9ubHk6IGFuIGFwcCBvZiBub2JvZHk",
];

pub const DOMAIN: &str = "example.com";

/// The algorithms that are offered.
pub const OFFERED: [Algorithm; 3] = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256];

/// A service that waits for an answer of one user.
pub struct Service {
    pub relying_party: RelyingParty,
    pub challenge: Vec<u8>,
    pub user: UserId,
    pub user_must_be_verified: bool,
}

impl Service {
    pub fn new() -> Self {
        let origin = |text: &str| text.parse::<PasskeyOrigin>().unwrap();
        Self {
            relying_party: RelyingParty {
                id: DOMAIN.parse::<RelyingPartyId>().unwrap(),
                name: "Example".to_owned(),
                origins: ORIGINS.map(origin).to_vec(),
            },
            challenge: (100..132).collect(),
            user: UserId::new(Uuid::from_u128(0x0197_1234_5678_7abc_8def_0123_4567_89ab)),
            user_must_be_verified: false,
        }
    }

    /// Returns a service that asks for the verification of the user.
    pub fn strict() -> Self {
        Self {
            user_must_be_verified: true,
            ..Self::new()
        }
    }

    pub fn creation_options(&self) -> Value {
        let parameter = |number| json!({ "type": "public-key", "alg": number });
        json!({
            "rp": { "id": DOMAIN, "name": "Example" },
            "user": {
                "id": encoded(self.user.uuid().as_bytes()),
                "name": "ada",
                "displayName": "Ada",
            },
            "challenge": encoded(&self.challenge),
            "pubKeyCredParams": OFFERED_ALGORITHMS.map(parameter),
            "excludeCredentials": [],
            "attestation": "none",
            "extensions": { "credProps": true },
        })
    }

    pub fn request_options(&self) -> Value {
        json!({ "rpId": DOMAIN, "challenge": encoded(&self.challenge), "allowCredentials": [] })
    }

    /// Verifies a registration.
    pub fn register(&self, credential: &Value) -> Result<NewCredential, PasskeyProblem> {
        let response = RegistrationResponse::parse(credential).unwrap();
        response.verify(&self.ceremony())
    }

    /// Verifies the use of a passkey.
    pub fn sign_in(
        &self,
        credential: &Value,
        passkey: &StoredPasskey,
    ) -> Result<UsedPasskey, PasskeyProblem> {
        let response = AssertionResponse::parse(credential).unwrap();
        response.verify(&self.ceremony(), passkey)
    }

    /// Registers a passkey of an authenticator, and returns what the service stores.
    pub fn passkey_of(&self, authenticator: &mut Authenticator) -> StoredPasskey {
        let credential = authenticator.register(&self.creation_options());
        self.stored(&self.register(&credential).unwrap())
    }

    /// Returns what the service stores of a credential.
    pub fn stored(&self, new: &NewCredential) -> StoredPasskey {
        StoredPasskey {
            id: PasskeyId::new(Uuid::from_u128(7)),
            user_id: self.user,
            public_key: new.public_key.clone(),
            user_verified: new.user_verified,
            backup_eligible: new.backup_eligible,
        }
    }

    pub fn ceremony(&self) -> Ceremony<'_> {
        Ceremony {
            relying_party: &self.relying_party,
            challenge: &self.challenge,
            user_must_be_verified: self.user_must_be_verified,
        }
    }
}

/// Returns a phone that makes its keys with one algorithm.
pub fn phone(algorithm: Algorithm) -> Authenticator {
    Authenticator::new(ORIGIN).seeded(1).using(algorithm)
}

/// Returns a security key that makes its keys with one algorithm.
pub fn security_key(algorithm: Algorithm) -> Authenticator {
    Authenticator::security_key(ORIGIN)
        .seeded(2)
        .using(algorithm)
}
