//! The GraphQL types of passkeys that several operations share.

use async_graphql::{ID, InputObject, SimpleObject};
use serde_json::Value;

use crate::domain::{self, AssertionResponse, CredentialJsonError, PasskeyAnswer};
use crate::graphql::error::ApiError;
use crate::graphql::input::invalid;
use crate::graphql::scalars::{DateTime, Json};
use crate::service;

/// A passkey: a key pair in a password manager, a phone, a laptop or a security key. The service has only its public key.
#[derive(SimpleObject)]
pub struct Passkey {
    /// The unique id of the passkey.
    id: ID,
    /// The name by which its owner recognises it.
    name: String,
    /// The time at which it was added.
    created_at: DateTime,
    /// The time of its latest use; null if it was never used.
    last_used_at: Option<DateTime>,
    /// Whether the authenticator says that it is synced between devices.
    backed_up: bool,
    /// Whether it signs in without a password. One whose authenticator has never verified its user, such as a security key
    /// without a PIN, only serves as a second factor.
    signs_in_alone: bool,
}

impl From<domain::Passkey> for Passkey {
    fn from(passkey: domain::Passkey) -> Self {
        Self {
            id: passkey.id.into(),
            name: passkey.name,
            created_at: DateTime(passkey.created_at),
            last_used_at: passkey.last_used_at.map(DateTime),
            backed_up: passkey.backed_up,
            signs_in_alone: passkey.signs_in_alone,
        }
    }
}

/// A ceremony with a passkey: a question to an authenticator, which the browser passes on.
#[derive(SimpleObject)]
pub struct PasskeyCeremony {
    /// The token, `lkc_…`, to give back with the credential. It is good for one use, for five minutes.
    token: String,
    /// The options for `navigator.credentials.create` or `get`, in WebAuthn's own JSON. Read them with
    /// `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    options: Json,
    /// The time until which the ceremony can be finished.
    expires_at: DateTime,
}

impl From<service::PasskeyCeremony> for PasskeyCeremony {
    fn from(ceremony: service::PasskeyCeremony) -> Self {
        Self {
            token: ceremony.token.reveal(),
            options: Json(ceremony.options),
            expires_at: DateTime(ceremony.expires_at),
        }
    }
}

/// The maximum length of a credential as JSON. Without an attestation, credentials have less than 2 KiB.
const MAX_CREDENTIAL_BYTES: usize = 16 * 1024;

/// Parses a credential.
///
/// # Errors
/// The predicate of the input's error, such as "must be …".
pub fn parse_credential<T>(
    json: &Json,
    parse: impl Fn(&Value) -> Result<T, CredentialJsonError>,
) -> Result<T, String> {
    if json.0.to_string().len() > MAX_CREDENTIAL_BYTES {
        return Err(format!("must be at most {MAX_CREDENTIAL_BYTES} bytes long"));
    }
    parse(&json.0).map_err(|error| error.to_string())
}

/// The answer of a passkey to a ceremony.
#[derive(InputObject)]
pub struct PasskeyCredentialInput {
    /// The token of the ceremony.
    ceremony: String,
    /// The credential that `navigator.credentials.get` returned, by its method `toJSON`.
    credential: Json,
}

impl PasskeyCredentialInput {
    /// Parses the input's field `passkey`.
    pub fn parse(self) -> Result<PasskeyAnswer, ApiError> {
        let response = parse_credential(&self.credential, AssertionResponse::parse);
        Ok(PasskeyAnswer {
            ceremony: self.ceremony,
            response: response.map_err(|error| invalid("passkey.credential", error))?,
        })
    }
}
