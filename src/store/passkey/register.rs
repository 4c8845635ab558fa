//! Registrations of passkeys.

use constcat::concat;

use super::row::{PASSKEY_COLUMNS, PasskeyRow};
use crate::domain::{
    AuditContext, ChallengeKind, FreshSession, HashedToken, MAX_PASSKEYS, NewCredential, Passkey,
    PasskeyId, PasskeyName, RelyingPartyId, SecurityEventKind,
};
use crate::store::account::notice::NewNotice;
use crate::store::database::{Committed, Statement, Store, StoreError};
use crate::store::session::freshness::FreshnessError;

const COUNT: Statement =
    Statement::new("SELECT COUNT(*) AS count FROM passkeys WHERE user_id = $1");

/// Inserts no row for a credential that is registered already.
const INSERT: Statement = Statement::new(concat!(
    "INSERT INTO passkeys (id, user_id, credential_id, relying_party, public_key, sign_count, aaguid, \
         transports, backup_eligible, backed_up, user_verified, name, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
     ON CONFLICT (credential_id) DO NOTHING RETURNING ",
    PASSKEY_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("COUNT", COUNT), ("INSERT", INSERT)];

/// A passkey that was verified.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    pub id: PasskeyId,
    /// The session in which it was made.
    pub session: FreshSession,
    /// The token of the ceremony, which is used up.
    pub ceremony: HashedToken,
    pub relying_party: RelyingPartyId,
    pub credential: NewCredential,
    pub name: PasskeyName,
    pub notice: NewNotice,
    pub audit: AuditContext,
}

/// The reasons why a passkey is not registered.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyRegistrationError {
    #[error("the ceremony is unknown, used up or expired")]
    CeremonyVoid,
    #[error("the credential is registered already")]
    Exists,
    #[error("the account has as many passkeys as it may have")]
    TooMany,
    #[error(transparent)]
    Freshness(#[from] FreshnessError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Registers a passkey, uses up its ceremony, and writes a notice.
    pub async fn register_passkey(
        &self,
        new: &NewPasskey,
    ) -> Result<Committed<Passkey>, PasskeyRegistrationError> {
        use PasskeyRegistrationError::{CeremonyVoid, Exists, TooMany};
        let (user_id, now) = (new.session.user_id, new.audit.at);
        let (kind, credential) = (ChallengeKind::PasskeyRegistration, &new.credential);
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.require_fresh(&new.session, now).await?;
        if !tx.consume_challenge(&new.ceremony, kind, now).await? {
            return Err(CeremonyVoid);
        }
        let count: i64 = tx.query(&COUNT).bind(user_id).scalar().await?;
        if usize::try_from(count).is_ok_and(|count| count >= MAX_PASSKEYS) {
            return Err(TooMany);
        }
        let row: Option<PasskeyRow> = tx
            .query(&INSERT)
            .bind(new.id)
            .bind(user_id)
            .bind(credential.id.as_slice())
            .bind(new.relying_party.as_str())
            .bind(credential.public_key.as_bytes())
            .bind(i64::from(credential.sign_count))
            .bind(credential.aaguid.as_slice())
            .bind(credential.transports.join(" "))
            .bind(credential.backup_eligible)
            .bind(credential.backed_up)
            .bind(credential.user_verified)
            .bind(new.name.as_str())
            .bind(now)
            .optional()
            .await?;
        let passkey = row.ok_or(Exists)?.at(&new.relying_party);
        let event = new.audit.event(user_id, SecurityEventKind::PasskeyAdded);
        tx.insert_events(vec![event]).await?;
        tx.insert_notice(&new.notice, user_id).await?;
        Ok(tx.commit(passkey).await?)
    }
}
