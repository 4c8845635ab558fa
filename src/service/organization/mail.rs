//! Mail about organizations to those who belong to them. It carries no link: there is nothing to prove, and nothing that
//! its reader could undo.

use crate::domain::{Client, Role, User};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::mail::{Content, Mail, Template};
use crate::store::{NewLetter, Told};

/// How many owners are told of what another one, or somebody else, does, the longest-standing first: each gets a mail,
/// and an organization may have thousands.
pub const MAX_OWNERS_TOLD: i64 = 50;

/// The mail about organizations. Cheap to clone.
#[derive(Clone)]
pub struct Letters {
    pub(crate) mail: Mail,
}

impl Letters {
    /// Composes a mail to a member about what this client does in their organization just now.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn compose(
        &self,
        template: Template,
        to: &User,
        organization: &str,
        client: &Client,
    ) -> Result<NewLetter, AuthError> {
        let content = self.mail.dated_content(client);
        self.write(template, to, organization, content)
    }

    /// Composes a mail to a member about the role that they have from now on.
    ///
    /// # Errors
    /// As [`Letters::compose`].
    pub(in crate::service) fn compose_role_changed(
        &self,
        to: &User,
        organization: &str,
        client: &Client,
        role: Role,
    ) -> Result<NewLetter, AuthError> {
        let content = Content {
            role: Some(role.as_str().to_owned()),
            ..self.mail.dated_content(client)
        };
        self.write(Template::RoleChanged, to, organization, content)
    }

    /// Composes mails to the other owners about somebody who is an owner from now on.
    ///
    /// # Errors
    /// As [`Letters::compose`].
    pub(in crate::service) fn compose_owner_added(
        &self,
        others: &[User],
        organization: &str,
        client: &Client,
        owner: &str,
    ) -> Result<Vec<NewLetter>, AuthError> {
        let letter = |to| {
            let content = Content {
                member: Some(owner.to_owned()),
                ..self.mail.dated_content(client)
            };
            self.write(Template::OwnerAdded, to, organization, content)
        };
        others.iter().map(letter).collect()
    }

    fn write(
        &self,
        template: Template,
        to: &User,
        organization: &str,
        content: Content,
    ) -> Result<NewLetter, AuthError> {
        let content = Content {
            username: Some(to.username.clone()),
            organization: Some(organization.to_owned()),
            ..content
        };
        Ok(NewLetter {
            user_id: to.id,
            message: self.mail.compose_unlinked(template, &content)?,
        })
    }

    /// Logs events and announces mails, once both are written.
    pub(in crate::service) fn announce(&self, letters: &[NewLetter], told: &Told) {
        told.events.iter().for_each(log::event);
        for (letter, recipient) in letters.iter().zip(&told.recipients) {
            self.mail
                .announce_unlinked(&letter.message, recipient.as_deref());
        }
    }
}
