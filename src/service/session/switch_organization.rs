//! The organization that a session acts for: what its access tokens say to services that trust us.

use uuid::Uuid;

use super::Sessions;
use crate::domain::{Acting, Session, Viewer};
use crate::service::error::AuthError;
use crate::service::token::AccessToken;
use crate::store::SwitchOrganizationError;

/// An access token for another organization.
pub struct Switched {
    pub access_token: AccessToken,
    /// `None`: it is for no organization.
    pub acting: Option<Acting>,
}

impl Sessions {
    /// Lets the viewer's session act for another of their organizations from now on, or for none, and
    /// makes an access token that says so. Nothing is rotated, and older tokens stay what they are.
    ///
    /// # Errors
    /// `OrganizationNotFound` when the viewer does not belong to it; `SessionEnded`.
    pub async fn switch_organization(
        &self,
        viewer: &Viewer,
        organization_id: Option<Uuid>,
    ) -> Result<Switched, AuthError> {
        let now = self.clock.now();
        let id = viewer.session.id;
        let acting = match self
            .store
            .switch_organization(id, organization_id, now)
            .await
        {
            Ok(acting) => acting,
            Err(SwitchOrganizationError::Store(error)) => return Err(error.into()),
            Err(SwitchOrganizationError::NotAMember) => {
                let found = self.store.find_session_of_user(id, viewer.user.id).await?;
                return Err(match found.map(|session| session.end(now)) {
                    Some(None) => AuthError::OrganizationNotFound,
                    end => AuthError::SessionEnded(end.flatten()),
                });
            }
        };
        // Of the generation that the client showed: it may not have received the newest, and a token of
        // that one would prove that it had.
        let session = Session {
            generation: viewer.generation,
            ..viewer.session.clone()
        };
        let username = &viewer.user.username;
        Ok(Switched {
            access_token: self.tokens.access(&session, username, acting.as_ref())?,
            acting,
        })
    }

    /// Finds out why a session may not act for an organization: its user does not belong to it, or has still to
    /// verify their address; `None` if it may by now.
    pub(super) async fn organization_refusal(
        &self,
        user_id: Uuid,
        organization_id: Uuid,
    ) -> Result<Option<AuthError>, AuthError> {
        let role = self.store.find_role(organization_id, user_id).await?;
        if role.is_none() {
            return Ok(Some(AuthError::OrganizationNotFound));
        }
        let users = self.store.list_users(&[user_id], None).await?;
        let is_verified = users.iter().any(|user| user.email_verified_at.is_some());
        Ok((!is_verified).then_some(AuthError::EmailNotVerified))
    }
}
