//! Removals of passkeys.

use super::Passkeys;
use crate::domain::{Client, PasskeyId, Viewer};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::freshness::charge_fresh_session;
use crate::store::{PasskeyRemoval, PasskeyRemovalError};

impl Passkeys {
    /// Removes a passkey of the viewer, and writes a notice.
    ///
    /// # Errors
    /// `PasskeyNotFound`, `LastSignInMethod`, `ReauthenticationRequired`, `RateLimited`.
    pub async fn remove(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Option<PasskeyId>,
    ) -> Result<(), AuthError> {
        let action = RateLimitedAction::RemovePasskey;
        let session = charge_fresh_session(&self.core, action, viewer, client).await?;
        let (template, username) = (Template::PasskeyRemoved, &viewer.user.username);
        let removal = PasskeyRemoval {
            id: id.ok_or(AuthError::PasskeyNotFound)?,
            session,
            relying_party: self.core.relying_party.id.clone(),
            notice: notice::compose(&self.core, template, username, client)?,
            audit: self.core.audit.begin(client),
        };
        let removed = self.core.store.remove_passkey(&removal).await?;
        self.core.audit.publish(removed);
        Ok(())
    }
}

impl From<PasskeyRemovalError> for AuthError {
    fn from(error: PasskeyRemovalError) -> Self {
        match error {
            PasskeyRemovalError::NotFound => Self::PasskeyNotFound,
            PasskeyRemovalError::LastMethod => Self::LastSignInMethod,
            PasskeyRemovalError::Freshness(error) => error.into(),
            PasskeyRemovalError::Store(error) => error.into(),
        }
    }
}
