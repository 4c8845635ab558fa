//! The links that verify an address: of registrations, of corrections, and of requests for another link.

use crate::domain::{Client, Id, PendingRegistration};
use crate::service::core::Core;
use crate::service::error::AuthError;
use crate::service::mail::{Content, Template};
use crate::store::NewVerification;

/// Composes a link that verifies an address, with a mail that describes the registration. `None` makes a mail that is
/// not sent.
///
/// # Errors
/// `Unexpected` when the mail cannot be sealed.
pub fn compose(
    core: &Core,
    client: &Client,
    registration: Option<&PendingRegistration>,
) -> Result<NewVerification, AuthError> {
    let content = registration.map(Content::of_registration);
    let content = content.unwrap_or_default();
    let link = core
        .mail
        .compose_link(Template::VerifyEmail, client, content)?;
    Ok(NewVerification {
        id: Id::new(core.random.id(link.created_at)),
        link,
    })
}
