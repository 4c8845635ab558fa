//! What happened to an account: for its owner in the API, for the operator in the log, under the same
//! names.
//!
//! What changes something is written in the transaction that changes it. What was only tried, and
//! refused, is written a moment after the answer: neither its cost nor its time must tell whether
//! there is such an account, and a flood of it must not become a flood of statements.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use uuid::Uuid;

use super::AuthError;
use crate::clock::Clock;
use crate::domain::{Client, Deed, EndReason, Page, PageRequest, SecurityEvent, SecurityEventKind};
use crate::random::Random;
use crate::store::{EndedSessions, Identifier, Observation, Store};

/// Observations that may wait to be written. More come only in a flood, and are then in the log alone.
const MOST_WAITING: usize = 1_000;

/// Observations are written together, so long after the first of them that no answer tells by its time
/// whether there was something to write.
const WRITTEN_AFTER: Duration = Duration::from_millis(500);

/// An account under attack reaches its limit again and again: once in so long is told.
const LIMIT_REACHED_AGAIN: TimeDelta = TimeDelta::hours(1);

/// Of how many accounts, known or not, it is remembered that they were told. Beyond, they are told again.
const MOST_REMEMBERED: usize = 10_000;

/// The record of what happens. Cheap to clone.
#[derive(Clone)]
pub struct SecurityEvents {
    store: Store,
    clock: Clock,
    random: Random,
    observed: Sender<Observation>,
}

impl SecurityEvents {
    /// The record, and what writes down the observations.
    #[must_use]
    pub fn new(store: Store, clock: Clock, random: Random) -> (Self, Recorder) {
        let (observed, observations) = channel(MOST_WAITING);
        let recorder = Recorder {
            store: store.clone(),
            observations,
            limits_told: HashMap::new(),
        };
        let events = Self {
            store,
            clock,
            random,
            observed,
        };
        (events, recorder)
    }

    /// What this client does now.
    pub(super) fn deed(&self, client: &Client) -> Deed {
        let at = self.clock.now();
        Deed {
            id: self.random.id(at),
            at,
            client: client.clone(),
        }
    }

    /// Tells the operator, and a moment later the account's owner, that something was refused. What was
    /// tried on no account at all, the operator alone is told.
    pub(super) fn observe(
        &self,
        kind: SecurityEventKind,
        whose: Option<Identifier>,
        client: &Client,
        operation: &'static str,
    ) {
        let mut deed = self.deed(client);
        let user_id = match &whose {
            Some(Identifier::Id(id)) => *id,
            // What was typed may be a password in the wrong field.
            Some(Identifier::Email(_) | Identifier::Username(_)) | None => NOBODY,
        };
        log(&SecurityEvent {
            operation: Some(operation.to_owned()),
            ..deed.event(user_id, kind)
        });
        let Some(whose) = whose else { return };
        // Anybody may have done it, also a neighbour who mistyped a name: their device's id would let the
        // account's owner pass for that device.
        deed.client.device.id = None;
        let observation = Observation {
            kind,
            whose,
            deed,
            operation,
        };
        if self.observed.try_send(observation).is_err() {
            tracing::debug!("too much happens at once: not every event is in the database");
        }
    }

    /// A page of what happened to a user's account, the latest first.
    pub async fn list(
        &self,
        user_id: Uuid,
        page: &PageRequest,
    ) -> Result<Page<SecurityEvent>, AuthError> {
        Ok(self.store.list_security_events(user_id, page).await?)
    }

    /// How many events [`SecurityEvents::list`] lists in all.
    pub async fn count(&self, user_id: Uuid) -> Result<i64, AuthError> {
        Ok(self.store.count_security_events(user_id).await?)
    }
}

/// Stands in the log for an account that is not known.
const NOBODY: Uuid = Uuid::nil();

/// Tells the operator: one line, under a target of its own, so that it can be kept apart from the rest.
pub(super) fn log(event: &SecurityEvent) {
    let user = Some(event.user_id).filter(|user| *user != NOBODY);
    tracing::info!(
        target: "latchkey::security",
        event = event.kind.as_str(),
        user = user.map(tracing::field::display),
        session = event.session_id.map(tracing::field::display),
        reason = event.end_reason.map(EndReason::as_str),
        operation = event.operation,
        organization = event.organization_id.map(tracing::field::display),
        address = event.ip_address.as_deref().map(tracing::field::display),
        device_id = event.device.id,
        device = event.device.label(),
    );
}

/// Likewise of the sessions that something ended.
pub(super) fn log_ends(deed: &Deed, user_id: Uuid, sessions: &[Uuid], reason: EndReason) {
    deed.ends(user_id, sessions, reason).iter().for_each(log);
}

/// Tells the operator that accounts were deleted, and by which field of the API. Nobody else: the events of an account
/// go with it. Unverified accounts are replaced by the one that has their address or their username from now on.
pub(super) fn log_deletions(
    users: impl IntoIterator<Item = Uuid>,
    replaced_by: Option<Uuid>,
    client: &Client,
    operation: &'static str,
) {
    for user in users {
        tracing::info!(
            target: "latchkey::security",
            event = "ACCOUNT_DELETED",
            %user,
            replaced_by = replaced_by.map(tracing::field::display),
            operation,
            address = %client.address,
        );
    }
}

/// How many sessions something ended, at least. They are over, whether or not the database can count them.
pub(super) async fn count_ended(store: &Store, ended: &EndedSessions) -> u64 {
    match store.count_ended(ended).await {
        Ok(count) => count,
        Err(error) => {
            tracing::warn!(%error, "the sessions that ended were not all counted");
            ended.newest.len() as u64
        }
    }
}

/// Writes down what was observed.
pub struct Recorder {
    store: Store,
    observations: Receiver<Observation>,
    /// Whose limits were told of, and when.
    limits_told: HashMap<(String, &'static str), DateTime<Utc>>,
}

impl Recorder {
    /// Runs until nobody observes any more, and what was observed is written.
    pub async fn run(mut self) {
        let mut observed = Vec::with_capacity(MOST_WAITING);
        while let Some(first) = self.observations.recv().await {
            self.forget_before(first.deed.at - LIMIT_REACHED_AGAIN);
            observed.push(first);
            let goes_on = self.gather(&mut observed).await;
            observed.retain(|observation| self.is_news(observation));
            if let Err(error) = self.store.insert_observations(&observed).await {
                tracing::warn!(%error, "security events were not written");
            }
            observed.clear();
            if !goes_on {
                return;
            }
        }
    }

    /// Waits for more; `false` if there will be none.
    async fn gather(&mut self, observed: &mut Vec<Observation>) -> bool {
        let later = tokio::time::sleep(WRITTEN_AFTER);
        tokio::pin!(later);
        while observed.len() < MOST_WAITING {
            tokio::select! {
                () = &mut later => return true,
                next = self.observations.recv() => match next {
                    Some(next) => observed.push(next),
                    None => return false,
                },
            }
        }
        true
    }

    fn forget_before(&mut self, limit: DateTime<Utc>) {
        self.limits_told.retain(|_, told| *told > limit);
    }

    fn is_news(&mut self, observation: &Observation) -> bool {
        if observation.kind != SecurityEventKind::LimitReached {
            return true;
        }
        let whose = observation.whose.canonical().into_owned();
        let has_room = self.limits_told.len() < MOST_REMEMBERED;
        match self.limits_told.entry((whose, observation.operation)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(first) => {
                if has_room {
                    first.insert(observation.deed.at);
                }
                true
            }
        }
    }
}
