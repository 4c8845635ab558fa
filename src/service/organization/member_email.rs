//! Mail about an organization to its members. It contains no link, because its reader has nothing to confirm or undo.

use crate::domain::{Client, OrganizationId, Role, User, UserId};
use crate::service::core::Core;
use crate::service::error::AuthError;
use crate::service::mail::{Content, Template};
use crate::store::NewMemberEmail;

/// The maximum number of owners who get a mail about an action, the longest-standing first. An organization may have
/// thousands.
const MAX_MAILED_OWNERS: i64 = 50;

/// Lists the owners who get a mail about an action of this user in an organization.
pub async fn list_mailed_owners(
    core: &Core,
    organization_id: OrganizationId,
    user_id: UserId,
) -> Result<Vec<User>, AuthError> {
    let store = &core.store;
    let owners = store
        .list_other_owners(organization_id, user_id, MAX_MAILED_OWNERS)
        .await?;
    Ok(owners)
}

/// Composes a mail to a member about an action of this client in their organization.
///
/// # Errors
/// `Unexpected` when the mail cannot be sealed.
pub fn compose(
    core: &Core,
    template: Template,
    to: &User,
    organization: &str,
    client: &Client,
) -> Result<NewMemberEmail, AuthError> {
    compose_with(core, template, to, organization, client, Content::default())
}

/// Composes a mail to a member about their new role.
///
/// # Errors
/// As [`compose`].
pub fn compose_about_new_role(
    core: &Core,
    to: &User,
    organization: &str,
    client: &Client,
    role: Role,
) -> Result<NewMemberEmail, AuthError> {
    let content = Content {
        role: Some(role.as_str().to_owned()),
        ..Content::default()
    };
    compose_with(
        core,
        Template::RoleChanged,
        to,
        organization,
        client,
        content,
    )
}

/// Composes mails to the other owners of an organization about a new owner.
///
/// # Errors
/// As [`compose`].
pub fn compose_about_new_owner(
    core: &Core,
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
        compose_with(
            core,
            Template::OwnerAdded,
            to,
            organization,
            client,
            content,
        )
    };
    others.iter().map(email).collect()
}

fn compose_with(
    core: &Core,
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
        message: core.mail.compose_unlinked(template, client, content)?,
    })
}
