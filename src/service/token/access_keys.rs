//! The keys of access tokens: one signs, all verify, and a token names its key by `kid`.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::errors::Error;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, crypto, decode_header};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::secrets::{SecretKey, SecretKeys};
use super::signing_key::SigningKey;
use crate::service::error::AuthError;

/// RFC 9068 section 2.1. It prevents that another JWT of the same key passes for an access token.
const TYPE: &str = "at+jwt";

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
    /// The header of the tokens that the key signs, as it stands in them.
    header: String,
    verifier: Verifier,
}

#[derive(Clone)]
enum Verifier {
    /// A secret, for HS256.
    Secret(Box<hmac::Key>),
    PublicKey(DecodingKey),
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
    Json(#[from] serde_json::Error),
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
        let secrets = secrets.collect::<Result<Vec<_>, _>>()?;
        verifying.splice(at..at, secrets);
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

    /// Signs an access token.
    pub(in crate::service) fn sign(&self, claims: &impl Serialize) -> Result<String, AuthError> {
        let missing = || AuthError::Unexpected("there is no key to sign with".to_owned());
        let own = self.verifying.first().ok_or_else(missing)?;
        let header = jose_header(&own.kid, own.algorithm);
        jsonwebtoken::encode(&header, claims, &self.signing)
            .map_err(|error| AuthError::Unexpected(format!("an access token: {error}")))
    }

    /// Returns the claims of an access token that one of these keys signed. The key determines the algorithm. A token
    /// without a `kid` was issued before tokens had one.
    pub(in crate::service) fn verify<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let has_own_header = self.verifying.iter().any(|key| key.header == header);
        let other_header = if has_own_header {
            None
        } else {
            Some(decode_header(token).ok()?)
        };
        let fits = |key: &&VerifyingKey| match &other_header {
            None => key.header == header,
            Some(other) => key.fits(other),
        };
        let mut fitting = self.verifying.iter().filter(fits);
        fitting.find(|key| key.has_signed(message, signature))?;
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
        serde_json::from_slice(&claims).ok()
    }
}

/// Returns the header of the access tokens that a key signs.
fn jose_header(kid: &str, algorithm: Algorithm) -> Header {
    Header {
        typ: Some(TYPE.to_owned()),
        kid: Some(kid.to_owned()),
        ..Header::new(algorithm)
    }
}

impl VerifyingKey {
    fn new(kid: String, algorithm: Algorithm, verifier: Verifier) -> Result<Self, AccessKeysError> {
        let header = serde_json::to_vec(&jose_header(&kid, algorithm))?;
        Ok(Self {
            kid,
            algorithm,
            header: BASE64_URL_SAFE_NO_PAD.encode(header),
            verifier,
        })
    }

    fn of_pair(pair: SigningKey) -> Result<Self, AccessKeysError> {
        let key = DecodingKey::from_jwk(&pair.jwk);
        let SigningKey { kid, algorithm, .. } = pair;
        match key {
            Ok(key) => Self::new(kid, algorithm, Verifier::PublicKey(key)),
            Err(source) => Err(AccessKeysError::UnusablePair { kid, source }),
        }
    }

    fn of_secret(secret: &SecretKey) -> Result<Self, AccessKeysError> {
        let name = secret.derive("latchkey key id v1")?;
        let kid = BASE64_URL_SAFE_NO_PAD.encode(&name.expose_secret()[..KID_BYTES]);
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        Self::new(kid, Algorithm::HS256, Verifier::Secret(Box::new(key)))
    }

    /// Returns whether a token with this header is an access token that the key may have signed. A token with critical
    /// extensions, of which none is supported, is invalid (RFC 7515 section 4.1.11).
    fn fits(&self, header: &Header) -> bool {
        let typ = header.typ.as_deref().unwrap_or_default();
        let kid = header.kid.as_deref().unwrap_or(&self.kid);
        typ.eq_ignore_ascii_case(TYPE)
            && kid == self.kid
            && header.alg == self.algorithm
            && header.crit.is_none()
    }

    fn has_signed(&self, message: &str, signature: &str) -> bool {
        let message = message.as_bytes();
        match &self.verifier {
            Verifier::Secret(key) => BASE64_URL_SAFE_NO_PAD
                .decode(signature)
                .is_ok_and(|mac| hmac::verify(key, message, &mac).is_ok()),
            Verifier::PublicKey(key) => {
                crypto::verify(signature, message, key, self.algorithm).unwrap_or(false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hmac;
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::{AccessKeys, SigningKey};
    use crate::service::token::{SecretKey, SecretKeys};

    const SECRET: &str = "a-test-secret-of-at-least-32-bytes!!";

    fn keys(pairs: Vec<SigningKey>) -> AccessKeys {
        let secrets = SecretKeys::new(SecretKey::new(SECRET).unwrap(), None);
        let pairs_sign = !pairs.is_empty();
        AccessKeys::new(&secrets, pairs, pairs_sign).unwrap()
    }

    /// Makes a token with another header that `SECRET` signs.
    fn with_header(header: &str) -> String {
        let encode = |part: &str| BASE64_URL_SAFE_NO_PAD.encode(part);
        let message = format!("{}.{}", encode(header), encode(r#"{"sub":"ada"}"#));
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// A token with another header would be verified, too, but more slowly.
    #[test]
    fn a_token_has_the_header_that_its_key_compares() {
        for pem in [
            None,
            Some(include_str!("../../../tests/keys/ed25519.pem")),
            Some(include_str!("../../../tests/keys/p256.pem")),
            Some(include_str!("../../../tests/keys/rsa2048.pem")),
        ] {
            let pair = pem.map(|pem| SigningKey::from_pem(pem).unwrap());
            let keys = keys(pair.into_iter().collect());
            let token = keys.sign(&json!({ "sub": "ada" })).unwrap();
            let (header, _) = token.split_once('.').unwrap();
            assert_eq!(header, keys.verifying[0].header, "{:?}", keys.list());
        }
    }

    /// Other versions may write the header in another way.
    #[test]
    fn a_genuine_token_verifies_however_its_header_is_written() {
        let keys = keys(Vec::new());
        let kid = &keys.list()[0].kid;
        for (header, is_valid) in [
            (
                format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{kid}"}}"#),
                true,
            ),
            (
                format!(r#"{{"kid":"{kid}","alg":"HS256","typ":"at+jwt"}}"#),
                true,
            ),
            (
                format!(r#"{{ "alg": "HS256", "typ": "AT+JWT", "kid": "{kid}" }}"#),
                true,
            ),
            (r#"{"typ":"at+jwt","alg":"HS256"}"#.to_owned(), true),
            (format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#), false),
            (
                format!(r#"{{"typ":"JWT","alg":"HS256","kid":"{kid}"}}"#),
                false,
            ),
            (
                format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{kid}","crit":["exp"]}}"#),
                false,
            ),
        ] {
            let claims: Option<Value> = keys.verify(&with_header(&header));
            assert_eq!(claims.is_some(), is_valid, "{header}");
        }
    }
}
