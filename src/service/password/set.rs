//! First passwords of accounts that have none.

use super::Passwords;
use crate::domain::{Client, Password, Viewer};
use crate::service::account::notice;
use crate::service::account::sign_in_methods::find_sign_in_methods;
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::session::freshness::require_fresh;
use crate::store::PasswordSettingError;

impl Passwords {
    /// Gives a password to the viewer's account, which has none, and writes a notice.
    ///
    /// # Errors
    /// `Invalid` at `password` when the account has one, or this one is too easy to guess; `ReauthenticationRequired`,
    /// `RateLimited`, `Overloaded`.
    pub async fn set(
        &self,
        viewer: &Viewer,
        client: &Client,
        password: Password,
    ) -> Result<(), AuthError> {
        let session = require_fresh(&self.core, viewer).await?;
        let action = RateLimitedAction::SetPassword;
        self.charge_confirmation(action, viewer, client).await?;
        let user = &viewer.user;
        if find_sign_in_methods(&self.core, user.id)
            .await?
            .has_password
        {
            return Err(PasswordSettingError::HasPassword.into());
        }
        let hash = self.hash_new(user, "password", password).await?;
        let notice = notice::compose(&self.core, Template::PasswordSet, &user.username, client)?;
        let audit = self.core.audit.begin(client);
        let store = &self.core.store;
        let set = store.set_password(&session, &hash, &audit, &notice).await?;
        self.core.audit.publish(set);
        Ok(())
    }
}

impl From<PasswordSettingError> for AuthError {
    fn from(error: PasswordSettingError) -> Self {
        match error {
            PasswordSettingError::HasPassword => Self::Invalid {
                field: "password",
                message: "cannot be set, because the account has one: change it instead".to_owned(),
            },
            PasswordSettingError::Freshness(error) => error.into(),
            PasswordSettingError::Store(error) => error.into(),
        }
    }
}
