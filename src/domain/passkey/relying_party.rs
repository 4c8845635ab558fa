//! The relying party: the service as authenticators and browsers know it.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The relying party with the pages that may use its passkeys.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    pub id: RelyingPartyId,
    /// The name of the service, which browsers show.
    pub name: String,
    pub origins: Vec<PasskeyOrigin>,
}

/// The domain that passkeys belong to, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingPartyId(String);

/// An origin that passkeys may be used on, as browsers write it: of a site, or of an app for Android.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyOrigin(String);

/// A ceremony that waits for an answer of an authenticator.
#[derive(Clone, Copy, Debug)]
pub struct Ceremony<'a> {
    pub relying_party: &'a RelyingParty,
    /// The challenge that the authenticator signs.
    pub challenge: &'a [u8],
    /// Whether the authenticator must verify its user, by a PIN or a fingerprint.
    pub user_must_be_verified: bool,
}

/// The reason why a text is not the id of a relying party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelyingPartyIdError {
    #[error("must be a domain without a scheme and a port, such as example.com")]
    NotADomain,
    #[error("must be a domain, not an IP address: browsers refuse passkeys for addresses")]
    Address,
}

/// The reason why a text is not the origin of a page or app that uses passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyOriginError {
    #[error(
        "must be an origin such as https://app.example.com, without a path, or android:apk-key-hash:… for an app"
    )]
    NotAnOrigin,
    #[error("must begin with https://, except on localhost: browsers refuse passkeys elsewhere")]
    Insecure,
}

/// The start of the origin of an app for Android. The base64url of the SHA-256 hash of its certificate follows.
const ANDROID: &str = "android:apk-key-hash:";

/// The domain of this machine. Browsers take no address for the domain of a passkey.
const LOCALHOST: &str = "localhost";

impl RelyingParty {
    /// Returns whether an origin is exactly one of those that may use passkeys.
    pub(super) fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed.0 == origin)
    }
}

impl FromStr for RelyingPartyId {
    type Err = RelyingPartyIdError;

    /// Parses a domain.
    fn from_str(text: &str) -> Result<Self, RelyingPartyIdError> {
        let url = Url::parse(&format!("https://{text}"));
        let url = url.map_err(|_| RelyingPartyIdError::NotADomain)?;
        let Some(url::Host::Domain(domain)) = url.host() else {
            return Err(RelyingPartyIdError::Address);
        };
        // Nothing but a domain: neither a port, a path, a user nor a trailing dot.
        if !domain.eq_ignore_ascii_case(text) || domain.ends_with('.') {
            return Err(RelyingPartyIdError::NotADomain);
        }
        Ok(Self(domain.to_owned()))
    }
}

impl RelyingPartyId {
    /// Returns the domain of this machine.
    #[must_use]
    pub fn localhost() -> Self {
        Self(LOCALHOST.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RelyingPartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PasskeyOrigin {
    type Err = PasskeyOriginError;

    /// Parses an origin.
    fn from_str(text: &str) -> Result<Self, PasskeyOriginError> {
        if let Some(hash) = text.strip_prefix(ANDROID) {
            let is_hash = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
            if hash.len() != 43 || !hash.bytes().all(is_hash) {
                return Err(PasskeyOriginError::NotAnOrigin);
            }
            return Ok(Self(text.to_owned()));
        }
        let url = Url::parse(text).map_err(|_| PasskeyOriginError::NotAnOrigin)?;
        let origin = url.origin().ascii_serialization();
        if origin != text.strip_suffix('/').unwrap_or(text) {
            return Err(PasskeyOriginError::NotAnOrigin);
        }
        let is_local = is_localhost(url.host_str().unwrap_or_default());
        if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
            return Err(PasskeyOriginError::Insecure);
        }
        Ok(Self(origin))
    }
}

impl PasskeyOrigin {
    /// Returns whether browsers let a page of this origin use the passkeys of a relying party: its domain is that of the
    /// relying party, or below it. An app proves the same by a file on the domain.
    #[must_use]
    pub fn belongs_to(&self, id: &RelyingPartyId) -> bool {
        let Some((_, host)) = self.0.split_once("://") else {
            return true;
        };
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        let parent = host.strip_suffix(id.as_str());
        parent.is_some_and(|parent| parent.is_empty() || parent.ends_with('.'))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether browsers trust a host without TLS, because it is this machine.
fn is_localhost(host: &str) -> bool {
    host == LOCALHOST || host.ends_with(".localhost")
}

impl fmt::Display for PasskeyOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
