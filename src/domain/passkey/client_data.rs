//! Client data: what the browser says about a ceremony. The authenticator signs its hash.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::problem::PasskeyProblem;
use super::relying_party::Ceremony;

/// The type of a ceremony, as the browser names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CeremonyType {
    Registration,
    Assertion,
}

/// The fields that are verified (section 5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

impl CeremonyType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "webauthn.create",
            Self::Assertion => "webauthn.get",
        }
    }
}

/// Verifies the client data of a ceremony. Returns its hash, which the authenticator has signed.
pub fn verify_client_data(
    json: &[u8],
    kind: CeremonyType,
    ceremony: &Ceremony<'_>,
) -> Result<[u8; 32], PasskeyProblem> {
    // Serde would also read a list of the fields' values.
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(PasskeyProblem::ClientDataMalformed);
    }
    let data: ClientData =
        serde_json::from_slice(json).map_err(|_| PasskeyProblem::ClientDataMalformed)?;
    if data.kind != kind.as_str() {
        return Err(PasskeyProblem::WrongType);
    }
    if data.challenge != BASE64_URL_SAFE_NO_PAD.encode(ceremony.challenge) {
        return Err(PasskeyProblem::WrongChallenge);
    }
    if !ceremony.relying_party.has_origin(&data.origin) {
        return Err(PasskeyProblem::WrongOrigin);
    }
    // A page of somebody else that shows ours in a frame could make its visitors sign in unknowingly.
    if data.cross_origin || data.top_origin.is_some() {
        return Err(PasskeyProblem::CrossOrigin);
    }
    Ok(sha256(json))
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
