//! Charging attempts, refusing them, and giving charges back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::sleep;

use super::RateLimits;
use super::buckets::network;
use super::charges::Charges;
use super::table::{LimitScope, RateLimitedAction};
use crate::domain::{BucketName, Client, Identifier, SecurityEventKind, SessionId, UserId};
use crate::service::error::AuthError;
use crate::store::FullBucket;

/// Delays each refusal, so that a flood cannot retry as fast as it is refused.
const REFUSAL_DELAY: Duration = Duration::from_millis(250);

/// A party that proves a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Prover {
    /// The devices that the account does not know, all together.
    UnknownDevices,
    /// A device that the account knows by its `X-Device-ID`.
    KnownDevice,
    Session(SessionId),
}

impl RateLimits {
    /// Charges an attempt to its buckets in one statement; without a statement while the bucket of its network is known
    /// to be full, so that a flood costs the database nothing. A bucket without a party in its scope is not charged.
    /// Records an event for the account if a bucket other than the network's is full. A refused attempt sends no mail,
    /// and is not charged for it. Returns the charges, so that they can be given back.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge(
        &self,
        action: RateLimitedAction,
        client: &Client,
        parties: &[(LimitScope, &str)],
        account: Option<Identifier>,
    ) -> Result<Charges, AuthError> {
        if !self.is_enabled {
            return Ok(Charges::default());
        }
        let now = self.clock.now();
        let charges = self.buckets.charges(action, client, parties);
        let is_network = |full: &FullBucket| charges.is_network(full.bucket);
        let mut full = self.full.full_among(&charges, now);
        if full.iter().any(is_network) {
            return Err(refusal(&full, now).await);
        }
        let open = charges.open(&full);
        if !open.is_empty() {
            let refused = self.store.charge(&open.to_vec(), now).await?;
            if account.is_some() && !refused.iter().all(is_network) {
                let (kind, operation) = (SecurityEventKind::LimitReached, action.operation());
                self.audit.record_later(kind, account, client, operation);
            }
            self.full.remember(&refused, now);
            full.extend(refused);
        }
        if full.is_empty() {
            return Ok(charges);
        }
        self.give_back_to(&open.mail_buckets_except(&full)).await;
        warn_refused(action, client);
        Err(refusal(&full, now).await)
    }

    /// Charges an action to the network that it comes from.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge_network(
        &self,
        action: RateLimitedAction,
        client: &Client,
    ) -> Result<(), AuthError> {
        self.charge(action, client, &[], None).await?;
        Ok(())
    }

    /// Charges an attempt to the account of the user who is logged in, and to the network if the table says so.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge_account(
        &self,
        action: RateLimitedAction,
        client: &Client,
        user_id: UserId,
    ) -> Result<(), AuthError> {
        let party = (LimitScope::Account, &*user_id.to_string());
        let account = Some(Identifier::Id(user_id));
        self.charge(action, client, &[party], account).await?;
        Ok(())
    }

    /// Charges an attempt around a second factor of a user to the party that makes it, and to the network if the table says
    /// so.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge_prover(
        &self,
        action: RateLimitedAction,
        client: &Client,
        user_id: UserId,
        prover: &Prover,
    ) -> Result<Charges, AuthError> {
        let prover = match prover {
            Prover::UnknownDevices => format!("account {user_id}"),
            Prover::KnownDevice => format!("device {user_id} {}", client.device.fingerprint()),
            Prover::Session(id) => format!("session {id}"),
        };
        let party = (LimitScope::Prover, prover.as_str());
        let account = Some(Identifier::Id(user_id));
        self.charge(action, client, &[party], account).await
    }

    /// Charges a login to the name that was given, and first to the network, alone and with this name. If one of these
    /// is full, but the client has a pass because it verified the account's mailbox, charges its own bucket instead.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge_login_by_name(
        &self,
        name: &str,
        client: &Client,
        account: Option<Identifier>,
    ) -> Result<Charges, AuthError> {
        let action = RateLimitedAction::Login;
        let party = (LimitScope::Account, name);
        let charged = self.charge(action, client, &[party], account.clone()).await;
        let Err(AuthError::RateLimited { .. }) = charged else {
            return charged;
        };
        let now = self.clock.now();
        if !self.full_network(action, client, now).is_empty() {
            return charged; // the bucket of the network alone: a flood costs no statement
        }
        if !self.store.has_pass(self.passes(name, client), now).await? {
            return charged;
        }
        let place = network(client.address);
        let party = (LimitScope::Device, &*format!("proved {name} {place}"));
        let action = RateLimitedAction::LoginWithPass;
        self.charge(action, client, &[party], account).await
    }

    /// Refuses an attempt if this node knows that the bucket of its network is full, without a statement. For attempts
    /// that need a lookup before they can be charged.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn refuse_full_network(
        &self,
        action: RateLimitedAction,
        client: &Client,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        let full = self.full_network(action, client, now);
        if full.is_empty() {
            return Ok(());
        }
        Err(refusal(&full, now).await)
    }

    /// Returns the bucket of the network alone, if this node knows that it is full.
    fn full_network(
        &self,
        action: RateLimitedAction,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Vec<FullBucket> {
        let network = self.buckets.charges(action, client, &[]);
        self.full.full_among(&network, now)
    }

    /// Gives back the charges of a login whose password was not compared, except the one to the network alone, which
    /// still limits the number of attempts.
    pub(in crate::service) async fn give_back(&self, charged: &Charges) {
        self.give_back_to(&charged.buckets_except_network()).await;
    }

    /// Gives back all charges of an attempt whose password was right.
    pub(in crate::service) async fn give_back_all(&self, charged: &Charges) {
        self.give_back_to(&charged.buckets()).await;
    }

    /// Gives back the charges for mail of an attempt that sent none.
    pub(in crate::service) async fn give_back_mail(&self, charged: &Charges) {
        self.give_back_to(&charged.mail_buckets_except(&[])).await;
    }

    /// Forgets that these buckets were full, because charges were given back to them.
    pub(in crate::service) fn forget(&self, charged: &Charges) {
        self.full.forget(&charged.buckets());
    }

    async fn give_back_to(&self, buckets: &[BucketName]) {
        if buckets.is_empty() {
            return;
        }
        self.full.forget(buckets);
        if let Err(error) = self.store.give_back(buckets).await {
            tracing::warn!(%error, "could not take a charge back: an attempt counts that should not");
        }
    }
}

pub(super) fn warn_refused(action: RateLimitedAction, client: &Client) {
    let (field, network) = (action.operation(), network(client.address));
    tracing::warn!(field, network, "too many attempts");
}

/// Waits a moment, and returns the refusal. The client may try again when the last of the full buckets lets an attempt
/// through.
pub(super) async fn refusal(full: &[FullBucket], now: DateTime<Utc>) -> AuthError {
    sleep(REFUSAL_DELAY).await;
    let retry_times = full.iter().map(|bucket| bucket.retry_at.timestamp_millis());
    let millis = retry_times.max().unwrap_or_default() - now.timestamp_millis();
    let retry_after = u64::try_from(millis.max(1)).unwrap_or(1).div_ceil(1000);
    AuthError::RateLimited { retry_after }
}
