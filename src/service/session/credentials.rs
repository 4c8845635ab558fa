//! The credentials of a login: finding the account, charging the attempt, and recording its failure.

use std::borrow::Cow;

use tokio::time::Instant;

use super::Sessions;
use crate::domain::{Client, Credentials, EmailAddress, Identifier, SecurityEventKind, Username};
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::rate_limits::{Charges, LimitScope, RateLimitedAction};
use crate::service::response_time::wait_for_step;
use crate::store::ClientEvidence;

impl Sessions {
    /// Charges a login, and finds the account that it names. Returns the account's credentials and the charges.
    pub(super) async fn find_and_charge(
        &self,
        typed: &str,
        named: Option<&Identifier>,
        client: &Client,
    ) -> Result<(Option<Credentials>, Charges), AuthError> {
        if client.device.id.is_none() {
            // A device without an id is charged by the name alone, so the account is not looked up for a refused login,
            // and the time of the refusal reveals nothing.
            let charged = self.charge_login(typed, named, None, client).await?;
            return match self.find_credentials(named, client).await {
                Ok(credentials) => Ok((credentials, charged)),
                Err(error) => Err(self.give_back_on_failure(error, &charged).await),
            };
        }
        let action = RateLimitedAction::Login;
        self.core
            .rate_limits
            .refuse_full_network(action, client)
            .await?;
        let began = Instant::now();
        let credentials = self.find_credentials(named, client).await?;
        match self
            .charge_login(typed, named, credentials.as_ref(), client)
            .await
        {
            Ok(charged) => Ok((credentials, charged)),
            Err(refusal) => {
                wait_for_step(began).await;
                Err(refusal)
            }
        }
    }

    /// Finds the account that a login names, and whether the account knows the client.
    async fn find_credentials(
        &self,
        identifier: Option<&Identifier>,
        client: &Client,
    ) -> Result<Option<Credentials>, AuthError> {
        let Some(identifier) = identifier else {
            return Ok(None);
        };
        let evidence = ClientEvidence {
            device: &client.device,
            passes: self
                .core
                .rate_limits
                .passes(&identifier.canonical(), client),
            now: self.core.clock.now(),
        };
        let credentials = self.core.store.find_credentials(identifier, Some(evidence));
        Ok(credentials.await?)
    }

    /// Charges a login to the name that was given, whether or not an account has it. A device that the account knows
    /// has its own bucket.
    async fn charge_login(
        &self,
        typed: &str,
        identifier: Option<&Identifier>,
        credentials: Option<&Credentials>,
        client: &Client,
    ) -> Result<Charges, AuthError> {
        if let Some(credentials) = account_of_known_device(credentials, client) {
            let (user, device) = (credentials.user.id, client.device.fingerprint());
            let party = (LimitScope::Device, &*format!("{user} {device}"));
            let action = RateLimitedAction::LoginOnKnownDevice;
            let account = Some(Identifier::Id(user));
            return self
                .core
                .rate_limits
                .charge(action, client, &[party], account)
                .await;
        }
        // A text that cannot be a name has its own bucket, too, so that users with different typing errors do not share
        // one.
        let name = match identifier {
            Some(identifier) => identifier.canonical(),
            None => Cow::Owned(format!("no name: {}", typed.to_lowercase())),
        };
        let account = identifier.cloned();
        self.core
            .rate_limits
            .charge_login_by_name(&name, client, account)
            .await
    }

    /// Records a wrong password for the account. Without an account, the attempt is only logged.
    pub(super) fn record_failure(&self, account: Option<Identifier>, client: &Client) {
        let kind = SecurityEventKind::LoginFailed;
        let operation = RateLimitedAction::Login.operation();
        self.core
            .audit
            .record_later(kind, account, client, operation);
    }

    /// Gives back the charges of a login that failed because of the server, since that reveals nothing about the
    /// password. Returns the error.
    pub(super) async fn give_back_on_failure(
        &self,
        error: AuthError,
        charged: &Charges,
    ) -> AuthError {
        let is_ours = matches!(
            error,
            AuthError::Overloaded { .. } | AuthError::Store(_) | AuthError::Unexpected(_)
        );
        if is_ours {
            self.core.rate_limits.give_back(charged).await;
        }
        error
    }
}

/// Parses the identifier of a login; `None` if the text can be neither an address nor a username. The login must then
/// take as long as any other. No text can be both, because an address contains an `@` and a username does not.
pub fn parse_identifier(text: &str) -> Option<Identifier> {
    let address = EmailAddress::parse(text).map(Identifier::Email);
    let username = || Username::parse(text).map(Identifier::Username);
    address.ok().or_else(|| username().ok())
}

/// Returns the account if it knows the client's device by its `X-Device-ID`. A `User-Agent` is not enough, because it
/// can be guessed.
///
/// An account with an unverified address knows no device. Otherwise, if accounts are concealed, a client that registers
/// with a taken address could tell so from its own bucket or its place in the queue.
fn account_of_known_device<'a>(
    credentials: Option<&'a Credentials>,
    client: &Client,
) -> Option<&'a Credentials> {
    let has_id = client.device.id.is_some();
    credentials.filter(|credentials| {
        has_id && credentials.device_known && credentials.user.email_verified_at.is_some()
    })
}

/// Returns the caller of a login, as far as the account recognizes the client before its password is checked.
pub fn recognize(credentials: Option<&Credentials>, client: &Client) -> Caller {
    if let Some(credentials) = account_of_known_device(credentials, client) {
        return Caller::Known(credentials.user.id);
    }
    let verified = credentials.filter(|credentials| credentials.mailbox_verified);
    verified.map_or(Caller::Stranger, |credentials| {
        Caller::MailboxVerified(credentials.user.id)
    })
}
