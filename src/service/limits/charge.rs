//! Charging an attempt, or refusing it, and giving back what it was charged.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::sleep;
use uuid::Uuid;

use super::Limits;
use super::bucket::network;
use super::table::{Attempt, Subject};
use crate::domain::{Client, Identifier, SecurityEventKind};
use crate::service::error::AuthError;
use crate::store::Charge;

/// Delays each refusal. Refusing costs nearly nothing, so a flood of attempts would come back as fast as it is refused,
/// and leave the machine nothing for others.
const REFUSAL_TAKES: Duration = Duration::from_millis(250);

/// The buckets that an attempt was charged to, by name.
#[derive(Clone, Debug, Default)]
pub struct Charged {
    pub buckets: Vec<[u8; 32]>,
    /// Those of them that count mail.
    pub(super) mail: Vec<[u8; 32]>,
}

impl Limits {
    /// Charges an attempt to its buckets, in one statement; in none while its network's is known to be
    /// full, so that a flood costs the database nothing. A subject that is left out is not charged. The owner of the account
    /// that it is about hears of it when more than the network's bucket is full. An attempt that is refused sends no mail,
    /// and counts as none.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge(
        &self,
        attempt: Attempt,
        client: &Client,
        subjects: &[(Subject, &str)],
        whose: Option<Identifier>,
    ) -> Result<Charged, AuthError> {
        if !self.options.enabled {
            return Ok(Charged::default());
        }
        let now = self.clock.now();
        let bill = self.bill(attempt, client, subjects);
        let known = self.full.known(&bill.charges, now);
        if known.iter().any(|(charge, _)| bill.is_network(charge)) {
            return Err(refusal(&known, now).await);
        }
        let open = bill.open(&known);
        let mut full = known;
        if !open.is_empty() {
            let news = self.store.charge(&open, now).await?;
            if whose.is_some() && news.iter().any(|(it, _)| !bill.is_network(it)) {
                let kind = SecurityEventKind::LimitReached;
                self.events.observe(kind, whose, client, attempt.field());
            }
            self.full.remember(&news, now);
            full.extend(news);
        }
        if full.is_empty() {
            return Ok(bill.charged());
        }
        let unsent = bill.unsent(&open, &full);
        if !unsent.is_empty() {
            self.give_back_to(&unsent).await;
        }
        let network = network(client.address);
        tracing::warn!(field = attempt.field(), network, "too many attempts");
        Err(refusal(&full, now).await)
    }

    /// Charges an attempt to the account of the user who is signed in, and to the network if its row says so.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge_account(
        &self,
        attempt: Attempt,
        client: &Client,
        user_id: Uuid,
    ) -> Result<(), AuthError> {
        let subject = (Subject::Account, &*user_id.to_string());
        let whose = Some(Identifier::Id(user_id));
        self.charge(attempt, client, &[subject], whose).await?;
        Ok(())
    }

    /// Charges a login to the name that was given, and to the network for this name before it. Where a full
    /// bucket would refuse it, somebody who proved the account's mailbox from there is charged to a bucket of
    /// their own.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn charge_login_by_name(
        &self,
        name: &str,
        client: &Client,
        whose: Option<Identifier>,
    ) -> Result<Charged, AuthError> {
        let attempt = Attempt::Login;
        let subject = (Subject::Account, name);
        let charged = self
            .charge(attempt, client, &[subject], whose.clone())
            .await;
        let Err(AuthError::RateLimited { .. }) = charged else {
            return charged;
        };
        let now = self.clock.now();
        if !self
            .full
            .known(&self.charges(attempt, client, &[]), now)
            .is_empty()
        {
            return charged; // the whole network's: its flood costs nothing
        }
        if !self.store.has_pass(self.passes(name, client), now).await? {
            return charged;
        }
        let place = network(client.address);
        let subject = (Subject::Device, &*format!("proved {name} {place}"));
        let attempt = Attempt::LoginAfterProof;
        self.charge(attempt, client, &[subject], whose).await
    }

    /// Refuses an attempt whose network's bucket this node knows to be full, and asks no database: for attempts that
    /// have something to look up before they can be charged.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(in crate::service) async fn refuse_full_network(
        &self,
        attempt: Attempt,
        client: &Client,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        let known = self.full.known(&self.charges(attempt, client, &[]), now);
        if known.is_empty() {
            return Ok(());
        }
        Err(refusal(&known, now).await)
    }

    /// Gives back what a login was charged whose password was not compared: for all buckets but that of the network
    /// alone, which still bounds how often it may ask.
    pub(in crate::service) async fn give_back(&self, charged: &[[u8; 32]], client: &Client) {
        let network = self.charges(Attempt::Login, client, &[]);
        let is_network = |bucket: &[u8; 32]| network.iter().any(|it| it.bucket == *bucket);
        let others: Vec<_> = charged
            .iter()
            .filter(|it| !is_network(it))
            .copied()
            .collect();
        self.give_back_to(&others).await;
    }

    /// Gives back what an attempt was charged for mail, since it sent none.
    pub(in crate::service) async fn give_back_mail(&self, charged: &Charged) {
        if !charged.mail.is_empty() {
            self.give_back_to(&charged.mail).await;
        }
    }

    /// Forgets that buckets were full to which something was given back.
    pub(in crate::service) fn forget(&self, buckets: &[[u8; 32]]) {
        self.full.forget(buckets);
    }

    async fn give_back_to(&self, buckets: &[[u8; 32]]) {
        self.full.forget(buckets);
        if let Err(error) = self.store.give_back(buckets).await {
            tracing::warn!(%error, "could not take a charge back: an attempt counts that should not");
        }
    }
}

/// Waits a moment, and returns the refusal: to come back when the last of the buckets lets an attempt through again.
async fn refusal(full: &[(Charge, DateTime<Utc>)], now: DateTime<Utc>) -> AuthError {
    sleep(REFUSAL_TAKES).await;
    let passages = full.iter().map(|(_, passage)| passage.timestamp_millis());
    let millis = passages.max().unwrap_or_default() - now.timestamp_millis();
    let retry_after = u64::try_from(millis.max(1)).unwrap_or(1).div_ceil(1000);
    AuthError::RateLimited { retry_after }
}
