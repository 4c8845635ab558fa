//! Registrations of passkeys (section 7.1).

use ciborium::Value;
use serde::Deserialize;

use super::authenticator_data::{AttestedCredential, AuthenticatorData};
use super::cbor::{Entries, entry, read_map};
use super::client_data::{CeremonyType, verify_client_data};
use super::problem::PasskeyProblem;
use super::public_key::CoseKey;
use super::relying_party::Ceremony;
use super::response::{Base64Url, CredentialJson, CredentialJsonError, parse};

/// The answer of an authenticator that has made a credential.
#[derive(Debug)]
pub struct RegistrationResponse(CredentialJson<Registration>);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    #[serde(rename = "clientDataJSON")]
    client_data: Base64Url,
    attestation_object: Base64Url,
    /// The ways in which browsers reach the authenticator, such as `internal` or `usb`.
    #[serde(default)]
    transports: Vec<String>,
}

/// A credential that was verified.
#[derive(Clone, Debug)]
pub struct NewCredential {
    pub id: Vec<u8>,
    pub public_key: CoseKey,
    pub sign_count: u32,
    /// The model of the authenticator; zero if it does not tell.
    pub aaguid: [u8; 16],
    pub transports: Vec<String>,
    pub backup_eligible: bool,
    pub backed_up: bool,
    /// Whether the authenticator verified its user, as it must do to sign in without a password.
    pub user_verified: bool,
}

/// The maximum number of transports that are kept, and of characters in one. WebAuthn names six, the longest with ten.
const MAX_TRANSPORTS: usize = 8;
const MAX_TRANSPORT_CHARS: usize = 20;

impl RegistrationResponse {
    /// Parses the JSON form.
    pub fn parse(json: &serde_json::Value) -> Result<Self, CredentialJsonError> {
        parse(json).map(Self)
    }

    /// Verifies the answer to a ceremony.
    pub fn verify(&self, ceremony: &Ceremony<'_>) -> Result<NewCredential, PasskeyProblem> {
        let id = self.0.id()?;
        let response = &self.0.response;
        let kind = CeremonyType::Registration;
        let client_data_hash = verify_client_data(&response.client_data.0, kind, ceremony)?;
        let object = AttestationObject::parse(&response.attestation_object.0)?;
        let data = AuthenticatorData::parse(&object.authenticator_data)?;
        data.verify(&ceremony.relying_party.id, ceremony.user_must_be_verified)?;
        let attested = data.attested.as_ref();
        let attested = attested.ok_or(PasskeyProblem::AuthenticatorDataMalformed)?;
        if attested.credential_id != id {
            return Err(PasskeyProblem::DifferentIds);
        }
        object.verify(attested, &client_data_hash)?;
        Ok(NewCredential {
            id: id.to_vec(),
            public_key: attested.public_key.clone(),
            sign_count: data.sign_count,
            aaguid: attested.aaguid,
            transports: known_transports(&response.transports),
            backup_eligible: data.backup_eligible(),
            backed_up: data.backed_up(),
            user_verified: data.user_verified(),
        })
    }
}

/// Returns the transports as they are given back to browsers, which skip those that they do not know.
fn known_transports(transports: &[String]) -> Vec<String> {
    let is_word = |text: &&String| {
        let mut bytes = text.bytes();
        (1..=MAX_TRANSPORT_CHARS).contains(&text.len())
            && bytes.all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'0'..=b'9'))
    };
    let words = transports.iter().filter(is_word);
    words.take(MAX_TRANSPORTS).cloned().collect()
}

/// The attestation object (section 6.5).
struct AttestationObject {
    format: String,
    statement: Entries,
    authenticator_data: Vec<u8>,
}

impl AttestationObject {
    fn parse(bytes: &[u8]) -> Result<Self, PasskeyProblem> {
        let malformed = PasskeyProblem::AttestationMalformed;
        let (entries, rest) = read_map(bytes).ok_or(malformed)?;
        let value = |name: &str| entry(&entries, &name.into()).ok_or(malformed);
        if !rest.is_empty() {
            return Err(malformed);
        }
        Ok(Self {
            format: value("fmt")?.as_text().ok_or(malformed)?.to_owned(),
            statement: value("attStmt")?.as_map().ok_or(malformed)?.clone(),
            authenticator_data: value("authData")?.as_bytes().ok_or(malformed)?.clone(),
        })
    }

    /// Verifies the statements that a browser passes on although no attestation was asked for: none at all, or a signature by
    /// the credential itself. A statement about the model of the authenticator decides nothing here, so it is not read.
    fn verify(
        &self,
        credential: &AttestedCredential<'_>,
        client_data_hash: &[u8; 32],
    ) -> Result<(), PasskeyProblem> {
        let value = |name: &str| entry(&self.statement, &name.into());
        let is_right = match self.format.as_str() {
            "none" => self.statement.is_empty(),
            "packed" if value("x5c").is_none() => {
                let key = &credential.public_key;
                let message = [self.authenticator_data.as_slice(), client_data_hash].concat();
                let signature = value("sig").and_then(Value::as_bytes);
                value("alg") == Some(&key.algorithm().into())
                    && signature.is_some_and(|signature| key.verifies(&message, signature))
            }
            _ => true,
        };
        if !is_right {
            return Err(PasskeyProblem::AttestationInvalid);
        }
        Ok(())
    }
}
