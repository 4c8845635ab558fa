//! Freshness: whether the user of a session proved recently who they are. Without it, a stolen access token could change how
//! the user signs in.

use super::Sessions;
use crate::domain::{Client, FreshSession, Viewer};
use crate::service::account::sign_in_methods::find_sign_in_methods;
use crate::service::core::Core;
use crate::service::error::{AuthError, ReauthenticationNeed};
use crate::service::rate_limits::{Prover, RateLimitedAction};
use crate::store::FreshnessError;

impl Sessions {
    /// Checks that the viewer's session is fresh.
    ///
    /// # Errors
    /// `ReauthenticationRequired`, with the ways to make it fresh.
    pub async fn require_fresh(&self, viewer: &Viewer) -> Result<(), AuthError> {
        require_fresh(&self.core, viewer).await?;
        Ok(())
    }
}

/// Checks that the viewer's session is fresh, and returns it. This takes a statement only if it is not.
///
/// # Errors
/// `ReauthenticationRequired`, with the ways to make it fresh.
pub async fn require_fresh(core: &Core, viewer: &Viewer) -> Result<FreshSession, AuthError> {
    match viewer.fresh_session(core.clock.now(), core.policy.fresh_ttl) {
        Some(fresh) => Ok(fresh),
        None => Err(reauthentication_required(core, viewer).await?),
    }
}

/// Checks that the viewer's session is fresh, charges it for an attempt, and returns it.
///
/// # Errors
/// `ReauthenticationRequired`, `RateLimited`.
pub async fn charge_fresh_session(
    core: &Core,
    action: RateLimitedAction,
    viewer: &Viewer,
    client: &Client,
) -> Result<FreshSession, AuthError> {
    let session = require_fresh(core, viewer).await?;
    let prover = Prover::Session(viewer.session.id);
    let limits = &core.rate_limits;
    limits
        .charge_prover(action, client, viewer.user.id, &prover)
        .await?;
    Ok(session)
}

/// Returns the refusal of a session that is not fresh.
pub async fn reauthentication_required(
    core: &Core,
    viewer: &Viewer,
) -> Result<AuthError, AuthError> {
    let methods = find_sign_in_methods(core, viewer.user.id).await?;
    Ok(AuthError::ReauthenticationRequired(ReauthenticationNeed {
        methods: methods.reauthentication(),
        max_age: core.policy.fresh_ttl,
    }))
}

impl From<FreshnessError> for AuthError {
    fn from(error: FreshnessError) -> Self {
        match error {
            FreshnessError::Stale => Self::SessionChanged,
            FreshnessError::Store(error) => error.into(),
        }
    }
}
