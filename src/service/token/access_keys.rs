//! The keys of access tokens: one signs, all verify, and a token names its key by `kid`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::errors::Error;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, TokenData, Validation};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::secrets::{SecretKey, SecretKeys};
use super::signing_key::SigningKey;
use crate::service::error::AuthError;

/// The length of an HS256 key's name, in bytes. It only distinguishes a few keys.
const KID_BYTES: usize = 12;

/// Every key that may have signed an access token.
#[derive(Clone)]
pub struct AccessKeys {
    signing: EncodingKey,
    verifying: Vec<VerifyingKey>,
    jwks: String,
}

#[derive(Clone)]
struct VerifyingKey {
    kid: String,
    /// The only algorithm that the key is used with. A token cannot choose another (RFC 8725 section 3.1).
    algorithm: Algorithm,
    key: DecodingKey,
}

/// A key as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyListing {
    pub kid: String,
    /// The name of the algorithm in a token's `alg`.
    pub algorithm: String,
    /// Whether the key signs new tokens. Every key verifies tokens.
    pub signs: bool,
}

/// The reason why keys cannot be used for access tokens.
#[derive(Debug, thiserror::Error)]
pub enum AccessKeysError {
    #[error("the first key of SIGNING_KEY_FILE signs, so it must be a private one")]
    PublicKeySigns,
    #[error("the key {kid}: {source}")]
    UnusablePair { kid: String, source: Error },
    #[error(transparent)]
    Secret(#[from] AuthError),
    #[error(transparent)]
    Jwks(#[from] serde_json::Error),
}

impl AccessKeys {
    /// Collects the keys. The first of the key pairs signs if `pairs_sign`; otherwise `SECRET_KEY` signs, and the pairs are
    /// only published. Tokens that `SECRET_KEY` signed stay valid until they expire when a key pair takes over.
    pub fn new(
        secrets: &SecretKeys,
        pairs: Vec<SigningKey>,
        pairs_sign: bool,
    ) -> Result<Self, AccessKeysError> {
        let jwks = JwkSet {
            keys: pairs.iter().map(|pair| pair.jwk.clone()).collect(),
        };
        let jwks = serde_json::to_string(&jwks)?;
        let first = pairs.first().filter(|_| pairs_sign);
        let signing = match first {
            None => EncodingKey::from_secret(secrets.key_set().newest().as_bytes()),
            Some(pair) => pair
                .private
                .clone()
                .ok_or(AccessKeysError::PublicKeySigns)?,
        };
        let mut verifying = Vec::new();
        for pair in pairs {
            verifying.push(VerifyingKey::of_pair(pair)?);
        }
        // The key that signs comes first.
        let at = if pairs_sign { verifying.len() } else { 0 };
        let secrets = secrets.key_set().iter().map(VerifyingKey::of_secret);
        let secrets: Result<Vec<_>, _> = secrets.collect();
        verifying.splice(at..at, secrets?);
        Ok(Self {
            signing,
            verifying,
            jwks,
        })
    }

    /// Returns the public keys of the key pairs as a JSON Web Key Set (RFC 7517 section 5). A secret has none.
    #[must_use]
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// Returns the algorithms of the key pairs.
    #[must_use]
    pub fn published_algorithms(&self) -> Vec<String> {
        let keys = self.verifying.iter();
        let published = keys.filter(|key| key.algorithm != Algorithm::HS256);
        let mut algorithms: Vec<_> = published
            .map(|key| format!("{:?}", key.algorithm))
            .collect();
        algorithms.sort_unstable();
        algorithms.dedup();
        algorithms
    }

    /// Lists the keys, beginning with the one that signs.
    #[must_use]
    pub fn list(&self) -> Vec<KeyListing> {
        let listing = |(place, key): (usize, &VerifyingKey)| KeyListing {
            kid: key.kid.clone(),
            algorithm: format!("{:?}", key.algorithm),
            signs: place == 0,
        };
        self.verifying.iter().enumerate().map(listing).collect()
    }

    pub(in crate::service) fn sign(
        &self,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, AuthError> {
        let missing = || AuthError::Unexpected("there is no key to sign with".to_owned());
        let own = self.verifying.first().ok_or_else(missing)?;
        let header = jsonwebtoken::Header {
            typ: Some(typ.to_owned()),
            kid: Some(own.kid.clone()),
            ..jsonwebtoken::Header::new(own.algorithm)
        };
        jsonwebtoken::encode(&header, claims, &self.signing)
            .map_err(|error| AuthError::Unexpected(format!("an access token: {error}")))
    }

    /// Returns the token's parts if one of these keys signed it and it passes `validation`. The key determines the
    /// algorithm. A token without a `kid` was issued before tokens had one.
    pub(in crate::service) fn verify<T: DeserializeOwned>(
        &self,
        token: &str,
        validation: &Validation,
    ) -> Option<TokenData<T>> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid;
        let named = |key: &&VerifyingKey| kid.as_ref().is_none_or(|kid| *kid == key.kid);
        let mut fitting = self.verifying.iter().filter(named);
        fitting.find_map(|key| key.verify(token, validation).ok())
    }
}

impl VerifyingKey {
    fn of_pair(pair: SigningKey) -> Result<Self, AccessKeysError> {
        let key = DecodingKey::from_jwk(&pair.jwk);
        let SigningKey { kid, algorithm, .. } = pair;
        match key {
            Ok(key) => Ok(Self {
                kid,
                algorithm,
                key,
            }),
            Err(source) => Err(AccessKeysError::UnusablePair { kid, source }),
        }
    }

    fn of_secret(secret: &SecretKey) -> Result<Self, AuthError> {
        let name = secret.derive("latchkey key id v1")?;
        Ok(Self {
            kid: BASE64_URL_SAFE_NO_PAD.encode(&name.expose_secret()[..KID_BYTES]),
            algorithm: Algorithm::HS256,
            key: DecodingKey::from_secret(secret.as_bytes()),
        })
    }

    fn verify<T: DeserializeOwned>(
        &self,
        token: &str,
        validation: &Validation,
    ) -> Result<TokenData<T>, Error> {
        let mut validation = validation.clone();
        validation.algorithms = vec![self.algorithm];
        jsonwebtoken::decode(token, &self.key, &validation)
    }
}
