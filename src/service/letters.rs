//! Letters: mail about organizations to those who belong to them. They carry no link: there is nothing to
//! prove, and nothing to undo by whoever reads them.

use super::mail::{Content, Mail, Template};
use super::{AuthError, security_events};
use crate::domain::{Client, Role, User};
use crate::store::{NewLetter, Told};

/// So many owners are told of what another one, or somebody else, does, the longest-standing first: a letter
/// each, and an organization may have thousands.
pub(super) const MOST_OWNERS_TOLD: i64 = 50;

/// Composes letters. Cheap to clone.
#[derive(Clone)]
pub struct Letters {
    pub(crate) mail: Mail,
}

impl Letters {
    /// What to tell a member of what this client does in their organization just now.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(super) fn compose(
        &self,
        template: Template,
        to: &User,
        organization: &str,
        client: &Client,
    ) -> Result<NewLetter, AuthError> {
        let content = self.mail.dated_content(client);
        self.write(template, to, organization, content)
    }

    /// Likewise of a role that they have from now on.
    ///
    /// # Errors
    /// As [`Letters::compose`].
    pub(super) fn compose_role_changed(
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

    /// Likewise of somebody who owns it from now on, to its other owners.
    ///
    /// # Errors
    /// As [`Letters::compose`].
    pub(super) fn compose_owner_added(
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

    /// To be called once letters and events are written.
    pub(super) fn announce(&self, letters: &[NewLetter], told: &Told) {
        told.events.iter().for_each(security_events::log);
        for (letter, recipient) in letters.iter().zip(&told.recipients) {
            self.mail
                .announce_unlinked(&letter.message, recipient.as_deref());
        }
    }
}
