//! A key pair for access tokens, with which other services verify them without `SECRET_KEY`.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use secrecy::SecretString;

/// RFC 7518 section 3.3. Generated keys have 3072 bits: NIST SP 800-57 part 1 requires 128 bits of security from 2031 on.
const MIN_RSA_BITS: usize = 2048;

/// An algorithm for signing access tokens, beside that of `SECRET_KEY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// Ed25519: short and fast.
    EdDsa,
    /// P-256: supported by every JWT library.
    Es256,
    /// RSA with 3072 bits: for verifiers that support nothing newer.
    Rs256,
}

impl SigningAlgorithm {
    /// All algorithms, in the order in which a key is tried.
    const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    fn of_jwt(self) -> Algorithm {
        match self {
            Self::EdDsa => Algorithm::EdDSA,
            Self::Es256 => Algorithm::ES256,
            Self::Rs256 => Algorithm::RS256,
        }
    }

    fn requirement(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA needs Ed25519 in PKCS#8 version 1, as OpenSSL writes it",
            Self::Es256 => "ES256 needs the curve P-256",
            Self::Rs256 => "RS256 needs 2048 bits or more",
        }
    }

    fn private(self, pem: &[u8]) -> Option<EncodingKey> {
        let key = match self {
            Self::EdDsa => EncodingKey::from_ed_pem(pem),
            Self::Es256 => EncodingKey::from_ec_pem(pem),
            Self::Rs256 => EncodingKey::from_rsa_pem(pem),
        };
        key.ok()
    }

    fn public(self, pem: &[u8]) -> Option<DecodingKey> {
        let key = match self {
            Self::EdDsa => DecodingKey::from_ed_pem(pem),
            Self::Es256 => DecodingKey::from_ec_pem(pem),
            Self::Rs256 => DecodingKey::from_rsa_pem(pem),
        };
        key.ok()
    }
}

/// A key of `SIGNING_KEY_FILE`.
#[derive(Clone, Debug)]
pub struct SigningKey {
    pub(in crate::service) kid: String,
    pub(in crate::service) algorithm: Algorithm,
    /// `None` for a public key, which can only verify.
    pub(in crate::service) private: Option<EncodingKey>,
    /// The public key.
    pub(in crate::service) jwk: Jwk,
}

/// The reason why a key cannot be used, or generated. It does not repeat the key.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    #[error("is not one key in PEM")]
    NotOneKey,
    #[error("is in SEC1; convert it: openssl pkcs8 -topk8 -nocrypt")]
    Sec1,
    #[error("is encrypted")]
    Encrypted,
    #[error("is no key, but a {0}")]
    NotAKey(String),
    #[error("is neither Ed25519, P-256 nor RSA")]
    UnknownAlgorithm,
    #[error("cannot be used: {}", .0.requirement())]
    Unsuitable(SigningAlgorithm),
    #[error("has no thumbprint: {0}")]
    NoThumbprint(#[source] jsonwebtoken::errors::Error),
    #[error("no key could be made")]
    NotGenerated,
}

impl SigningKey {
    /// Parses a private key (PKCS#8; RSA also PKCS#1), or a public one (SPKI).
    pub fn from_pem(text: &str) -> Result<Self, SigningKeyError> {
        let parts = pem::parse_many(text).unwrap_or_default();
        let [part] = parts.as_slice() else {
            return Err(SigningKeyError::NotOneKey);
        };
        let is_private = match part.tag() {
            "PRIVATE KEY" | "RSA PRIVATE KEY" => true,
            "PUBLIC KEY" | "RSA PUBLIC KEY" => false,
            "EC PRIVATE KEY" => return Err(SigningKeyError::Sec1),
            "ENCRYPTED PRIVATE KEY" => return Err(SigningKeyError::Encrypted),
            tag => return Err(SigningKeyError::NotAKey(tag.to_owned())),
        };
        let parse = |algorithm| Self::parse_as(algorithm, text, is_private);
        let mut keys = SigningAlgorithm::ALL.into_iter().filter_map(parse);
        keys.next().ok_or(SigningKeyError::UnknownAlgorithm)?
    }

    /// Parses a key of one algorithm; `None` if it is a key of another.
    fn parse_as(
        algorithm: SigningAlgorithm,
        text: &str,
        is_private: bool,
    ) -> Option<Result<Self, SigningKeyError>> {
        let jwt = algorithm.of_jwt();
        let (private, jwk) = if is_private {
            let private = algorithm.private(text.as_bytes())?;
            let jwk = Jwk::from_encoding_key(&private, jwt);
            (Some(private), jwk)
        } else {
            let public = algorithm.public(text.as_bytes())?;
            (None, Jwk::from_decoding_key(&public, Some(jwt)))
        };
        Some(match jwk {
            Ok(jwk) => Self::new(algorithm, private, jwk),
            Err(_) => Err(SigningKeyError::Unsuitable(algorithm)),
        })
    }

    fn new(
        algorithm: SigningAlgorithm,
        private: Option<EncodingKey>,
        mut jwk: Jwk,
    ) -> Result<Self, SigningKeyError> {
        if !is_suitable(&jwk) {
            return Err(SigningKeyError::Unsuitable(algorithm));
        }
        // RFC 7638: everybody who has the key computes the same name for it.
        let kid = jwk
            .thumbprint(ThumbprintHash::SHA256)
            .map_err(SigningKeyError::NoThumbprint)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self {
            kid,
            algorithm: algorithm.of_jwt(),
            private,
            jwk,
        })
    }

    /// Generates a private key and returns it in PEM. The cryptographic library takes its randomness from the operating
    /// system.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<SecretString, SigningKeyError> {
        let failed = |_| SigningKeyError::NotGenerated;
        let pkcs8 = match algorithm {
            SigningAlgorithm::EdDsa => {
                let key = Ed25519KeyPair::generate().map_err(failed)?;
                key.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
            SigningAlgorithm::Es256 => {
                let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
                let key = key.map_err(failed)?;
                key.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
            SigningAlgorithm::Rs256 => {
                let key = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa3072).map_err(failed)?;
                key.as_der().map_err(failed)?.as_ref().to_vec()
            }
        };
        Ok(pem::encode(&pem::Pem::new("PRIVATE KEY", pkcs8)).into())
    }

    /// Returns the name by which tokens refer to the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns whether the key is a private one.
    #[must_use]
    pub fn can_sign(&self) -> bool {
        self.private.is_some()
    }
}

/// Returns whether a key meets the requirement of its algorithm.
fn is_suitable(jwk: &Jwk) -> bool {
    match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) => {
            let modulus = BASE64_URL_SAFE_NO_PAD.decode(&rsa.n).unwrap_or_default();
            modulus.len() * 8 >= MIN_RSA_BITS
        }
        AlgorithmParameters::EllipticCurve(key) => key.curve == EllipticCurve::P256,
        AlgorithmParameters::OctetKeyPair(key) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    }
}
