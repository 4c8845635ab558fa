//! An answer of the software authenticator before it is signed.

use ciborium::Value as Cbor;
use serde::Serialize;

use super::{SoftwareKey, map, sha256};

// The flags of authenticator data (section 6.1).
pub const USER_PRESENT: u8 = 1;
pub const USER_VERIFIED: u8 = 1 << 2;
pub const BACKUP_ELIGIBLE: u8 = 1 << 3;
pub const BACKED_UP: u8 = 1 << 4;
pub const HAS_CREDENTIAL: u8 = 1 << 6;
pub const HAS_EXTENSIONS: u8 = 1 << 7;

/// An answer before it is signed.
pub struct Draft {
    pub client_data: ClientData,
    /// The bytes that are sent in place of the client data.
    pub client_data_json: Option<Vec<u8>>,
    /// The domain of which the authenticator data has the hash.
    pub relying_party: String,
    /// The flags. Those of a credential and of extensions are set with them.
    pub flags: u8,
    pub sign_count: u32,
    /// The new credential, at a registration.
    pub credential: Option<AttestedCredential>,
    /// The outputs of extensions, as a map in CBOR.
    pub extensions: Option<Vec<u8>>,
    /// Bytes behind the end of the authenticator data.
    pub trailing: Vec<u8>,
    pub attestation: Attestation,
    pub user_handle: Option<Vec<u8>>,
}

/// The client data, as browsers write it (section 5.8.1).
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientData {
    #[serde(rename = "type")]
    pub kind: String,
    /// The challenge in base64url.
    pub challenge: String,
    pub origin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross_origin: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_origin: Option<String>,
}

/// A credential inside authenticator data (section 6.5.1).
#[derive(Clone)]
pub struct AttestedCredential {
    pub aaguid: [u8; 16],
    pub id: Vec<u8>,
    /// The public key in COSE form.
    pub public_key: Vec<u8>,
}

/// The statement of an attestation.
#[derive(Clone)]
pub enum Attestation {
    /// None, as browsers make it of one that was not asked for.
    None,
    /// A signature by the credential itself.
    Own,
    /// A signature by the credential itself, of other bytes.
    Forged,
    /// A signature by the credential itself, that names another algorithm.
    OfAlgorithm(i64),
    /// A format with a statement.
    Statement(&'static str, Vec<(Cbor, Cbor)>),
}

impl Draft {
    pub(super) fn client_data_bytes(&self) -> Vec<u8> {
        let written = || serde_json::to_vec(&self.client_data).unwrap();
        self.client_data_json.clone().unwrap_or_else(written)
    }

    /// Returns the authenticator data (section 6.1).
    pub(super) fn authenticator_data(&self) -> Vec<u8> {
        let mut flags = self.flags;
        let mut rest = Vec::new();
        if let Some(credential) = &self.credential {
            flags |= HAS_CREDENTIAL;
            let length = u16::try_from(credential.id.len()).unwrap();
            rest.extend(credential.aaguid);
            rest.extend(length.to_be_bytes());
            rest.extend(&credential.id);
            rest.extend(&credential.public_key);
        }
        if let Some(extensions) = &self.extensions {
            flags |= HAS_EXTENSIONS;
            rest.extend(extensions);
        }
        let mut data = sha256(self.relying_party.as_bytes());
        data.push(flags);
        data.extend(self.sign_count.to_be_bytes());
        data.extend(rest);
        data.extend(&self.trailing);
        data
    }

    pub(super) fn signed_bytes(&self) -> Vec<u8> {
        [self.authenticator_data(), sha256(&self.client_data_bytes())].concat()
    }

    /// Returns the attestation object (section 6.5.4).
    pub(super) fn attestation_object(&self, key: &SoftwareKey) -> Vec<u8> {
        let packed = |algorithm: i64, signature: Vec<u8>| {
            let algorithm = ("alg".into(), algorithm.into());
            let signature = ("sig".into(), Cbor::Bytes(signature));
            ("packed", vec![algorithm, signature])
        };
        let algorithm = key.algorithm().number();
        let (format, statement) = match &self.attestation {
            Attestation::None => ("none", Vec::new()),
            Attestation::Own => packed(algorithm, key.sign(&self.signed_bytes())),
            Attestation::Forged => packed(algorithm, key.sign(b"other bytes")),
            Attestation::OfAlgorithm(number) => packed(*number, key.sign(&self.signed_bytes())),
            Attestation::Statement(format, statement) => (*format, statement.clone()),
        };
        map([
            ("fmt", Cbor::from(format)),
            ("attStmt", Cbor::Map(statement)),
            ("authData", Cbor::Bytes(self.authenticator_data())),
        ])
    }
}
