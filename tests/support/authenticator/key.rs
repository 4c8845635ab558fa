//! The keys of the software authenticator, which come from a seed, and their COSE form (RFC 9052).

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, PrivateKey};
use aws_lc_rs::digest::{SHA256, SHA384, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
};
use ciborium::Value;

/// An algorithm, by its name in IANA's COSE registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Es256,
    EdDsa,
    Rs256,
    /// One that services seldom offer.
    Es384,
}

/// A key pair. The signatures of ECDSA differ each time, all others are the same for the same message.
pub enum SoftwareKey {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    /// The key of `tests/keys/rsa2048.pem` for every seed, because a new one takes long to make.
    Rs256(rsa::KeyPair),
    Es384(EcdsaKeyPair),
}

impl Algorithm {
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Es384];

    /// Returns its number in IANA's registry.
    pub fn number(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
            Self::Es384 => -35,
        }
    }

    /// Returns the key that belongs to a seed.
    pub fn key(self, seed: &[u8]) -> SoftwareKey {
        match self {
            Self::Es256 => {
                let private = digest(&SHA256, seed);
                let signing = &ECDSA_P256_SHA256_ASN1_SIGNING;
                SoftwareKey::Es256(ecdsa_pair(signing, &ECDH_P256, private.as_ref()))
            }
            Self::Es384 => {
                let private = digest(&SHA384, seed);
                let signing = &ECDSA_P384_SHA384_ASN1_SIGNING;
                SoftwareKey::Es384(ecdsa_pair(signing, &ECDH_P384, private.as_ref()))
            }
            Self::EdDsa => {
                let private = digest(&SHA256, seed);
                let pair = Ed25519KeyPair::from_seed_unchecked(private.as_ref());
                SoftwareKey::EdDsa(pair.unwrap())
            }
            Self::Rs256 => {
                let file = pem::parse(include_str!("../../keys/rsa2048.pem")).unwrap();
                let pair = rsa::KeyPair::from_pkcs8(file.contents());
                SoftwareKey::Rs256(pair.unwrap())
            }
        }
    }
}

impl SoftwareKey {
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::EdDsa(_) => Algorithm::EdDsa,
            Self::Rs256(_) => Algorithm::Rs256,
            Self::Es384(_) => Algorithm::Es384,
        }
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) | Self::Es384(pair) => {
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// Returns the public key in DER, as browsers show it to pages.
    pub fn der(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = match self {
            Self::Es256(pair) | Self::Es384(pair) => pair.public_key().as_der().unwrap(),
            Self::EdDsa(pair) => pair.public_key().as_der().unwrap(),
            Self::Rs256(pair) => pair.public_key().as_der().unwrap(),
        };
        der.as_ref().to_vec()
    }

    /// Returns the entries of the public key in COSE form, in the order that authenticators must keep.
    pub fn entries(&self) -> Vec<(i64, Value)> {
        let algorithm = (3, self.algorithm().number().into());
        match self {
            Self::Es256(pair) | Self::Es384(pair) => {
                let curve = match self {
                    Self::Es256(_) => 1,
                    _ => 2,
                };
                let [x, y] = coordinates(pair);
                vec![
                    (1, 2.into()),
                    algorithm,
                    (-1, curve.into()),
                    (-2, x),
                    (-3, y),
                ]
            }
            Self::EdDsa(pair) => {
                let public = Value::Bytes(pair.public_key().as_ref().to_vec());
                vec![(1, 1.into()), algorithm, (-1, 6.into()), (-2, public)]
            }
            Self::Rs256(pair) => {
                // The two numbers of PKCS#1, each behind its type and length. A leading zero makes the first positive.
                let der = pair.public_key().as_ref();
                let modulus = Value::Bytes(der[9..265].to_vec());
                let exponent = Value::Bytes(der[267..].to_vec());
                vec![(1, 3.into()), algorithm, (-1, modulus), (-2, exponent)]
            }
        }
    }

    /// Returns the public key in COSE form.
    pub fn cose(&self) -> Vec<u8> {
        map(self.entries())
    }
}

/// Returns the key pair of a private number.
fn ecdsa_pair(
    signing: &'static EcdsaSigningAlgorithm,
    curve: &'static agreement::Algorithm,
    private: &[u8],
) -> EcdsaKeyPair {
    let number = PrivateKey::from_private_key(curve, private).unwrap();
    let public = number.compute_public_key().unwrap();
    EcdsaKeyPair::from_private_key_and_public_key(signing, private, public.as_ref()).unwrap()
}

/// Returns the coordinates of the public point.
fn coordinates(pair: &EcdsaKeyPair) -> [Value; 2] {
    let point = &pair.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    [x, y].map(|number| Value::Bytes(number.to_vec()))
}

/// Returns a map in CBOR.
pub fn map<K: Into<Value>, V: Into<Value>>(entries: impl IntoIterator<Item = (K, V)>) -> Vec<u8> {
    let entries = entries
        .into_iter()
        .map(|(key, value)| (key.into(), value.into()));
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(entries.collect()), &mut bytes).unwrap();
    bytes
}
