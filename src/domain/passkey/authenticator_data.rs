//! Authenticator data: what the authenticator says about a ceremony (section 6.1).

use super::cbor::read_map;
use super::client_data::sha256;
use super::problem::PasskeyProblem;
use super::public_key::CoseKey;
use super::relying_party::RelyingPartyId;

/// Authenticator data that was parsed to its end.
pub struct AuthenticatorData<'a> {
    relying_party_hash: &'a [u8; 32],
    flags: u8,
    pub sign_count: u32,
    /// The credential, at a registration.
    pub attested: Option<AttestedCredential<'a>>,
}

/// A credential that the authenticator has made.
pub struct AttestedCredential<'a> {
    /// The model of the authenticator; zero if it does not tell.
    pub aaguid: [u8; 16],
    pub credential_id: &'a [u8],
    pub public_key: CoseKey,
}

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// The maximum length of the id of a credential (section 5.8.3).
const MAX_ID_BYTES: usize = 1023;

impl<'a> AuthenticatorData<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PasskeyProblem> {
        let malformed = PasskeyProblem::AuthenticatorDataMalformed;
        let (relying_party_hash, rest) = bytes.split_first_chunk().ok_or(malformed)?;
        let (&[flags], rest) = rest.split_first_chunk().ok_or(malformed)?;
        let (sign_count, mut rest) = rest.split_first_chunk().ok_or(malformed)?;
        let mut attested = None;
        if flags & HAS_CREDENTIAL != 0 {
            let (credential, after) = AttestedCredential::parse(rest)?;
            (attested, rest) = (Some(credential), after);
        }
        if flags & HAS_EXTENSIONS != 0 {
            (_, rest) = read_map(rest).ok_or(malformed)?;
        }
        if !rest.is_empty() {
            return Err(malformed);
        }
        Ok(Self {
            relying_party_hash,
            flags,
            sign_count: u32::from_be_bytes(*sign_count),
            attested,
        })
    }

    /// Verifies what registrations and assertions have in common.
    pub fn verify(
        &self,
        relying_party: &RelyingPartyId,
        user_must_be_verified: bool,
    ) -> Result<(), PasskeyProblem> {
        if *self.relying_party_hash != sha256(relying_party.as_str().as_bytes()) {
            return Err(PasskeyProblem::WrongRelyingParty);
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(PasskeyProblem::UserNotPresent);
        }
        if user_must_be_verified && !self.user_verified() {
            return Err(PasskeyProblem::UserNotVerified);
        }
        if self.backed_up() && !self.backup_eligible() {
            return Err(PasskeyProblem::BackupFlagsInconsistent);
        }
        Ok(())
    }

    pub fn user_verified(&self) -> bool {
        self.flags & USER_VERIFIED != 0
    }

    pub fn backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    pub fn backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }
}

impl<'a> AttestedCredential<'a> {
    /// Parses a credential (section 6.5.1). Returns the bytes behind it.
    fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), PasskeyProblem> {
        let malformed = PasskeyProblem::AuthenticatorDataMalformed;
        let (aaguid, rest) = bytes.split_first_chunk().ok_or(malformed)?;
        let (length, rest) = rest.split_first_chunk().ok_or(malformed)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 || length > MAX_ID_BYTES {
            return Err(malformed);
        }
        let (credential_id, rest) = rest.split_at_checked(length).ok_or(malformed)?;
        let (_, after) = read_map(rest).ok_or(malformed)?;
        let public_key = CoseKey::parse(&rest[..rest.len() - after.len()])
            .ok_or(PasskeyProblem::PublicKeyUnsupported)?;
        let credential = Self {
            aaguid: *aaguid,
            credential_id,
            public_key,
        };
        Ok((credential, after))
    }
}
