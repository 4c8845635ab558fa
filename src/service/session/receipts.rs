//! The use of an access token, which tells what became of the refresh token that came with it.

use chrono::{DateTime, Utc};

use super::Sessions;
use super::anomaly::log_recovered;
use crate::domain::{AccessVerdict, Client, Session, User};
use crate::service::error::AuthError;
use crate::service::token::AccessClaims;
use crate::store::StoreError;

impl Sessions {
    /// Judges what an access token says about the refresh tokens of its session, which lives, and notes it.
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
                let marking = self.store.mark_session_received(id, generation, now);
                if let Err(error) = marking.await {
                    return postpone(error);
                }
            }
            AccessVerdict::Recover => {
                let deed = self.events.deed(client);
                let (id, user_id) = (session.id, user.id);
                let forward = self
                    .store
                    .bring_session_forward(id, generation, user_id, &deed);
                match forward.await {
                    Ok(true) => log_recovered(&deed, session, generation),
                    Ok(false) => {}
                    Err(error) => return postpone(error),
                }
                session.generation = generation;
            }
            AccessVerdict::Reuse => {
                let username = &user.username;
                let ended = self.end_reused(session, username, generation, client);
                return Err(ended.await?);
            }
        }
        session.received_at = Some(now);
        session.last_used_at = now;
        Ok(())
    }
}

/// While the database takes no writes, reading goes on. The next request notes what this one could not.
fn postpone(error: StoreError) -> Result<(), AuthError> {
    if !error.is_temporary() {
        return Err(error.into());
    }
    tracing::warn!(%error, "what an access token tells of its session was not noted");
    Ok(())
}
