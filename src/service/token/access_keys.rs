//! The keys of access tokens: one signs, all verify, and a token says by `kid` which one it is.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::errors::Error;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, TokenData, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::secrets::{SecretKey, SecretKeys};
use super::signing_key::SigningKey;
use crate::service::error::AuthError;

/// Bytes of an HS256 key's name. It only tells a few keys apart.
const KID_BYTES: usize = 12;

/// Every key that may have signed an access token. Cheap enough to clone.
#[derive(Clone)]
pub struct AccessKeys {
    signing: EncodingKey,
    verifying: Vec<VerifyingKey>,
    jwks: String,
}

#[derive(Clone)]
struct VerifyingKey {
    kid: String,
    /// A key is for one algorithm, which no token can choose (RFC 8725 section 3.1).
    algorithm: Algorithm,
    key: DecodingKey,
}

/// A key as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyListing {
    pub kid: String,
    /// As in a token's `alg`.
    pub algorithm: String,
    /// Whether new tokens are signed with it; all are verified with.
    pub signs: bool,
}

impl AccessKeys {
    /// The first of the key pairs signs if `pairs_sign`; else `SECRET_KEY` does, and the pairs are made
    /// known. Tokens that it signed stay good for their half hour when a key pair takes over.
    ///
    /// # Errors
    /// Says which key cannot be used.
    pub fn new(
        secrets: &SecretKeys,
        pairs: Vec<SigningKey>,
        pairs_sign: bool,
    ) -> Result<Self, String> {
        let jwks = JwkSet {
            keys: pairs.iter().map(|pair| pair.jwk.clone()).collect(),
        };
        let jwks = serde_json::to_string(&jwks).map_err(|error| error.to_string())?;
        let first = pairs.first().filter(|_| pairs_sign);
        let signing = match first {
            None => EncodingKey::from_secret(secrets.key_set().newest().as_bytes()),
            Some(pair) => pair
                .private
                .clone()
                .ok_or("the first key of SIGNING_KEY_FILE signs, so it must be a private one")?,
        };
        let mut verifying = Vec::new();
        for pair in pairs {
            let key = DecodingKey::from_jwk(&pair.jwk)
                .map_err(|error| format!("the key {}: {error}", pair.kid))?;
            verifying.push(VerifyingKey {
                kid: pair.kid,
                algorithm: pair.algorithm,
                key,
            });
        }
        // The first is the one that signs.
        let at = if pairs_sign { verifying.len() } else { 0 };
        let secrets = secrets.key_set().iter().map(VerifyingKey::of_secret);
        let secrets: Result<Vec<_>, _> = secrets.collect();
        verifying.splice(at..at, secrets.map_err(|error| error.to_string())?);
        Ok(Self {
            signing,
            verifying,
            jwks,
        })
    }

    /// Returns the key pairs' public halves (RFC 7517 section 5), as JSON. Of a secret there is none.
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

    /// Lists the keys, the one that signs first.
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

    /// Returns the token's parts if one of our keys signed it and it is as `validation` asks; the algorithm is
    /// the key's. A token without a `kid` was made before tokens had one.
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
    fn of_secret(secret: &SecretKey) -> Result<Self, AuthError> {
        let name = secret.derive("latchkey key id v1")?;
        Ok(Self {
            kid: BASE64_URL_SAFE_NO_PAD.encode(&name[..KID_BYTES]),
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
