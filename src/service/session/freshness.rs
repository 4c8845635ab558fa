//! Freshness: whether the user of a session proved recently who they are. Without it, a stolen access token could change how
//! the user signs in.

use super::Sessions;
use crate::domain::{FreshSession, Viewer};
use crate::service::core::Core;
use crate::service::error::{AuthError, ReauthenticationNeed};
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

/// Returns the refusal of a session that is not fresh.
pub async fn reauthentication_required(
    core: &Core,
    viewer: &Viewer,
) -> Result<AuthError, AuthError> {
    let methods = core.store.find_sign_in_methods(viewer.user.id).await?;
    // Without methods, the account was deleted just now.
    let methods = methods.ok_or(AuthError::SessionEnded(None))?;
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
