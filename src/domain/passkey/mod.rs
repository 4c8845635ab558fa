//! Passkeys (W3C Web Authentication Level 3): the responses of authenticators, and their verification.
//!
//! `registration` verifies a new credential, and `assertion` a use of one; both read what `response` parses. They share
//! `client_data`, which the browser signs off, and `authenticator_data`, which the authenticator does. `public_key` checks
//! signatures, and `cbor` reads the format of authenticators. `relying_party` is the service as authenticators know it, and
//! `name` names a passkey for its owner.

mod assertion;
mod authenticator_data;
mod cbor;
mod client_data;
mod name;
mod problem;
mod public_key;
mod registration;
mod relying_party;
mod response;

use chrono::{DateTime, Utc};

pub use self::assertion::{AssertionResponse, UsedPasskey};
pub use self::name::PasskeyName;
pub use self::problem::PasskeyProblem;
pub use self::public_key::{CoseKey, OFFERED_ALGORITHMS};
pub use self::registration::{NewCredential, RegistrationResponse};
pub use self::relying_party::{
    Ceremony, PasskeyOrigin, PasskeyOriginError, RelyingParty, RelyingPartyId, RelyingPartyIdError,
};
pub use self::response::CredentialJsonError;
use super::{PasskeyId, UserId};

/// The number of passkeys that an account can have.
pub const MAX_PASSKEYS: usize = 20;

/// A passkey of an account, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    /// Whether the authenticator says that the passkey is synced between devices.
    pub backed_up: bool,
    /// Whether it signs in without a password, because its authenticator verifies the user.
    pub signs_in_alone: bool,
}

/// A passkey as it is stored, as far as its answers are checked against it.
#[derive(Clone, Debug)]
pub struct StoredPasskey {
    pub id: PasskeyId,
    pub user_id: UserId,
    pub public_key: CoseKey,
    /// Whether its authenticator has verified the user before: at the registration, or as a second factor.
    pub user_verified: bool,
    /// Whether the authenticator may sync it between devices, which never changes.
    pub backup_eligible: bool,
}
