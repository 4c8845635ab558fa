//! The public keys of credentials, in COSE form (RFC 9052), and the signatures of their authenticators.

use std::ops::RangeInclusive;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
};
use ciborium::Value;

use super::cbor::{entry, read_map};

/// The algorithms that registrations offer, the preferred one first: ES256, which every authenticator has, EdDSA, and RS256 for
/// older ones of Windows.
pub const OFFERED_ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

// The numbers of algorithms, key types and parameters in IANA's COSE registries.
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;
const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P_256: i64 = 1;
const ED_25519: i64 = 6;

/// The lengths of RSA moduli that are accepted: 2048 to 8192 bits.
const MODULUS_BYTES: RangeInclusive<usize> = 256..=1024;

/// A public key of an algorithm that was offered.
#[derive(Clone, Debug)]
pub struct CoseKey {
    /// The COSE form, as the authenticator made it.
    bytes: Vec<u8>,
    algorithm: i64,
    key: ParsedPublicKey,
}

impl PartialEq for CoseKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl CoseKey {
    /// Parses a key; `None` for one of another algorithm, and for one that no signature fits, such as a point that is not on
    /// its curve.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (entries, rest) = read_map(bytes)?;
        if !rest.is_empty() {
            return None;
        }
        let number = |name: i64| entry(&entries, &name.into())?.as_integer()?.try_into().ok();
        let value = |name: i64| entry(&entries, &name.into()).and_then(Value::as_bytes);
        let coordinate = |name: i64| <[u8; 32]>::try_from(value(name)?.as_slice()).ok();
        let curve = || number(-1);
        let algorithm = number(ALGORITHM)?;
        let key = match (number(KEY_TYPE)?, algorithm) {
            (EC2, ES256) if curve() == Some(P_256) => {
                const UNCOMPRESSED: &[u8] = &[4];
                let point = [UNCOMPRESSED, &coordinate(-2)?, &coordinate(-3)?].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
            }
            (OKP, EDDSA) if curve() == Some(ED_25519) => {
                ParsedPublicKey::new(&ED25519, coordinate(-2)?)
            }
            (RSA, RS256) => {
                let modulus = value(-1)?;
                if !MODULUS_BYTES.contains(&modulus.len()) {
                    return None;
                }
                let components = PublicKeyComponents {
                    n: modulus,
                    e: value(-2)?,
                };
                components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            }
            _ => return None,
        };
        Some(Self {
            bytes: bytes.to_vec(),
            algorithm,
            key: key.ok()?,
        })
    }

    /// Returns the COSE form, as the authenticator made it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the number of the algorithm.
    #[must_use]
    pub fn algorithm(&self) -> i64 {
        self.algorithm
    }

    /// Returns whether the signature of a message is right.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}
