//! New sets of recovery codes.

use super::SecondFactors;
use crate::domain::{RECOVERY_CODES, RecoveryCode, UserId};
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::store::NewRecoveryCodes;

impl SecondFactors {
    /// Makes a set of recovery codes. Returns the codes as they are shown, once, and their hashes. Each hash has its own turn
    /// in the queue, so that a set delays others no more than ten logins do.
    ///
    /// A code has 80 bits. Less than 112 bits need a password hash (OWASP ASVS 5.0 section 6.5.2).
    pub(super) async fn new_recovery_codes(
        &self,
        user_id: UserId,
    ) -> Result<(Vec<String>, NewRecoveryCodes), AuthError> {
        let caller = Caller::Known(user_id);
        let parameters = self.hasher.new_parameters()?;
        let mut shown = Vec::with_capacity(RECOVERY_CODES);
        let mut outputs = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let code = RecoveryCode::new(self.core.random.bytes());
            let (password, under) = (code.as_password(), parameters.clone());
            let output = self
                .hasher
                .run(caller, move |engine| engine.hash_under(&under, &password));
            let output = output.await?;
            outputs.push(output.map_err(|error| AuthError::Unexpected(error.to_string()))?);
            shown.push(code.reveal());
        }
        let hashed = NewRecoveryCodes {
            parameters,
            outputs,
        };
        Ok((shown, hashed))
    }
}
