//! Assertions: uses of a passkey (section 7.2).

use serde::Deserialize;

use super::StoredPasskey;
use super::authenticator_data::AuthenticatorData;
use super::client_data::{CeremonyType, verify_client_data};
use super::problem::PasskeyProblem;
use super::relying_party::Ceremony;
use super::response::{Base64Url, CredentialJson, CredentialJsonError, parse};
use crate::domain::PasskeyId;

/// The answer of an authenticator that has used a passkey.
#[derive(Debug)]
pub struct AssertionResponse(CredentialJson<Assertion>);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    #[serde(rename = "clientDataJSON")]
    client_data: Base64Url,
    authenticator_data: Base64Url,
    signature: Base64Url,
    /// The id of the user, which the authenticator keeps for a passkey that signs in without a username.
    user_handle: Option<Base64Url>,
}

/// A use of a passkey that was verified. The store must record it before anything is granted.
#[derive(Clone, Debug)]
pub struct UsedPasskey {
    pub id: PasskeyId,
    pub sign_count: u32,
    pub backed_up: bool,
    /// Whether the authenticator verified its user, which makes the passkey two factors.
    pub user_verified: bool,
}

impl AssertionResponse {
    /// Parses the JSON form.
    pub fn parse(json: &serde_json::Value) -> Result<Self, CredentialJsonError> {
        parse(json).map(Self)
    }

    /// Returns the id of the credential.
    pub fn credential_id(&self) -> Result<&[u8], PasskeyProblem> {
        self.0.id()
    }

    /// Verifies the answer to a ceremony against the passkey that it names. Whether the counter has grown shows when the use is
    /// recorded, because another answer may be recorded first.
    pub fn verify(
        &self,
        ceremony: &Ceremony<'_>,
        passkey: &StoredPasskey,
    ) -> Result<UsedPasskey, PasskeyProblem> {
        self.0.id()?;
        let response = &self.0.response;
        let kind = CeremonyType::Assertion;
        let client_data_hash = verify_client_data(&response.client_data.0, kind, ceremony)?;
        let authenticator_data = &response.authenticator_data.0;
        let data = AuthenticatorData::parse(authenticator_data)?;
        data.verify(&ceremony.relying_party.id, ceremony.user_must_be_verified)?;
        // Nobody who finds a key without a PIN makes it two factors by setting one (section 4, `uvInitialized`).
        if ceremony.user_must_be_verified && !passkey.user_verified {
            return Err(PasskeyProblem::UserNotVerified);
        }
        let handle = response.user_handle.as_ref();
        if handle.is_some_and(|handle| handle.0 != passkey.user_id.uuid().as_bytes()) {
            return Err(PasskeyProblem::WrongUser);
        }
        if data.backup_eligible() != passkey.backup_eligible {
            return Err(PasskeyProblem::BackupFlagsInconsistent);
        }
        let message = [authenticator_data.as_slice(), &client_data_hash].concat();
        let signature = &response.signature.0;
        if !passkey.public_key.verifies(&message, signature) {
            return Err(PasskeyProblem::WrongSignature);
        }
        Ok(UsedPasskey {
            id: passkey.id,
            sign_count: data.sign_count,
            backed_up: data.backed_up(),
            user_verified: data.user_verified(),
        })
    }
}
