//! Set-ups of an authenticator app. Nothing changes until a code of the app is confirmed.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::renew::NewRecoveryCodes;
use crate::domain::{
    AuditContext, AuthenticationMethods, FreshSession, SecurityEventKind, TotpStep, UserId,
};
use crate::store::account::notice::NewNotice;
use crate::store::database::{Committed, Statement, Store, StoreError};
use crate::store::session::freshness::FreshnessError;

/// A newer set-up takes the place of an older one. Inserts no row for an account that was deleted; on PostgreSQL, waits for a
/// deletion that is in progress.
const START: Statement = Statement::of_each(
    concat!(SELECT_SETUP, REPLACE_SETUP),
    concat!(SELECT_SETUP, " FOR KEY SHARE", REPLACE_SETUP),
);

const SELECT_SETUP: &str = "INSERT INTO totp_setups (user_id, secret, created_at, expires_at) \
     SELECT users.id, $2, $3, $4 FROM users WHERE users.id = $1";

const REPLACE_SETUP: &str = " ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, \
     created_at = excluded.created_at, expires_at = excluded.expires_at";

const FIND: Statement =
    Statement::new("SELECT secret FROM totp_setups WHERE user_id = $1 AND expires_at > $2");

const CONSUME: Statement = Statement::new(
    "DELETE FROM totp_setups WHERE user_id = $1 AND secret = $2 AND expires_at > $3",
);

const INSERT: Statement = Statement::new(
    "INSERT INTO totps (user_id, secret, sealed_by, last_step, confirmed_at) \
     VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, \
         sealed_by = excluded.sealed_by, last_step = excluded.last_step, \
         confirmed_at = excluded.confirmed_at",
);

/// Begins another epoch of the factor: proofs of an app that is replaced no longer count, in any session (see
/// `SECOND_FACTOR_AT`).
const TURN_ON: Statement = Statement::new(
    "UPDATE users SET second_factor_since = COALESCE(second_factor_since, $2), \
         factor_epoch = factor_epoch + 1 WHERE id = $1",
);

/// Counts the confirmed code as a proof in the session that it was given in.
const MARK_PROVEN: Statement = Statement::new(
    "UPDATE sessions SET authenticated_at = $2, second_factor_at = $2, methods = $3, \
         factor_epoch = (SELECT users.factor_epoch FROM users WHERE users.id = sessions.user_id) \
     WHERE id = $1",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("START", START),
    ("FIND", FIND),
    ("CONSUME", CONSUME),
    ("INSERT", INSERT),
    ("TURN_ON", TURN_ON),
    ("MARK_PROVEN", MARK_PROVEN),
];

/// The start of a set-up.
#[derive(Clone, Debug)]
pub struct NewTotpSetup {
    pub user_id: UserId,
    /// The sealed secret.
    pub sealed: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A set-up that waits for a code of its app.
#[derive(Clone, Debug)]
pub struct PendingTotp {
    /// The sealed secret.
    pub sealed: Vec<u8>,
}

/// An authenticator app of which a code was right.
#[derive(Clone, Debug)]
pub struct NewTotp {
    /// The session in which the code was given.
    pub session: FreshSession,
    /// The methods of the session from now on.
    pub methods: AuthenticationMethods,
    pub setup: PendingTotp,
    /// The sealed secret, under the present key.
    pub sealed: Vec<u8>,
    /// The fingerprint of the secret that sealed it.
    pub sealed_by: String,
    /// The time step of the code.
    pub step: TotpStep,
    pub recovery_codes: NewRecoveryCodes,
    pub audit: AuditContext,
    pub notice: NewNotice,
}

/// The reasons why a set-up is not finished.
#[derive(Debug, thiserror::Error)]
pub enum TotpSetupError {
    #[error("the set-up is unknown, finished or expired, or a newer one took its place")]
    Outdated,
    #[error(transparent)]
    Freshness(#[from] FreshnessError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Starts the set-up of an authenticator app. Returns `false` if the account was deleted.
    pub async fn start_totp_setup(&self, setup: &NewTotpSetup) -> Result<bool, StoreError> {
        let started = self
            .write
            .query(&START)
            .bind(setup.user_id)
            .bind(setup.sealed.as_slice())
            .bind(setup.created_at)
            .bind(setup.expires_at)
            .execute()
            .await?;
        Ok(started > 0)
    }

    /// Finds the set-up of a user that waits for a code.
    pub async fn find_totp_setup(
        &self,
        user_id: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<PendingTotp>, StoreError> {
        let query = self.read.query(&FIND).bind(user_id).bind(now);
        let sealed: Option<Vec<u8>> = query.optional_scalar().await?;
        Ok(sealed.map(|sealed| PendingTotp { sealed }))
    }

    /// Finishes a set-up: turns the second factor on, with new recovery codes, and writes a notice. An app that was set up
    /// before is replaced.
    pub async fn confirm_totp_setup(&self, new: &NewTotp) -> Result<Committed<()>, TotpSetupError> {
        let (user_id, now) = (new.session.user_id, new.audit.at);
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.require_fresh(&new.session, now).await?;
        let consume = tx.query(&CONSUME).bind(user_id);
        let consume = consume.bind(new.setup.sealed.as_slice()).bind(now);
        if consume.execute().await? == 0 {
            return Err(TotpSetupError::Outdated);
        }
        tx.query(&INSERT)
            .bind(user_id)
            .bind(new.sealed.as_slice())
            .bind(new.sealed_by.as_str())
            .bind(new.step.number())
            .bind(now)
            .execute()
            .await?;
        tx.query(&TURN_ON).bind(user_id).bind(now).execute().await?;
        tx.query(&MARK_PROVEN)
            .bind(new.session.session_id)
            .bind(now)
            .bind(new.methods.to_string())
            .execute()
            .await?;
        tx.replace_recovery_codes(user_id, &new.recovery_codes, now)
            .await?;
        tx.know_only(user_id, &new.audit.client.device, now).await?;
        let event = new.audit.event(user_id, SecurityEventKind::TotpAdded);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(&new.notice, user_id).await?;
        Ok(tx.commit(()).await?)
    }
}
