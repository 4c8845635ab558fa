//! Refreshes of a session: the next tokens, the same tokens again after a lost response, or the end of the session if a
//! token was copied.

use super::Sessions;
use super::anomaly::warn_recovered;
use crate::domain::{
    Client, OrganizationId, RefreshClaims, RefreshVerdict, Replay, Session, SessionState, UserId,
};
use crate::service::account::language;
use crate::service::error::AuthError;
use crate::service::rate_limits::RateLimitedAction;
use crate::service::token::TokenPair;
use crate::store::{RefreshCharge, RefreshedSession, Rotation, UnrotatedRefresh};

/// The maximum number of times that a refresh is tried because another request changed the session.
const MAX_TRIES: usize = 4;

/// A session with its next tokens.
pub struct Refreshed {
    pub tokens: TokenPair,
    pub session: Session,
}

impl Sessions {
    /// Exchanges a refresh token for the next one. A client that lost the response may repeat the request; a copied
    /// token ends its session (RFC 9700 section 4.14.2). The named organization becomes the active one; without one,
    /// the active organization stays as long as the user is a member.
    ///
    /// # Errors
    /// `RefreshTokenInvalid`, `SessionEnded`, `SessionLost`; `OrganizationNotFound` or `EmailNotVerified` when the user
    /// is not a verified member of the named organization, and then nothing is rotated; `RateLimited`, `Overloaded`.
    pub async fn refresh(
        &self,
        token: &str,
        organization_id: Option<OrganizationId>,
        client: Client,
    ) -> Result<Refreshed, AuthError> {
        // The time when the request arrives, not when it is executed.
        let now = self.core.clock.now();
        let claims = self.verify(token, &client).await?;
        let session_id = claims.session_id;
        let limits = &self.core.rate_limits;
        let mut rotation = Rotation {
            session_id,
            charge: limits.refresh_charge(session_id, &client, now).await?,
            generation: claims.generation,
            client,
            now,
            expires_at: now + self.core.policy.session_ttl.idle,
            organization_id,
        };
        for _ in 0..MAX_TRIES {
            if let Some(refreshed) = self.exchange(&mut rotation).await? {
                let user_id = refreshed.session.user_id;
                let on_record = refreshed.language.as_deref();
                language::update(&self.core, user_id, on_record, &rotation.client).await;
                return self.issue(refreshed);
            }
        }
        // Other requests keep refreshing the same session.
        Err(AuthError::Overloaded { retry_after: 1 })
    }

    /// Verifies a token, and charges a forged one to the client's network. An empty token is not charged, because pages
    /// send one to find out whether a user is logged in.
    async fn verify(&self, token: &str, client: &Client) -> Result<RefreshClaims, AuthError> {
        let claims = self.tokens.verify_refresh(token);
        if claims.is_err() && !token.trim().is_empty() {
            let action = RateLimitedAction::RefreshForged;
            self.core.rate_limits.charge_network(action, client).await?;
        }
        claims
    }

    fn issue(&self, refreshed: RefreshedSession) -> Result<Refreshed, AuthError> {
        let (session, active_organization) = (refreshed.session, refreshed.active_organization);
        let tokens =
            self.tokens
                .issue(&session, &refreshed.username, active_organization.as_ref())?;
        Ok(Refreshed { tokens, session })
    }

    /// Rotates a session, or handles the token as the state of the session requires. Returns `None` if that state
    /// changed in the meantime.
    async fn exchange(
        &self,
        rotation: &mut Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let rotated = self.core.store.rotate_session(rotation).await?;
        if rotated.is_some() {
            return Ok(rotated);
        }
        let refreshed = self.charge_unrotated(rotation).await?;
        rotation.charge = RefreshCharge::NONE; // It is charged now, however often it is tried.
        let (client, now, shown) = (&rotation.client, rotation.now, rotation.generation);
        let session = &refreshed.session;
        if let SessionState::Ended(end) = session.state(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        match session.judge_refresh(shown, &client.device, now) {
            RefreshVerdict::Rotate => self.retry(session.user_id, rotation).await,
            RefreshVerdict::Recover => self.recover(session, rotation).await,
            RefreshVerdict::Replay(replay) => self.replay(refreshed, replay, rotation).await,
            RefreshVerdict::Reuse => {
                let username = &refreshed.username;
                let end = self.end_reused(session, username, shown, client).await?;
                Err(AuthError::SessionEnded(end))
            }
        }
    }

    /// Charges a refresh that rotated nothing, and returns its session.
    async fn charge_unrotated(&self, rotation: &Rotation) -> Result<RefreshedSession, AuthError> {
        let (id, client, limits) = (
            rotation.session_id,
            &rotation.client,
            &self.core.rate_limits,
        );
        match self.core.store.charge_refresh(id, rotation.charge).await? {
            UnrotatedRefresh::Passed(refreshed) => Ok(*refreshed),
            UnrotatedRefresh::Refused { retry_at } => {
                Err(limits.refuse_refresh(id, client, retry_at).await)
            }
            UnrotatedRefresh::Absent => {
                limits.charge_refresh_of_absent(id, client).await?;
                Err(self.absent_session(id, rotation.now).await?)
            }
        }
    }

    /// Returns `None`, to try a rotation again, unless the user is not a verified member of the named organization.
    async fn retry(
        &self,
        user_id: UserId,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let Some(id) = rotation.organization_id else {
            return Ok(None);
        };
        let refusal = self.organization_refusal(user_id, id).await?;
        refusal.map_or(Ok(None), Err)
    }

    /// Rotates a session from a token ahead of the database, which has lost the generations in between.
    async fn recover(
        &self,
        session: &Session,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let audit = self.core.audit.begin(&rotation.client);
        let user_id = session.user_id;
        let store = &self.core.store;
        let recovered = store.rotate_from_ahead(rotation, user_id, &audit).await?;
        let recovered = self.core.audit.publish(recovered);
        if recovered.is_none() {
            return self.retry(user_id, rotation).await;
        }
        warn_recovered(session, rotation.generation);
        Ok(recovered)
    }

    /// Returns the result of the latest rotation again, with the organization that is named now.
    async fn replay(
        &self,
        refreshed: RefreshedSession,
        replay: Replay,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let (session, now) = (&refreshed.session, rotation.now);
        if replay == Replay::Late {
            let (id, generation) = (session.id, session.generation);
            let marked = self.core.store.mark_session_replayed(id, generation, now);
            if !marked.await? {
                return Ok(None);
            }
        }
        let Some(id) = rotation.organization_id else {
            return Ok(Some(refreshed));
        };
        let active_organization = self.switch_session(session, Some(id), now).await?;
        Ok(Some(RefreshedSession {
            active_organization,
            ..refreshed
        }))
    }
}
