//! The account that a login names: finding it, charging the attempt, and recording that it failed.

use std::borrow::Cow;

use super::Sessions;
use crate::domain::{Client, Credentials, EmailAddress, Identifier, SecurityEventKind, Username};
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::limits::{Attempt, Subject};
use crate::store::Recognition;

impl Sessions {
    /// Finds the account that a login names, and whether it knows the client.
    pub(super) async fn find_credentials(
        &self,
        identifier: Option<&Identifier>,
        client: &Client,
    ) -> Result<Option<Credentials>, AuthError> {
        let Some(identifier) = identifier else {
            return Ok(None);
        };
        let recognition = Recognition {
            device: &client.device,
            passes: self.limits.passes(&identifier.canonical(), client),
            now: self.clock.now(),
        };
        let found = self.store.find_credentials(identifier, Some(recognition));
        Ok(found.await?)
    }

    /// Charges a login to the name that was given, whether or not somebody has it; but to a bucket of its own if the
    /// account knows the device.
    pub(super) async fn charge_login(
        &self,
        typed: &str,
        identifier: Option<&Identifier>,
        found: Option<&Credentials>,
        client: &Client,
    ) -> Result<Vec<[u8; 32]>, AuthError> {
        if let Some(credentials) = known_account(found, client) {
            let (user, device) = (credentials.user.id, client.device.fingerprint());
            let subject = (Subject::Device, &*format!("{user} {device}"));
            let attempt = Attempt::LoginOnKnownDevice;
            let whose = Some(Identifier::Id(user));
            let charge = self.limits.charge(attempt, client, &[subject], whose).await;
            return Ok(charge?.buckets);
        }
        // What cannot be a name has a bucket as well: by a slip that is common, nobody shuts out the others
        // who make one.
        let name = match identifier {
            Some(identifier) => identifier.canonical(),
            None => Cow::Owned(format!("no name: {}", typed.to_lowercase())),
        };
        let whose = identifier.cloned();
        let charged = self
            .limits
            .charge_login_by_name(&name, client, whose)
            .await?;
        Ok(charged.buckets)
    }

    /// Records a wrong password for the account that it was tried on; of what cannot be anybody's name, the operator alone.
    pub(super) fn note_failure(
        &self,
        error: &AuthError,
        whose: Option<Identifier>,
        client: &Client,
    ) {
        if !matches!(error, AuthError::InvalidCredentials) {
            return;
        }
        let kind = SecurityEventKind::LoginFailed;
        let operation = Attempt::Login.field();
        self.events.observe(kind, whose, client, operation);
    }

    /// Gives back what a login was charged that failed for want of the machine: that tells nothing about the password, and is
    /// not counted as wrong. Returns the error.
    pub(super) async fn not_tried(
        &self,
        error: AuthError,
        charged: &[[u8; 32]],
        client: &Client,
    ) -> AuthError {
        let is_ours = matches!(
            error,
            AuthError::Overloaded { .. } | AuthError::Store(_) | AuthError::Unexpected(_)
        );
        if is_ours {
            self.limits.give_back(charged, client).await;
        }
        error
    }
}

/// Reads what a login names its user by. A text that cannot be an address or a username belongs to nobody, which the
/// caller must not learn faster. No text can be both: an address has an `@`, in whichever of its forms it was typed, and a username has none.
pub fn parse_identifier(text: &str) -> Option<Identifier> {
    let address = EmailAddress::parse(text).map(Identifier::Email);
    let username = || Username::parse(text).map(Identifier::Username);
    address.ok().or_else(|| username().ok())
}

/// Returns the account if it knows the device which asks, by its `X-Device-ID`: a `User-Agent` can be guessed.
///
/// None whose address is not verified: where accounts are concealed, somebody who registers with a taken address
/// would learn that it is taken, from a bucket of their own or from a place in the queue.
fn known_account<'a>(found: Option<&'a Credentials>, client: &Client) -> Option<&'a Credentials> {
    let has_id = client.device.id.is_some();
    found.filter(|it| has_id && it.device_known && it.user.email_verified_at.is_some())
}

/// Returns the person who logs in, as far as an account knows them before their password is checked.
pub fn recognize(found: Option<&Credentials>, client: &Client) -> Caller {
    if let Some(credentials) = known_account(found, client) {
        return Caller::Known(credentials.user.id);
    }
    let proved = found.filter(|credentials| credentials.mailbox_verified);
    proved.map_or(Caller::Stranger, |it| Caller::Proved(it.user.id))
}
