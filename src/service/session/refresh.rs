//! Refreshing a session: the next tokens, the same again after a lost answer, or the end of a copied one.

use uuid::Uuid;

use super::Sessions;
use super::anomaly::log_recovered;
use crate::domain::{Client, RefreshClaims, RefreshVerdict, Replay, Session};
use crate::service::error::AuthError;
use crate::service::limits::{Attempt, Subject};
use crate::service::token::TokenPair;
use crate::store::{RefreshedSession, Rotation, SwitchOrganizationError};

/// The most times that a refresh is judged anew, since another request has changed the session meanwhile.
const MAX_TRIES: usize = 4;

/// A session with its next tokens.
pub struct Refreshed {
    pub tokens: TokenPair,
    pub session: Session,
}

impl Sessions {
    /// Exchanges a refresh token for the next one. A client that lost the answer may ask again; a
    /// token that somebody copied ends its session (RFC 9700 section 4.14.2). The session acts for the
    /// organization that is named from now on, or else for the same as before, as long as its user
    /// belongs to it.
    ///
    /// # Errors
    /// `RefreshTokenInvalid`, `SessionEnded`, `SessionLost`; `OrganizationNotFound` or `EmailNotVerified`, and nothing is
    /// rotated, when the user may not act for the organization that is named.
    pub async fn refresh(
        &self,
        token: &str,
        organization_id: Option<Uuid>,
        client: Client,
    ) -> Result<Refreshed, AuthError> {
        // What counts is when a request arrives, not how long it then has to wait.
        let now = self.clock.now();
        let claims = self.open(token, &client).await?;
        let rotation = Rotation {
            session_id: claims.session_id,
            generation: claims.generation,
            client,
            now,
            expires_at: now + self.ttl.idle,
            organization_id,
        };
        for _ in 0..MAX_TRIES {
            if let Some(refreshed) = self.exchange(claims, &rotation).await? {
                let language = refreshed.language.as_deref();
                self.notices
                    .keep_language(refreshed.session.user_id, language, &rotation.client)
                    .await;
                return self.issue(refreshed);
            }
        }
        // Others refresh the same session again and again.
        Err(AuthError::Overloaded { retry_after: 1 })
    }

    /// Reads a token, and charges it to its session; one that is none of ours, to the network that it comes from. Where
    /// there is none, nothing is tried: pages ask so whether anybody is signed in.
    async fn open(&self, token: &str, client: &Client) -> Result<RefreshClaims, AuthError> {
        let claims = self.tokens.verify_refresh(token);
        match &claims {
            Ok(claims) => {
                let session = claims.session_id.to_string();
                let subject = (Subject::Session, session.as_str());
                let attempt = Attempt::Refresh;
                self.limits
                    .charge(attempt, client, &[subject], None)
                    .await?;
            }
            Err(_) if token.trim().is_empty() => {}
            Err(_) => {
                let attempt = Attempt::RefreshForged;
                self.limits.charge(attempt, client, &[], None).await?;
            }
        }
        claims
    }

    fn issue(&self, refreshed: RefreshedSession) -> Result<Refreshed, AuthError> {
        let (session, acting) = (refreshed.session, refreshed.acting);
        let tokens = self
            .tokens
            .issue(&session, &refreshed.username, acting.as_ref())?;
        Ok(Refreshed { tokens, session })
    }

    /// Rotates a session, or does what its state asks for instead. `None` if that has changed meanwhile.
    async fn exchange(
        &self,
        claims: RefreshClaims,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let rotated = self.store.rotate_session(rotation).await?;
        if rotated.is_some() {
            return Ok(rotated);
        }
        let (client, now) = (&rotation.client, rotation.now);
        let Some(found) = self.store.find_refreshed_session(claims.session_id).await? else {
            return Err(self.absent_session(claims.session_id, now).await?);
        };
        let session = &found.session;
        if let Some(end) = session.end(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        match session.judge_refresh(claims.generation, &client.device, now) {
            RefreshVerdict::Rotate => self.retry(session.user_id, rotation).await,
            RefreshVerdict::Recover => self.recover(session, rotation).await,
            RefreshVerdict::Replay(replay) => self.replay(found, replay, rotation).await,
            RefreshVerdict::Reuse => {
                let (username, shown) = (&found.username, claims.generation);
                Err(self.end_reused(session, username, shown, client).await?)
            }
        }
    }

    /// Lets a rotation be tried again, unless its user may not act for the organization.
    async fn retry(
        &self,
        user_id: Uuid,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let Some(id) = rotation.organization_id else {
            return Ok(None);
        };
        let refusal = self.organization_refusal(user_id, id).await?;
        refusal.map_or(Ok(None), Err)
    }

    /// Goes on from a token that is ahead of the database, which has lost what came between.
    async fn recover(
        &self,
        session: &Session,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let deed = self.events.deed(&rotation.client);
        let user_id = session.user_id;
        let recovered = self
            .store
            .rotate_from_ahead(rotation, user_id, &deed)
            .await?;
        if recovered.is_none() {
            return self.retry(user_id, rotation).await;
        }
        log_recovered(&deed, session, rotation.generation);
        Ok(recovered)
    }

    /// Returns what a rotation gave, once more; for the organization that is named now.
    async fn replay(
        &self,
        found: RefreshedSession,
        replay: Replay,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let (session, now) = (&found.session, rotation.now);
        if replay == Replay::Late {
            let (id, generation) = (session.id, session.generation);
            let marked = self.store.mark_session_replayed(id, generation, now);
            if !marked.await? {
                return Ok(None);
            }
        }
        let Some(id) = rotation.organization_id else {
            return Ok(Some(found));
        };
        match self
            .store
            .switch_organization(session.id, Some(id), now)
            .await
        {
            Ok(acting) => return Ok(Some(RefreshedSession { acting, ..found })),
            Err(SwitchOrganizationError::NotAMember) => {}
            Err(SwitchOrganizationError::Store(error)) => return Err(error.into()),
        }
        let (session, user) = (session.id, session.user_id);
        if let Some(refusal) = self.organization_refusal(user, id).await? {
            return Err(refusal);
        }
        // They belong to it, so it is the session that does not live any more.
        Err(self.ended_meanwhile(session, user, now).await?)
    }
}
