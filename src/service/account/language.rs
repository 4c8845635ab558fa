//! The language of mail to a user: that of the client with which they last logged in or refreshed a session.

use crate::domain::{Client, UserId};
use crate::service::core::Core;

/// Stores the language of the user's client as the language of their mail, if it differs from the one on record. A
/// failure is only logged, so that the operation itself continues.
pub async fn update(core: &Core, user_id: UserId, on_record: Option<&str>, client: &Client) {
    let named = core.mail.language(client);
    let Some(language) = named.filter(|_| named != on_record) else {
        return;
    };
    if let Err(error) = core.store.set_language(user_id, language).await {
        tracing::warn!(%error, user = %user_id, "the new language of a user's mail was not stored");
    }
}
