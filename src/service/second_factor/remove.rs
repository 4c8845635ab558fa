//! Removal of the authenticator app.

use super::SecondFactors;
use crate::domain::{Client, Viewer};
use crate::service::account::notice;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::session::freshness::require_fresh;

impl SecondFactors {
    /// Removes the authenticator app and the recovery codes, which turns the second factor off, and writes a notice. Returns
    /// whether there was an app.
    pub async fn remove_totp(&self, viewer: &Viewer, client: &Client) -> Result<bool, AuthError> {
        let session = require_fresh(&self.core, viewer).await?;
        let (template, username) = (Template::TotpRemoved, &viewer.user.username);
        let notice = notice::compose(&self.core, template, username, client)?;
        let audit = self.core.audit.begin(client);
        let store = &self.core.store;
        let removed = store.remove_totp(&session, &audit, &notice).await?;
        Ok(self.core.audit.publish(removed))
    }
}
