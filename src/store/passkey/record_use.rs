//! Uses of a passkey. One conditional statement decides whether its counter has grown, so that of two copies one wins.

use chrono::{DateTime, Utc};

use crate::domain::{UsedPasskey, UserId};
use crate::store::database::{Statement, Transaction};
use crate::store::second_factor::SpendError;

/// An authenticator that does not count always says 0.
const RECORD: Statement = Statement::new(
    "UPDATE passkeys SET sign_count = $3, backed_up = $4, user_verified = user_verified OR $5, \
         last_used_at = $6 \
     WHERE id = $1 AND user_id = $2 AND (sign_count < $3 OR (sign_count = 0 AND $3 = 0))",
);

const EXISTS: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM passkeys WHERE id = $1 AND user_id = $2) AS found",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("RECORD", RECORD), ("EXISTS", EXISTS)];

impl Transaction {
    /// Records a use of a passkey of a locked user.
    pub(in crate::store) async fn record_passkey_use(
        &mut self,
        user_id: UserId,
        used: &UsedPasskey,
        now: DateTime<Utc>,
    ) -> Result<(), SpendError> {
        let record = self
            .query(&RECORD)
            .bind(used.id)
            .bind(user_id)
            .bind(i64::from(used.sign_count))
            .bind(used.backed_up)
            .bind(used.user_verified)
            .bind(now);
        if record.execute().await? > 0 {
            return Ok(());
        }
        let exists = self.query(&EXISTS).bind(used.id).bind(user_id);
        if exists.scalar().await? {
            return Err(SpendError::CounterWentBack);
        }
        Err(SpendError::PasskeyGone)
    }
}
