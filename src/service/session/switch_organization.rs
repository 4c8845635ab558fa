//! Switches of a session's active organization, which its access tokens name to other services.

use chrono::{DateTime, Utc};

use super::Sessions;
use crate::domain::{ActiveOrganization, OrganizationId, Session, SessionState, UserId, Viewer};
use crate::service::error::AuthError;
use crate::service::token::AccessToken;
use crate::store::SwitchOrganizationError;

/// An access token for another organization.
pub struct Switched {
    pub access_token: AccessToken,
    /// `None` if the token names no organization.
    pub active_organization: Option<ActiveOrganization>,
}

impl Sessions {
    /// Switches the viewer's session to another of their organizations, or to none, and issues an access token for it.
    /// Rotates nothing, and does not change older tokens.
    ///
    /// # Errors
    /// `OrganizationNotFound` or `EmailNotVerified` when the viewer is not a verified member; `SessionEnded`.
    pub async fn switch_organization(
        &self,
        viewer: &Viewer,
        organization_id: Option<OrganizationId>,
    ) -> Result<Switched, AuthError> {
        let now = self.core.clock.now();
        let active_organization = self
            .switch_session(&viewer.session, organization_id, now)
            .await?;
        // The token has the generation that the client presented. A token of the newest generation would prove that the
        // client has received that one, which may not be true.
        let session = Session {
            generation: viewer.generation,
            ..viewer.session.clone()
        };
        let username = &viewer.user.username;
        Ok(Switched {
            access_token: self
                .tokens
                .access(&session, username, active_organization.as_ref())?,
            active_organization,
        })
    }

    /// Switches a session to another organization of its user, or to none.
    ///
    /// # Errors
    /// `OrganizationNotFound` or `EmailNotVerified` when the user is not a verified member; `SessionEnded`.
    pub(super) async fn switch_session(
        &self,
        session: &Session,
        organization_id: Option<OrganizationId>,
        now: DateTime<Utc>,
    ) -> Result<Option<ActiveOrganization>, AuthError> {
        let store = &self.core.store;
        let switched = store.switch_organization(session.id, organization_id, now);
        match switched.await {
            Ok(active_organization) => Ok(active_organization),
            Err(SwitchOrganizationError::Store(error)) => Err(error.into()),
            Err(SwitchOrganizationError::Refused) => {
                Err(self.switch_refusal(session, organization_id, now).await?)
            }
        }
    }

    /// Finds out why a session was not switched, and returns the error.
    async fn switch_refusal(
        &self,
        session: &Session,
        organization_id: Option<OrganizationId>,
        now: DateTime<Utc>,
    ) -> Result<AuthError, AuthError> {
        let (id, user_id) = (session.id, session.user_id);
        let session = self.core.store.find_session_of_user(id, user_id).await?;
        match session.map(|session| session.state(now)) {
            None => return Ok(AuthError::SessionEnded(None)),
            Some(SessionState::Ended(end)) => return Ok(AuthError::SessionEnded(Some(end))),
            Some(SessionState::Live) => {}
        }
        let refusal = match organization_id {
            Some(id) => self.organization_refusal(user_id, id).await?,
            None => None,
        };
        // Without a refusal, nothing stands against the switch any more, and the client can try again.
        Ok(refusal.unwrap_or(AuthError::OrganizationNotFound))
    }

    /// Returns the error for a session that could not switch to an organization: its user is not a member, or their
    /// address is unverified. Returns `None` if neither is true any more.
    pub(super) async fn organization_refusal(
        &self,
        user_id: UserId,
        organization_id: OrganizationId,
    ) -> Result<Option<AuthError>, AuthError> {
        let role = self.core.store.find_role(organization_id, user_id).await?;
        if role.is_none() {
            return Ok(Some(AuthError::OrganizationNotFound));
        }
        let users = self.core.store.list_users(&[user_id], None).await?;
        let is_verified = users.iter().any(|user| user.email_verified_at.is_some());
        Ok((!is_verified).then_some(AuthError::EmailNotVerified))
    }
}
