//! The shared parts of the services, and the policy that several of them follow.

use chrono::{DateTime, TimeDelta, Utc};

use super::audit::Audit;
use super::challenges::Challenges;
use super::error::AuthError;
use super::mail::{Mail, read_token};
use super::rate_limits::{RateLimitedAction, RateLimits};
use crate::domain::{
    Client, HashedToken, RegistrationMode, RelyingParty, ReservedNames, SessionTtl,
};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::store::Store;

/// The shared parts of the services, which hold it in an `Arc`. A function that several features need, such as one that
/// composes a notice, is in the feature that it is about, and takes the core.
pub struct Core {
    pub store: Store,
    pub clock: Clock,
    pub random: Random,
    pub mail: Mail,
    pub challenges: Challenges,
    pub rate_limits: RateLimits,
    pub audit: Audit,
    pub policy: AccountPolicy,
    /// The service as authenticators know it.
    pub relying_party: RelyingParty,
}

/// The operator's decisions about accounts and their sessions, which several services follow.
#[derive(Clone, Debug)]
pub struct AccountPolicy {
    pub registration: RegistrationMode,
    pub reserved_names: ReservedNames,
    /// Whether the API hides which addresses have an account. A login then needs a verified address: otherwise it would
    /// distinguish a real account from a decoy.
    pub conceal_accounts: bool,
    /// The time after which an unverified registration no longer keeps its address from others.
    pub unverified_ttl: TimeDelta,
    pub session_ttl: SessionTtl,
    /// The time for which a proof of who the user is keeps their session fresh.
    pub fresh_ttl: TimeDelta,
}

impl Core {
    /// Charges an attempt to follow a mailed link, and reads the token of the link.
    ///
    /// # Errors
    /// `RateLimited`; `LinkInvalid` for a text that is no token.
    pub(in crate::service) async fn open_link(
        &self,
        action: RateLimitedAction,
        token: &str,
        client: &Client,
    ) -> Result<HashedToken, AuthError> {
        self.rate_limits.charge_network(action, client).await?;
        read_token(token)
    }
}

impl AccountPolicy {
    /// Returns the moment before which an unverified registration can be replaced.
    pub(in crate::service) fn unverified_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.unverified_ttl
    }
}
