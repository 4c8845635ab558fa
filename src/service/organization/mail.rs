//! Mail about an organization to its members. It contains no link, because its reader has nothing to confirm or undo.

use crate::domain::{Client, Role, User};
use crate::service::core::Core;
use crate::service::error::AuthError;
use crate::service::mail::{Content, Template};
use crate::store::NewMemberEmail;

/// The maximum number of owners who get a mail about an action, the longest-standing first. An organization may have
/// thousands.
pub const MAX_MAILED_OWNERS: i64 = 50;

impl Core {
    /// Composes a mail to a member about an action of this client in their organization.
    ///
    /// # Errors
    /// `Unexpected` when the mail cannot be sealed.
    pub(in crate::service) fn compose_member_email(
        &self,
        template: Template,
        to: &User,
        organization: &str,
        client: &Client,
    ) -> Result<NewMemberEmail, AuthError> {
        self.compose_member_email_with(template, to, organization, client, Content::default())
    }

    /// Composes a mail to a member about their new role.
    ///
    /// # Errors
    /// As [`Core::compose_member_email`].
    pub(in crate::service) fn compose_role_email(
        &self,
        to: &User,
        organization: &str,
        client: &Client,
        role: Role,
    ) -> Result<NewMemberEmail, AuthError> {
        let content = Content {
            role: Some(role.as_str().to_owned()),
            ..Content::default()
        };
        self.compose_member_email_with(Template::RoleChanged, to, organization, client, content)
    }

    /// Composes mails to the other owners of an organization about a new owner.
    ///
    /// # Errors
    /// As [`Core::compose_member_email`].
    pub(in crate::service) fn compose_owner_emails(
        &self,
        others: &[User],
        organization: &str,
        client: &Client,
        owner: &str,
    ) -> Result<Vec<NewMemberEmail>, AuthError> {
        let email = |to| {
            let content = Content {
                member: Some(owner.to_owned()),
                ..Content::default()
            };
            self.compose_member_email_with(Template::OwnerAdded, to, organization, client, content)
        };
        others.iter().map(email).collect()
    }

    fn compose_member_email_with(
        &self,
        template: Template,
        to: &User,
        organization: &str,
        client: &Client,
        content: Content,
    ) -> Result<NewMemberEmail, AuthError> {
        let content = Content {
            username: Some(to.username.clone()),
            organization: Some(organization.to_owned()),
            ..content
        };
        Ok(NewMemberEmail {
            user_id: to.id,
            message: self.mail.compose_unlinked(template, client, content)?,
        })
    }
}
