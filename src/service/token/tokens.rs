//! Access tokens (JWT) and refresh tokens (a counter under a MAC).

use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access_keys::AccessKeys;
use super::key_set::KeySet;
use super::secrets::{DerivedKey, SecretKeys};
use crate::domain::{
    ActiveOrganization, OrganizationId, RefreshClaims, Session, SessionId, UserId, is_generation,
};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::error::AuthError;

/// The time by which the clock of the node that issued a token may be ahead of this one.
const MAX_CLOCK_SKEW: TimeDelta = TimeDelta::minutes(1);

/// The settings of tokens: their issuer and audience, and the lifetime of an access token.
#[derive(Clone, Debug)]
pub struct TokenOptions {
    pub issuer: String,
    pub audience: String,
    pub access_ttl: TimeDelta,
}

/// Issues and verifies tokens, without I/O.
pub struct Tokens {
    options: TokenOptions,
    clock: Clock,
    random: Random,
    keys: AccessKeys,
    refresh: KeySet<hmac::Key>,
}

/// The claims of an access token (RFC 9068 section 2.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessClaims {
    pub iss: String,
    pub aud: String,
    /// The user's id.
    pub sub: UserId,
    /// The session's id.
    pub sid: SessionId,
    pub username: String,
    /// The organization that the user acts for, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<OrganizationClaim>,
    /// The user's role there: a role's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_role: Option<String>,
    /// When the user last proved who they are in this session, in seconds since the Unix epoch (RFC 9068 section 2.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The methods of that (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The session's generation when the token was issued.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// Seconds since the Unix epoch, as `exp`.
    pub iat: i64,
    pub exp: i64,
    /// Latchkey issues none, but respects one that is present (RFC 7519 section 4.1.5).
    #[serde(default, skip_serializing)]
    pub nbf: Option<i64>,
    pub jti: Uuid,
}

/// The organization that an access token is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrganizationClaim {
    pub id: OrganizationId,
    pub slug: String,
}

impl AccessClaims {
    /// Returns when the token was issued, in whole seconds.
    #[must_use]
    pub fn issued_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.iat, 0).unwrap_or_default()
    }

    /// Returns the organization that the token is for, and the user's role there.
    #[must_use]
    pub fn active_organization(&self) -> Option<ActiveOrganization> {
        let (org, role) = (self.org.as_ref()?, self.org_role.as_deref()?);
        Some(ActiveOrganization {
            organization_id: org.id,
            slug: org.slug.clone(),
            role: role.parse().ok()?,
        })
    }
}

/// A token that proves to Latchkey, and to services that trust it, who is calling. It is a plain `String`, because
/// the response that carries it is written at once; it has no `Debug`, so that no log shows it.
pub struct AccessToken {
    pub token: String,
    /// The lifetime in seconds.
    pub expires_in: i64,
}

/// The tokens that a client gets at login and at each refresh.
pub struct TokenPair {
    pub access: AccessToken,
    pub refresh_token: String,
    /// The time at which the session ends unless it is refreshed before.
    pub refresh_expires_at: DateTime<Utc>,
}

impl Tokens {
    pub fn new(
        secrets: &SecretKeys,
        keys: AccessKeys,
        options: TokenOptions,
        clock: Clock,
        random: Random,
    ) -> Result<Self, AuthError> {
        let refresh = secrets.derive("latchkey refresh token v1")?;
        let key = |key: &DerivedKey| {
            Ok::<_, AuthError>(hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()))
        };
        Ok(Self {
            keys,
            refresh: refresh.try_map(key)?,
            options,
            clock,
            random,
        })
    }

    /// Issues both tokens for the newest generation of a session.
    ///
    /// # Errors
    /// `Unexpected` when signing fails.
    pub fn issue(
        &self,
        session: &Session,
        username: &str,
        active_organization: Option<&ActiveOrganization>,
    ) -> Result<TokenPair, AuthError> {
        Ok(TokenPair {
            access: self.access(session, username, active_organization)?,
            refresh_token: self.refresh_token(RefreshClaims {
                session_id: session.id,
                generation: session.generation,
            }),
            refresh_expires_at: session.expires_at,
        })
    }

    /// Issues only an access token, for the newest generation of a session.
    ///
    /// # Errors
    /// `Unexpected` when signing fails.
    pub fn access(
        &self,
        session: &Session,
        username: &str,
        active_organization: Option<&ActiveOrganization>,
    ) -> Result<AccessToken, AuthError> {
        let now = self.clock.now();
        let methods = session.methods.claim(session.second_factor_at.is_some());
        let claims = AccessClaims {
            iss: self.options.issuer.clone(),
            aud: self.options.audience.clone(),
            sub: session.user_id,
            sid: session.id,
            username: username.to_owned(),
            org: active_organization.map(|active_organization| OrganizationClaim {
                id: active_organization.organization_id,
                slug: active_organization.slug.clone(),
            }),
            org_role: active_organization
                .map(|active_organization| active_organization.role.as_str().to_owned()),
            auth_time: Some(session.authenticated_at.timestamp()),
            amr: methods.into_iter().map(str::to_owned).collect(),
            generation: session.generation,
            iat: now.timestamp(),
            exp: (now + self.options.access_ttl).timestamp(),
            nbf: None,
            jti: self.random.id(now),
        };
        Ok(AccessToken {
            token: self.keys.sign(&claims)?,
            expires_in: self.options.access_ttl.num_seconds(),
        })
    }

    /// Verifies an access token's signature and claims, but not that its session still lives.
    ///
    /// # Errors
    /// `TokenExpired` for a genuine token that has expired, `Unauthenticated` for everything else.
    pub fn verify_access(&self, token: &str) -> Result<AccessClaims, AuthError> {
        let claims: Option<AccessClaims> = self.keys.verify(token);
        let claims = claims.ok_or(AuthError::Unauthenticated)?;
        let is_ours = claims.iss == self.options.issuer && claims.aud == self.options.audience;
        let now = self.clock.now();
        let latest = (now + MAX_CLOCK_SKEW).timestamp();
        let begins = claims.nbf.unwrap_or(claims.iat);
        let has_begun = claims.iat <= latest && begins <= latest;
        let can_expire = claims.exp >= 0; // RFC 7519 section 2: a number of seconds since 1970
        if !(is_ours && has_begun && can_expire && is_generation(claims.generation)) {
            return Err(AuthError::Unauthenticated);
        }
        if claims.exp <= now.timestamp() {
            return Err(AuthError::TokenExpired);
        }
        Ok(claims)
    }

    /// Returns the refresh token with these claims. The same claims always give the same token, so that a lost response
    /// can be repeated.
    #[must_use]
    pub fn refresh_token(&self, claims: RefreshClaims) -> String {
        claims.seal(hmac::sign(self.refresh.newest(), &claims.to_bytes()).as_ref())
    }

    /// Verifies a refresh token's MAC, but not that its session still lives.
    ///
    /// # Errors
    /// `RefreshTokenInvalid` when Latchkey did not issue it.
    pub fn verify_refresh(&self, token: &str) -> Result<RefreshClaims, AuthError> {
        let (claims, mac) = RefreshClaims::open(token).ok_or(AuthError::RefreshTokenInvalid)?;
        let bytes = claims.to_bytes();
        let signed = |key: &hmac::Key| hmac::verify(key, &bytes, &mac).is_ok();
        if self.refresh.iter().any(signed) {
            return Ok(claims);
        }
        Err(AuthError::RefreshTokenInvalid)
    }
}
