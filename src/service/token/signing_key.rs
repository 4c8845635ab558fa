//! A key pair for access tokens, so that other services can verify them without our secret.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

/// RFC 7518 section 3.3. Our own have 3072: NIST SP 800-57 part 1 wants 128 bits of security from 2031 on.
const MIN_RSA_BITS: usize = 2048;

/// An algorithm that an access token can be signed with, beside that of `SECRET_KEY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// Ed25519: short and fast
    EdDsa,
    /// P-256: what every JWT library knows
    Es256,
    /// RSA of 3072 bits: for verifiers that know nothing newer
    Rs256,
}

impl SigningAlgorithm {
    /// All, in the order in which a key is tried as one of each.
    const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    fn of_jwt(self) -> Algorithm {
        match self {
            Self::EdDsa => Algorithm::EdDSA,
            Self::Es256 => Algorithm::ES256,
            Self::Rs256 => Algorithm::RS256,
        }
    }

    fn need(self) -> &'static str {
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

/// A key of `SIGNING_KEY_FILE`. Prints nothing that is secret.
#[derive(Clone, Debug)]
pub struct SigningKey {
    pub(in crate::service) kid: String,
    pub(in crate::service) algorithm: Algorithm,
    /// `None` of a public key, which can only verify.
    pub(in crate::service) private: Option<EncodingKey>,
    /// The public half.
    pub(in crate::service) jwk: Jwk,
}

impl SigningKey {
    /// Reads a private key (PKCS#8; RSA also PKCS#1), or a public one (SPKI).
    ///
    /// # Errors
    /// Says what is wrong with it, without repeating it.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        let parts = pem::parse_many(text).unwrap_or_default();
        let [part] = parts.as_slice() else {
            return Err("is not one key in PEM".to_owned());
        };
        let is_private = match part.tag() {
            "PRIVATE KEY" | "RSA PRIVATE KEY" => true,
            "PUBLIC KEY" | "RSA PUBLIC KEY" => false,
            "EC PRIVATE KEY" => {
                return Err("is in SEC1; convert it: openssl pkcs8 -topk8 -nocrypt".to_owned());
            }
            "ENCRYPTED PRIVATE KEY" => return Err("is encrypted".to_owned()),
            tag => return Err(format!("is no key, but a {tag}")),
        };
        let read = |algorithm| Self::read(text, is_private, algorithm);
        let mut found = SigningAlgorithm::ALL.into_iter().filter_map(read);
        found.next().ok_or("is neither Ed25519, P-256 nor RSA")?
    }

    /// `None` if it is not for this algorithm.
    fn read(
        text: &str,
        is_private: bool,
        algorithm: SigningAlgorithm,
    ) -> Option<Result<Self, String>> {
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
            Err(_) => Err(format!("cannot be used: {}", algorithm.need())),
        })
    }

    fn new(
        algorithm: SigningAlgorithm,
        private: Option<EncodingKey>,
        mut jwk: Jwk,
    ) -> Result<Self, String> {
        if !fits(&jwk) {
            return Err(format!("cannot be used: {}", algorithm.need()));
        }
        // RFC 7638: anybody who has the key finds the same name for it.
        let kid = jwk
            .thumbprint(ThumbprintHash::SHA256)
            .map_err(|error| format!("has no thumbprint: {error}"))?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self {
            kid,
            algorithm: algorithm.of_jwt(),
            private,
            jwk,
        })
    }

    /// Makes a new private key, in PEM. Its randomness is the operating system's, by way of the library that
    /// knows what a key of each kind needs.
    ///
    /// # Errors
    /// When the library cannot make one.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<String, String> {
        let failed = |_| "no key could be made".to_owned();
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
        Ok(pem::encode(&pem::Pem::new("PRIVATE KEY", pkcs8)))
    }

    /// Returns the name that tokens give it.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns whether it can do more than verify.
    #[must_use]
    pub fn can_sign(&self) -> bool {
        self.private.is_some()
    }
}

/// Returns whether a key is of the kind that its algorithm needs.
fn fits(jwk: &Jwk) -> bool {
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
