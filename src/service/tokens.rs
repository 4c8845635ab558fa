//! Access tokens (JWT) and refresh tokens (a counter under a MAC).

use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AuthError, SecretKey};
use crate::clock::Clock;
use crate::domain::{RefreshClaims, Session};
use crate::random::Random;

/// RFC 9068 section 2.1: so that no other JWT of the same key passes for an access token.
const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// What tokens say about the service, and how long an access token lives.
#[derive(Clone, Debug)]
pub struct TokenOptions {
    pub issuer: String,
    pub audience: String,
    pub access_ttl: TimeDelta,
}

/// Makes and checks tokens, without I/O. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    options: TokenOptions,
    clock: Clock,
    random: Random,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
    refresh: hmac::Key,
}

/// The claims of an access token (RFC 9068 section 2.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessClaims {
    pub iss: String,
    pub aud: String,
    /// The user's id.
    pub sub: Uuid,
    /// The session's id.
    pub sid: Uuid,
    pub username: String,
    /// The session's generation when the token was made.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// Seconds since the Unix epoch, as `exp`.
    pub iat: i64,
    pub exp: i64,
    pub jti: Uuid,
}

/// What a client gets at login and at each refresh. Prints nothing.
pub struct TokenPair {
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
    pub refresh_token: String,
    /// When the session ends unless it is refreshed before.
    pub refresh_expires_at: DateTime<Utc>,
}

impl Tokens {
    /// # Errors
    /// When a key cannot be derived.
    pub fn new(
        secret: &SecretKey,
        options: TokenOptions,
        clock: Clock,
        random: Random,
    ) -> Result<Self, AuthError> {
        // The algorithm is pinned (RFC 8725 section 3.1): a token cannot choose its own.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[&options.audience]);
        validation.set_issuer(&[&options.issuer]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Judged below, by our own clock and without leeway: it is our own clock that set it.
        validation.validate_exp = false;
        let refresh = secret.derive("latchkey refresh token v1")?;
        Ok(Self {
            signing: EncodingKey::from_secret(secret.as_bytes()),
            verifying: DecodingKey::from_secret(secret.as_bytes()),
            refresh: hmac::Key::new(hmac::HMAC_SHA256, &refresh),
            options,
            clock,
            random,
            validation,
        })
    }

    /// Both tokens for the newest generation of a session.
    ///
    /// # Errors
    /// `Unexpected` when signing fails.
    pub fn issue(&self, session: &Session, username: &str) -> Result<TokenPair, AuthError> {
        let now = self.clock.now();
        let claims = AccessClaims {
            iss: self.options.issuer.clone(),
            aud: self.options.audience.clone(),
            sub: session.user_id,
            sid: session.id,
            username: username.to_owned(),
            generation: session.generation,
            iat: now.timestamp(),
            exp: (now + self.options.access_ttl).timestamp(),
            jti: self.random.id(now),
        };
        Ok(TokenPair {
            access_token: self.sign(&claims)?,
            expires_in: self.options.access_ttl.num_seconds(),
            refresh_token: self.refresh_token(RefreshClaims {
                session_id: session.id,
                generation: session.generation,
            }),
            refresh_expires_at: session.expires_at,
        })
    }

    fn sign(&self, claims: &AccessClaims) -> Result<String, AuthError> {
        let header = Header {
            typ: Some(ACCESS_TOKEN_TYPE.to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        jsonwebtoken::encode(&header, claims, &self.signing)
            .map_err(|error| AuthError::Unexpected(format!("an access token: {error}")))
    }

    /// Checks an access token's signature and claims. Says nothing about its session.
    ///
    /// # Errors
    /// `TokenExpired` for one of ours past its time, `Unauthenticated` for anything else.
    pub fn verify_access(&self, token: &str) -> Result<AccessClaims, AuthError> {
        let data = jsonwebtoken::decode::<AccessClaims>(token, &self.verifying, &self.validation)
            .map_err(|_| AuthError::Unauthenticated)?;
        let is_access = |typ: &str| typ.eq_ignore_ascii_case(ACCESS_TOKEN_TYPE);
        if !data.header.typ.as_deref().is_some_and(is_access) {
            return Err(AuthError::Unauthenticated);
        }
        if data.claims.exp <= self.clock.now().timestamp() {
            return Err(AuthError::TokenExpired);
        }
        Ok(data.claims)
    }

    /// The refresh token that says this. The same claims always give the same token, which is what
    /// lets a lost answer be given again.
    #[must_use]
    pub fn refresh_token(&self, claims: RefreshClaims) -> String {
        claims.seal(hmac::sign(&self.refresh, &claims.to_bytes()).as_ref())
    }

    /// Checks a refresh token's MAC. Says nothing about its session.
    ///
    /// # Errors
    /// `RefreshTokenInvalid` when it is not one of ours.
    pub fn verify_refresh(&self, token: &str) -> Result<RefreshClaims, AuthError> {
        let (claims, mac) = RefreshClaims::open(token).ok_or(AuthError::RefreshTokenInvalid)?;
        hmac::verify(&self.refresh, &claims.to_bytes(), &mac)
            .map_err(|_| AuthError::RefreshTokenInvalid)?;
        Ok(claims)
    }
}
