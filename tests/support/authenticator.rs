//! A software authenticator with its browser. It answers the options of a ceremony as `navigator.credentials` does, with what
//! `PublicKeyCredential.toJSON()` returns (W3C Web Authentication Level 3, section 5.1). A test can change an answer before
//! it is signed, in every way that a verifier must notice:
//!
//! ```ignore
//! let mut phone = Authenticator::new("https://example.com");
//! let credential = phone.register(&creation_options);
//! let credential = phone.sign_in(&request_options);
//! let credential = phone.sign_in_with(&request_options, |draft| draft.flags &= !USER_VERIFIED);
//! ```

#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses its own part of this"
)]

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

#[path = "authenticator/bytes.rs"]
mod bytes;
#[path = "authenticator/draft.rs"]
mod draft;
#[path = "authenticator/key.rs"]
mod key;

pub use self::bytes::{decoded, encoded, sha256, tamper};
pub use self::draft::{
    Attestation, AttestedCredential, BACKED_UP, BACKUP_ELIGIBLE, ClientData, Draft, HAS_CREDENTIAL,
    HAS_EXTENSIONS, USER_PRESENT, USER_VERIFIED,
};
pub use self::key::{Algorithm, SoftwareKey, map};

/// An authenticator, and the browser that shows a page of one origin. Its clone has the same passkeys, as one that somebody
/// copied.
#[derive(Clone)]
pub struct Authenticator {
    origin: String,
    seed: u32,
    /// The algorithm that it uses, whatever is offered; otherwise the first one offered that it has.
    algorithm: Option<Algorithm>,
    flags: u8,
    counts: bool,
    attachment: &'static str,
    transports: &'static [&'static str],
    passkeys: Vec<Passkey>,
}

#[derive(Clone)]
struct Passkey {
    id: Vec<u8>,
    relying_party: String,
    user_handle: Vec<u8>,
    algorithm: Algorithm,
    /// The text that the key is made from.
    name: String,
    sign_count: u32,
}

/// The reason why a browser rejects a call, by the name of its `DOMException`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserError {
    /// The authenticator has one of the excluded credentials.
    InvalidState,
    /// The authenticator has no passkey that is allowed, or cannot verify its user as it must.
    NotAllowed,
    /// The authenticator has no algorithm that is offered.
    NotSupported,
    /// The relying party is not the domain of the page, nor one above it.
    Security,
}

impl Authenticator {
    /// Returns a phone: it verifies its user, syncs its passkeys and does not count.
    pub fn new(origin: &str) -> Self {
        // Tests choose smaller ones.
        static SEED: AtomicU32 = AtomicU32::new(1_000_000);
        Self {
            origin: origin.to_owned(),
            seed: SEED.fetch_add(1, Ordering::Relaxed),
            algorithm: None,
            flags: USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP,
            counts: false,
            attachment: "platform",
            transports: &["hybrid", "internal"],
            passkeys: Vec::new(),
        }
    }

    /// Returns a security key without a PIN: it verifies nobody, keeps its passkeys for itself, and counts.
    pub fn security_key(origin: &str) -> Self {
        Self {
            flags: USER_PRESENT,
            counts: true,
            attachment: "cross-platform",
            transports: &["usb"],
            ..Self::new(origin)
        }
    }

    /// Makes its keys and ids the same in each run. Two authenticators with one seed have the same.
    #[must_use]
    pub fn seeded(self, seed: u32) -> Self {
        Self { seed, ..self }
    }

    /// Makes it use one algorithm, even one that is not offered.
    #[must_use]
    pub fn using(self, algorithm: Algorithm) -> Self {
        let algorithm = Some(algorithm);
        Self { algorithm, ..self }
    }

    /// Sets the flags of its answers.
    #[must_use]
    pub fn flagged(self, flags: u8) -> Self {
        Self { flags, ..self }
    }

    /// Opens a page of another origin.
    pub fn visit(&mut self, origin: &str) {
        origin.clone_into(&mut self.origin);
    }

    /// Returns the ids of its passkeys, oldest first.
    pub fn ids(&self) -> impl Iterator<Item = &[u8]> {
        self.passkeys.iter().map(|passkey| passkey.id.as_slice())
    }

    /// Makes a passkey, as `navigator.credentials.create` does.
    pub fn register(&mut self, options: &Value) -> Value {
        self.register_with(options, |_| ())
    }

    /// Makes a passkey, with an answer that a test changes.
    pub fn register_with(&mut self, options: &Value, change: impl FnOnce(&mut Draft)) -> Value {
        self.try_register(options, change).unwrap()
    }

    /// Uses a passkey, as `navigator.credentials.get` does: the newest one that is allowed.
    pub fn sign_in(&mut self, options: &Value) -> Value {
        self.sign_in_with(options, |_| ())
    }

    /// Uses a passkey, with an answer that a test changes.
    pub fn sign_in_with(&mut self, options: &Value, change: impl FnOnce(&mut Draft)) -> Value {
        self.try_sign_in(options, change).unwrap()
    }

