//! The first account: if registration is not open, it must exist already.

use crate::domain::RegistrationMode;
use crate::store::{Store, StoreError};

/// Returns a warning if nobody can log in, because there is no account and registration is not open.
pub async fn missing_first_account(
    mode: RegistrationMode,
    store: &Store,
) -> Result<Option<String>, StoreError> {
    if mode == RegistrationMode::Open || store.has_users().await? {
        return Ok(None);
    }
    Ok(warn_without_accounts(mode))
}

/// Returns the warning for a database without accounts.
#[must_use]
pub fn warn_without_accounts(mode: RegistrationMode) -> Option<String> {
    let warning = || {
        format!(
            "REGISTRATION={mode}, and there is no account yet: nobody can register, and nobody can log in. Before \
             others can reach the service (LISTEN=127.0.0.1:8000), start it once with REGISTRATION=open, register the first \
             account, and then set REGISTRATION={mode} again"
        )
    };
    (mode != RegistrationMode::Open).then(warning)
}
