//! The JSON form of credentials (section 5.1), as `PublicKeyCredential.toJSON` makes it in the browser.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::problem::PasskeyProblem;

/// The error for a JSON value that is not a credential, or not one of this kind of ceremony. It does not repeat the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be what PublicKeyCredential.toJSON() returned for this ceremony: an object, not text, with id, rawId, type and \
     response, and bytes in base64url without padding"
)]
pub struct CredentialJsonError;

/// A credential with the response of one kind of ceremony.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialJson<R> {
    id: String,
    raw_id: Base64Url,
    #[serde(rename = "type")]
    kind: String,
    pub response: R,
}

/// Bytes that JSON has in base64url without padding.
#[derive(Debug)]
pub struct Base64Url(pub Vec<u8>);

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text);
        bytes.map(Self).map_err(serde::de::Error::custom)
    }
}

/// Parses a credential.
pub fn parse<R: DeserializeOwned>(json: &Value) -> Result<CredentialJson<R>, CredentialJsonError> {
    // Serde would also read a list of the fields' values.
    if !json.is_object() || !json["response"].is_object() {
        return Err(CredentialJsonError);
    }
    let credential = CredentialJson::deserialize(json);
    let credential: CredentialJson<R> = credential.map_err(|_| CredentialJsonError)?;
    if credential.kind != "public-key" {
        return Err(CredentialJsonError);
    }
    Ok(credential)
}

impl<R> CredentialJson<R> {
    /// Returns the id of the credential, if both of its forms agree.
    pub fn id(&self) -> Result<&[u8], PasskeyProblem> {
        let id = BASE64_URL_SAFE_NO_PAD.decode(&self.id);
        if id.as_ref() != Ok(&self.raw_id.0) {
            return Err(PasskeyProblem::DifferentIds);
        }
        Ok(&self.raw_id.0)
    }
}
