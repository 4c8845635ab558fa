//! Refreshing a session: the next tokens, the same again after a lost answer, or the end of a copied one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::limits::Subject;
use super::mail::Template;
use super::{Attempt, AuthError, Sessions, TokenPair, security_events};
use crate::domain::{
    Client, EndReason, RefreshClaims, Replay, SecurityEventKind, Session, SessionEnd, Standing,
};
use crate::store::{RefreshedSession, Rotation};

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
    /// `RefreshTokenInvalid`, `SessionEnded`; `OrganizationNotFound` or `EmailNotVerified`, and nothing is
    /// rotated, when the user may not act for the organization that is named.
    pub async fn refresh(
        &self,
        token: &str,
        organization_id: Option<Uuid>,
        client: Client,
    ) -> Result<Refreshed, AuthError> {
        let claims = self.tokens.verify_refresh(token);
        let session = claims.as_ref().map(|it| it.session_id.to_string());
        let subjects: Vec<_> = session
            .iter()
            .map(|id| (Subject::Session, id.as_str()))
            .collect();
        self.limits
            .charge(Attempt::Refresh, &client, &subjects, None)
            .await?;
        let claims = claims?;
        let now = self.clock.now();
        let rotation = Rotation {
            session_id: claims.session_id,
            generation: claims.generation,
            client,
            now,
            expires_at: now + self.ttl.idle,
            organization_id,
        };
        let refreshed = match self.rotate(claims, &rotation).await? {
            Some(refreshed) => refreshed,
            // Somebody who has just joined the organization, unless another tab or the end of the
            // session comes first.
            None => self
                .rotate(claims, &rotation)
                .await?
                .ok_or(AuthError::OrganizationNotFound)?,
        };
        Ok(Refreshed {
            tokens: self.tokens.issue(
                &refreshed.session,
                &refreshed.username,
                refreshed.acting.as_ref(),
            )?,
            session: refreshed.session,
        })
    }

    /// Rotates a session, or finds what a rotation gave; `None` if nothing stands in its way any more.
    async fn rotate(
        &self,
        claims: RefreshClaims,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        match self.store.rotate_session(rotation).await? {
            None => self.refused_rotation(claims, rotation).await,
            rotated => Ok(rotated),
        }
    }

    /// Why a genuine token did not rotate its session: it is over, the answer was lost, the token was
    /// copied, or the user may not act for the organization. `None` if none of that is so any more.
    async fn refused_rotation(
        &self,
        claims: RefreshClaims,
        rotation: &Rotation,
    ) -> Result<Option<RefreshedSession>, AuthError> {
        let (client, now) = (&rotation.client, rotation.now);
        let organization_id = rotation.organization_id;
        let Some(found) = self.store.find_refreshed_session(claims.session_id).await? else {
            let end = self.store.find_tombstone(claims.session_id).await?;
            return Err(AuthError::SessionEnded(end));
        };
        let session = &found.session;
        if let Some(end) = session.end(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        match session.standing(claims.generation, &client.device, now) {
            Standing::Replay(Replay::AnswerLost | Replay::TabsRaced) => {
                Ok(Some(self.replay(found, organization_id, now).await?))
            }
            Standing::Reused => Err(self.end_reused(&found, claims, client).await?),
            Standing::Current => {
                // Else only a rotation can have refused us, and after one the token is not current.
                let undone = || AuthError::Unexpected("a rotation was undone".to_owned());
                let id = organization_id.ok_or_else(undone)?;
                let refusal = self.refusal_to_act(session.user_id, id).await?;
                refusal.map_or(Ok(None), Err)
            }
        }
    }

    /// What a rotation gave, once more; for the organization that is named now.
    async fn replay(
        &self,
        found: RefreshedSession,
        organization_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<RefreshedSession, AuthError> {
        let Some(id) = organization_id else {
            return Ok(found);
        };
        let session = &found.session;
        if let Some(acting) = self.store.act_for(session.id, Some(id), now).await? {
            return Ok(RefreshedSession { acting, ..found });
        }
        let (session, user) = (session.id, session.user_id);
        if let Some(refusal) = self.refusal_to_act(user, id).await? {
            return Err(refusal);
        }
        // They belong to it, so it is the session that does not live any more.
        Err(self.ended_meanwhile(session, user, now).await?)
    }

    /// What else ended a session, which is the truth to tell.
    async fn ended_meanwhile(
        &self,
        id: Uuid,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<AuthError, AuthError> {
        let found = self.store.find_session_of_user(id, user_id).await?;
        let end = found.and_then(|session| session.end(now));
        Ok(AuthError::SessionEnded(end))
    }

    async fn end_reused(
        &self,
        found: &RefreshedSession,
        claims: RefreshClaims,
        client: &Client,
    ) -> Result<AuthError, AuthError> {
        let session = &found.session;
        let notice = self
            .notices
            .compose(Template::RefreshTokenReused, &found.username, client)?;
        let deed = self.events.deed(client);
        let ended = self
            .store
            .end_reused_session(session, &deed, &notice.new)
            .await?;
        let Some(notified) = ended else {
            return self
                .ended_meanwhile(session.id, session.user_id, deed.at)
                .await;
        };
        self.notices.announce(&notice, &notified);
        let kind = SecurityEventKind::RefreshTokenReused;
        security_events::log(&deed.session_event(session.user_id, kind, session.id));
        let reason = EndReason::RefreshTokenReused;
        security_events::log_ends(&deed, session.user_id, &[session.id], reason);
        tracing::warn!(
            session = %session.id,
            shown = claims.generation,
            newest = session.generation,
            "a refresh token was used again: the session is ended"
        );
        Ok(AuthError::SessionEnded(Some(SessionEnd {
            at: deed.at,
            reason,
        })))
    }
}
