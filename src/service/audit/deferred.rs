//! Events that are written a moment after the answer: those of attempts that were refused. Neither their cost nor their time
//! must tell whether there is such an account, and a flood of attempts must not become a flood of statements.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc::{Receiver, channel};

use super::SecurityEvents;
use super::log::{self, NOBODY};
use crate::domain::{Client, Identifier, SecurityEvent, SecurityEventKind};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::store::{Observation, Store};

/// Observations that may wait to be written. More come only in a flood, and are then in the log alone.
const MAX_WAITING: usize = 1_000;

/// Observations are written together, so long after the first of them that no answer tells by its time
/// whether there was something to write.
const WRITTEN_AFTER: Duration = Duration::from_millis(500);

/// An account under attack reaches its limit again and again: once in so long is told.
const LIMIT_REACHED_AGAIN: TimeDelta = TimeDelta::hours(1);

/// The most accounts, known or not, of which it is remembered that they were told. Further ones are told again.
const MAX_REMEMBERED: usize = 10_000;

impl SecurityEvents {
    /// Makes the record, and what writes down the observations.
    #[must_use]
    pub fn new(store: Store, clock: Clock, random: Random) -> (Self, Recorder) {
        let (observed, observations) = channel(MAX_WAITING);
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

    /// Tells the operator, and a moment later the account's owner, that something was refused. Of an
    /// attempt on no account at all, the operator alone is told.
    pub(in crate::service) fn observe(
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
        log::event(&SecurityEvent {
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
        let mut observed = Vec::with_capacity(MAX_WAITING);
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
        while observed.len() < MAX_WAITING {
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
        let has_room = self.limits_told.len() < MAX_REMEMBERED;
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
