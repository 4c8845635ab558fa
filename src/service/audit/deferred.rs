//! Deferred events, which are written a moment after the response: those of refused attempts, and of requests for a reset
//! link. Their cost and time must not reveal whether the account exists, and a flood of attempts must not become a flood of
//! statements.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc::{Receiver, channel};

use super::Audit;
use super::log;
use crate::domain::{Client, Identifier, SecurityEventKind};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::mail::Mail;
use crate::store::{DeferredEvent, Store};

/// The maximum number of events that wait to be written. In a flood, the others are only in the log.
const MAX_WAITING: usize = 1_000;

/// The time from the first deferred event until a batch is written. It is long enough that the time of a response does
/// not reveal whether an event was written.
const BATCH_DELAY: Duration = Duration::from_millis(500);

/// The time for which the same limit of an account is not recorded again. Under attack it is reached continuously.
const LIMIT_REPEAT_AFTER: TimeDelta = TimeDelta::hours(1);

/// The maximum number of limits that are remembered, of existing accounts or not. Beyond it, limits are recorded each
/// time.
const MAX_REMEMBERED: usize = 10_000;

impl Audit {
    /// Returns the audit, and the recorder that writes its deferred events.
    #[must_use]
    pub fn new(store: Store, clock: Clock, random: Random, mail: Mail) -> (Self, Recorder) {
        let (deferred, events) = channel(MAX_WAITING);
        let recorder = Recorder {
            store: store.clone(),
            events,
            reached_limits: HashMap::new(),
        };
        let audit = Self {
            store,
            clock,
            random,
            mail,
            deferred,
        };
        (audit, recorder)
    }

    /// Logs the event of an attempt, and sends it to the recorder. An attempt on no account is only logged.
    pub(in crate::service) fn record_later(
        &self,
        kind: SecurityEventKind,
        account: Option<Identifier>,
        client: &Client,
        operation: &'static str,
    ) {
        let user_id = match &account {
            Some(Identifier::Id(id)) => Some(*id),
            Some(Identifier::Email(_) | Identifier::Username(_)) | None => None,
        };
        log::attempt(kind, user_id, client, operation);
        let Some(account) = account else { return };
        let mut audit = self.begin_operation(operation, client);
        // The client may be a stranger who mistyped a name. With the id of the stranger's device, the owner of the
        // account could pose as that device.
        audit.client.device.id = None;
        let event = DeferredEvent {
            kind,
            account,
            audit,
        };
        if self.deferred.try_send(event).is_err() {
            tracing::debug!("too much happens at once: not every event is in the database");
        }
    }
}

/// The writer of deferred events.
pub struct Recorder {
    store: Store,
    events: Receiver<DeferredEvent>,
    /// The limits that were recently reached, by account and operation, and when they were recorded.
    reached_limits: HashMap<(String, Option<&'static str>), DateTime<Utc>>,
}

impl Recorder {
    /// Runs until every sender is gone and all waiting events are written.
    pub async fn run(mut self) {
        let mut events = Vec::with_capacity(MAX_WAITING);
        while let Some(first) = self.events.recv().await {
            self.forget_before(first.audit.at - LIMIT_REPEAT_AFTER);
            events.push(first);
            let has_senders = self.gather(&mut events).await;
            events.retain(|event| self.is_new(event));
            self.write(&events).await;
            events.clear();
            if !has_senders {
                return;
            }
        }
    }

    /// Waits for the rest of a batch. Returns `false` if every sender is gone.
    async fn gather(&mut self, events: &mut Vec<DeferredEvent>) -> bool {
        let later = tokio::time::sleep(BATCH_DELAY);
        tokio::pin!(later);
        while events.len() < MAX_WAITING {
            tokio::select! {
                () = &mut later => return true,
                next = self.events.recv() => match next {
                    Some(next) => events.push(next),
                    None => return false,
                },
            }
        }
        true
    }

    /// Writes events one by one: on PostgreSQL, one transaction would lock many accounts in arbitrary order, and could
    /// deadlock. An event that the database refuses costs only itself.
    async fn write(&self, events: &[DeferredEvent]) {
        for (written, event) in events.iter().enumerate() {
            let Err(error) = self.store.insert_deferred_event(event).await else {
                continue;
            };
            if error.is_temporary() {
                let lost = events.len() - written;
                tracing::warn!(%error, lost, "security events were not written");
                return;
            }
            tracing::error!(%error, "a security event was not written");
        }
    }

    fn forget_before(&mut self, limit: DateTime<Utc>) {
        self.reached_limits.retain(|_, at| *at > limit);
    }

    fn is_new(&mut self, event: &DeferredEvent) -> bool {
        if event.kind != SecurityEventKind::LimitReached {
            return true;
        }
        let account = event.account.canonical().into_owned();
        let has_room = self.reached_limits.len() < MAX_REMEMBERED;
        match self.reached_limits.entry((account, event.audit.operation)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(first) => {
                if has_room {
                    first.insert(event.audit.at);
                }
                true
            }
        }
    }
}
