//! Receipts: the use of an access token shows what happened to the refresh token that was issued with it.

use chrono::{DateTime, Utc};

use super::Sessions;
use super::anomaly::warn_recovered;
use crate::domain::{AccessVerdict, Client, Session, User};
use crate::service::error::AuthError;
use crate::service::token::AccessClaims;
use crate::store::StoreError;

impl Sessions {
    /// Judges what an access token shows about the refresh tokens of its session, which must be live, and records it.
    pub(super) async fn note_access(
        &self,
        user: &User,
        session: &mut Session,
        claims: &AccessClaims,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<(), AuthError> {
        let generation = claims.generation;
        match session.judge_access(generation, claims.issued_at()) {
            AccessVerdict::Known => return Ok(()),
            AccessVerdict::Received => {
                let id = session.id;
                let marking = self.core.store.mark_session_received(id, generation, now);
                if let Err(error) = marking.await {
                    return ignore_temporary(error);
                }
            }
            AccessVerdict::Recover => {
                let audit = self.core.audit.begin(client);
                let (id, user_id) = (session.id, user.id);
                let forward = self
                    .core
                    .store
                    .advance_session(id, generation, user_id, &audit);
                match forward.await {
                    Ok(committed) => {
                        if self.core.audit.publish(committed) {
                            warn_recovered(session, generation);
                        }
                    }
                    Err(error) => return ignore_temporary(error),
                }
                session.generation = generation;
            }
            AccessVerdict::Reuse => {
                let username = &user.username;
                let end = self
                    .end_reused(session, username, generation, client)
                    .await?;
                return Err(AuthError::SessionEnded(end));
            }
        }
        session.received_at = Some(now);
        session.last_used_at = now;
        Ok(())
    }
}

/// Ignores a temporary failure, so that requests that only read continue while the database accepts no writes. The next
/// request records the receipt.
fn ignore_temporary(error: StoreError) -> Result<(), AuthError> {
    if !error.is_temporary() {
        return Err(error.into());
    }
    tracing::warn!(%error, "what an access token tells of its session was not noted");
    Ok(())
}