    /// Makes a passkey if the browser lets the page do so.
    pub fn try_register(
        &mut self,
        options: &Value,
        change: impl FnOnce(&mut Draft),
    ) -> Result<Value, BrowserError> {
        let relying_party = self.relying_party(&options["rp"]["id"])?;
        self.verify_user(&options["authenticatorSelection"]["userVerification"])?;
        let excluded = ids(&options["excludeCredentials"]);
        if self
            .ids()
            .any(|id| excluded.iter().any(|other| other == id))
        {
            return Err(BrowserError::InvalidState);
        }
        let algorithm = self.algorithm.or_else(|| offered(options));
        let algorithm = algorithm.ok_or(BrowserError::NotSupported)?;
        let (place, seed) = (self.passkeys.len(), self.seed);
        let name = format!("passkey {place} of authenticator {seed}");
        let passkey = Passkey {
            id: sha256(name.as_bytes()),
            relying_party,
            user_handle: decoded(&options["user"]["id"]),
            algorithm,
            name,
            sign_count: u32::from(self.counts),
        };
        let key = passkey.key();
        let mut draft = self.draft("webauthn.create", options, &passkey);
        draft.credential = Some(AttestedCredential {
            aaguid: [7; 16],
            id: passkey.id.clone(),
            public_key: key.cose(),
        });
        change(&mut draft);
        let response = json!({
            "clientDataJSON": encoded(&draft.client_data_bytes()),
            "attestationObject": encoded(&draft.attestation_object(&key)),
            "authenticatorData": encoded(&draft.authenticator_data()),
            "publicKey": encoded(&key.der()),
            "publicKeyAlgorithm": algorithm.number(),
            "transports": self.transports,
        });
        let mut credential = self.credential(&passkey, &response);
        if options["extensions"]["credProps"] == true {
            credential["clientExtensionResults"] = json!({ "credProps": { "rk": true } });
        }
        self.passkeys.push(passkey);
        Ok(credential)
    }

    /// Uses a passkey if the browser lets the page do so.
    pub fn try_sign_in(
        &mut self,
        options: &Value,
        change: impl FnOnce(&mut Draft),
    ) -> Result<Value, BrowserError> {
        let relying_party = self.relying_party(&options["rpId"])?;
        self.verify_user(&options["userVerification"])?;
        let allowed = ids(&options["allowCredentials"]);
        let is_allowed = |passkey: &Passkey| {
            passkey.relying_party == relying_party
                && (allowed.is_empty() || allowed.contains(&passkey.id))
        };
        let place = self.passkeys.iter().rposition(is_allowed);
        let place = place.ok_or(BrowserError::NotAllowed)?;
        self.passkeys[place].sign_count += u32::from(self.counts);
        let passkey = &self.passkeys[place];
        let mut draft = self.draft("webauthn.get", options, passkey);
        draft.user_handle = Some(passkey.user_handle.clone());
        change(&mut draft);
        let signature = passkey.key().sign(&draft.signed_bytes());
        let mut response = json!({
            "clientDataJSON": encoded(&draft.client_data_bytes()),
            "authenticatorData": encoded(&draft.authenticator_data()),
            "signature": encoded(&signature),
        });
        if let Some(handle) = &draft.user_handle {
            response["userHandle"] = encoded(handle);
        }
        Ok(self.credential(passkey, &response))
    }

    /// Returns the relying party of the options, if the page may use its passkeys. For an app, a file on the domain would tell.
    fn relying_party(&self, id: &Value) -> Result<String, BrowserError> {
        let Some((_, host)) = self.origin.split_once("://") else {
            return Ok(id.as_str().unwrap().to_owned());
        };
        let host = host.split(':').next().unwrap();
        let id = id.as_str().unwrap_or(host);
        let parent = host.strip_suffix(id).ok_or(BrowserError::Security)?;
        if !parent.is_empty() && !parent.ends_with('.') {
            return Err(BrowserError::Security);
        }
        Ok(id.to_owned())
    }

    fn verify_user(&self, verification: &Value) -> Result<(), BrowserError> {
        if verification == "required" && self.flags & USER_VERIFIED == 0 {
            return Err(BrowserError::NotAllowed);
        }
        Ok(())
    }

    fn draft(&self, kind: &str, options: &Value, passkey: &Passkey) -> Draft {
        Draft {
            client_data: ClientData {
                kind: kind.to_owned(),
                challenge: options["challenge"].as_str().unwrap().to_owned(),
                origin: self.origin.clone(),
                cross_origin: Some(false),
                top_origin: None,
            },
            client_data_json: None,
            relying_party: passkey.relying_party.clone(),
            flags: self.flags,
            sign_count: passkey.sign_count,
            credential: None,
            extensions: None,
            trailing: Vec::new(),
            attestation: Attestation::None,
            user_handle: None,
        }
    }

    fn credential(&self, passkey: &Passkey, response: &Value) -> Value {
        json!({
            "id": encoded(&passkey.id),
            "rawId": encoded(&passkey.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": self.attachment,
        })
    }
}

impl Passkey {
    fn key(&self) -> SoftwareKey {
        self.algorithm.key(self.name.as_bytes())
    }
}

/// Returns the first algorithm of the options that the authenticator has.
fn offered(options: &Value) -> Option<Algorithm> {
    let parameters = options["pubKeyCredParams"].as_array()?.iter();
    let mut numbers = parameters.filter_map(|parameter| parameter["alg"].as_i64());
    numbers.find_map(|number| {
        let mut algorithms = Algorithm::ALL.into_iter();
        algorithms.find(|algorithm| algorithm.number() == number)
    })
}

/// Returns the ids of a list of credentials, which may be missing.
fn ids(list: &Value) -> Vec<Vec<u8>> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|item| decoded(&item["id"])).collect()
}
