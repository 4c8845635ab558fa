//! Security notices: mails that tell the owner of an account about changes, so that no account is lost unnoticed.

use crate::domain::{Client, Id};
use crate::service::core::Core;
use crate::service::error::AuthError;
use crate::service::mail::{Content, Event, Template};
use crate::store::NewNotice;

/// Composes a notice to the owner of an account about an action of this client.
///
/// # Errors
/// `Unexpected` when it cannot be sealed.
pub fn compose(
    core: &Core,
    template: Template,
    username: &str,
    client: &Client,
) -> Result<NewNotice, AuthError> {
    compose_with(core, template, username, client, Content::default())
}

/// Composes a notice that names the new address of the account.
///
/// # Errors
/// As [`compose`].
pub fn compose_about_new_email(
    core: &Core,
    template: Template,
    username: &str,
    client: &Client,
    new_email: &str,
) -> Result<NewNotice, AuthError> {
    let content = Content {
        new_email: Some(new_email.to_owned()),
        ..Content::default()
    };
    compose_with(core, template, username, client, content)
}

/// Composes a notice that names the number of recovery codes that are left.
///
/// # Errors
/// As [`compose`].
pub fn compose_about_recovery_codes(
    core: &Core,
    template: Template,
    username: &str,
    client: &Client,
    codes_left: u64,
) -> Result<NewNotice, AuthError> {
    let content = Content {
        codes_left: Some(codes_left),
        ..Content::default()
    };
    compose_with(core, template, username, client, content)
}

/// Composes a notice of a new passkey, which names it.
///
/// # Errors
/// As [`compose`].
pub fn compose_about_passkey(
    core: &Core,
    username: &str,
    client: &Client,
    name: &str,
) -> Result<NewNotice, AuthError> {
    let content = Content {
        passkey_name: Some(name.to_owned()),
        ..Content::default()
    };
    compose_with(core, Template::PasskeyAdded, username, client, content)
}

fn compose_with(
    core: &Core,
    template: Template,
    username: &str,
    client: &Client,
    content: Content,
) -> Result<NewNotice, AuthError> {
    let now = core.clock.now();
    let content = Content {
        username: Some(username.to_owned()),
        event: Some(Event::of(client, now)),
        ..content
    };
    Ok(NewNotice {
        id: Id::new(core.random.id(now)),
        link: core.mail.compose_link(template, client, content)?,
    })
}
