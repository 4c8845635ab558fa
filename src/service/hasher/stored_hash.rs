//! Password hashes as they are stored: written by this service, or imported from another.

use argon2::password_hash;
use argon2::password_hash::phc::{self, Ident, Output, PasswordHash, Salt};
use argon2::{Params, Version};

use super::error::HasherError;
use crate::platform::random::Random;

/// The maximum memory that a stored hash may need, KiB: a wrong number in a table must not exhaust the machine.
const MAX_MEMORY: u32 = 4 * 1024 * 1024;

/// A stored hash that a password can be compared with.
pub(super) enum StoredHash {
    Bcrypt,
    Argon2id(Box<Argon2idHash>),
}

/// The parts of an Argon2id hash.
#[derive(Clone)]
pub(super) struct Argon2idHash {
    pub(super) params: Params,
    pub(super) salt: Salt,
    pub(super) output: Output,
}

/// The parameters and the salt that several hashes share.
pub(super) struct SharedParameters {
    pub(super) params: Params,
    pub(super) salt: Salt,
}

/// The condition of a stored hash, as far as it shows without the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashCondition {
    Readable,
    /// Its output has an unusual length. If a longer hash was cut, no password matches the rest.
    MaybeCut,
    /// No password can be compared with it.
    Unreadable,
}

/// The reason why no password can be compared with a stored hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredHashError {
    #[error("a stored bcrypt hash cannot be read: {0}")]
    Bcrypt(String),
    #[error("bcrypt has no cost {0}")]
    BcryptCost(u32),
    #[error("a stored password hash cannot be read: {0}")]
    Malformed(phc::Error),
    #[error("a stored password hash lacks its salt or output")]
    Incomplete,
    #[error("a stored hash is of {0}, not argon2id")]
    OtherAlgorithm(String),
    #[error(
        "a stored hash is of another version of Argon2 than {}",
        u32::from(Version::V0x13)
    )]
    OtherVersion,
    #[error("a stored hash has impossible parameters: {0}")]
    Parameters(password_hash::Error),
    #[error("a stored hash needs {0} KiB of memory, and {MAX_MEMORY} are the most here")]
    Memory(u32),
    #[error("Argon2 failed: {0}")]
    Argon2(#[from] argon2::Error),
}

/// Judges a stored hash as far as that is possible without its password.
#[must_use]
pub fn check_stored_hash(stored: &str) -> HashCondition {
    match StoredHash::parse(stored) {
        // Programs make outputs of 16, 24, 32 or 64 bytes.
        Ok(StoredHash::Argon2id(hash)) if hash.output.len() < 16 || hash.output.len() % 4 != 0 => {
            HashCondition::MaybeCut
        }
        Ok(StoredHash::Bcrypt | StoredHash::Argon2id(_)) => HashCondition::Readable,
        Err(_) => HashCondition::Unreadable,
    }
}

impl StoredHash {
    pub(super) fn parse(stored: &str) -> Result<Self, StoredHashError> {
        if is_bcrypt(stored) {
            let parts = stored.parse::<bcrypt::HashParts>();
            let parts = parts.map_err(|error| StoredHashError::Bcrypt(error.to_string()))?;
            return match parts.get_cost() {
                4..=31 => Ok(Self::Bcrypt),
                cost => Err(StoredHashError::BcryptCost(cost)),
            };
        }
        let hash = PasswordHash::new(stored).map_err(StoredHashError::Malformed)?;
        Ok(Self::Argon2id(Box::new(Argon2idHash::read(&hash)?)))
    }
}

impl Argon2idHash {
    fn read(hash: &PasswordHash) -> Result<Self, StoredHashError> {
        let SharedParameters { params, salt } = SharedParameters::read(hash)?;
        Ok(Self {
            params,
            salt,
            output: hash.hash.ok_or(StoredHashError::Incomplete)?,
        })
    }

    /// Returns the PHC string of the hash.
    pub(super) fn to_phc(&self) -> Result<String, password_hash::Error> {
        to_phc(&self.params, self.salt, Some(self.output))
    }
}

impl SharedParameters {
    /// Takes these parameters with a fresh salt.
    pub(super) fn new(params: &Params, random: &Random) -> Result<Self, HasherError> {
        Ok(Self {
            params: params.clone(),
            salt: salt(random)?,
        })
    }

    /// Parses parameters and salt, as [`SharedParameters::to_phc`] writes them.
    pub(super) fn parse(text: &str) -> Result<Self, StoredHashError> {
        Self::read(&PasswordHash::new(text).map_err(StoredHashError::Malformed)?)
    }

    fn read(hash: &PasswordHash) -> Result<Self, StoredHashError> {
        if hash.algorithm.as_str() != "argon2id" {
            let algorithm = hash.algorithm.to_string();
            return Err(StoredHashError::OtherAlgorithm(algorithm));
        }
        let supported = u32::from(Version::V0x13);
        if hash.version.is_some_and(|version| version != supported) {
            return Err(StoredHashError::OtherVersion);
        }
        let salt = hash.salt.ok_or(StoredHashError::Incomplete)?;
        let params = Params::try_from(hash).map_err(StoredHashError::Parameters)?;
        if params.m_cost() > MAX_MEMORY {
            return Err(StoredHashError::Memory(params.m_cost()));
        }
        Ok(Self { params, salt })
    }

    /// Returns a PHC string without an output.
    pub(super) fn to_phc(&self) -> Result<String, password_hash::Error> {
        to_phc(&self.params, self.salt, None)
    }
}

/// Makes a salt of 16 bytes (RFC 9106 section 3.1).
pub(super) fn salt(random: &Random) -> Result<Salt, HasherError> {
    Salt::new(&random.bytes::<16>()).map_err(|error| HasherError::Phc(error.into()))
}

fn to_phc(
    params: &Params,
    salt: Salt,
    output: Option<Output>,
) -> Result<String, password_hash::Error> {
    let hash = PasswordHash {
        algorithm: Ident::new("argon2id")?,
        version: Some(Version::V0x13.into()),
        params: params.try_into()?,
        salt: Some(salt),
        hash: output,
    };
    Ok(hash.to_string())
}

fn is_bcrypt(stored: &str) -> bool {
    ["$2a$", "$2b$", "$2x$", "$2y$"]
        .iter()
        .any(|prefix| stored.starts_with(prefix))
}
