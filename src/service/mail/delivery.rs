//! Sending due messages. Every node sends mail, and one node at a time claims a message.
//!
//! Delivery is at least once: if a node dies after the mail server has accepted a message and before that is recorded,
//! the message is sent again under the same `Message-ID`. No message is lost: a claim expires, and then another node takes
//! over.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use tokio::sync::watch;

use super::composer::Mail;
use super::smtp::{Refusal, Smtp, SmtpError, SmtpOptions};
use crate::platform::clock::Clock;
use crate::service::error::AuthError;
use crate::store::{Message, Store};

/// The number of messages that a node sends at once, so that a slow mail server delays few of them.
const WORKERS: usize = 4;

/// The interval at which a node polls for due messages: those that another node left behind, and those to be sent again.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// The number of times that a node tries to record that a message is sent, over the time of one delivery attempt.
const RECORD_TRIES: u32 = 10;

/// The pause after the first failure. It doubles with each failure, up to an hour: a greylisting server needs
/// a few minutes (RFC 6647 section 4.3), and a broken one must not be hammered.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// The settings of delivery.
#[derive(Clone)]
pub struct DeliveryOptions {
    pub smtp: SmtpOptions,
}

/// Sends mail. Cheap to clone.
#[derive(Clone)]
pub struct Delivery {
    store: Store,
    clock: Clock,
    mail: Mail,
    smtp: Arc<Smtp>,
}

impl Delivery {
    pub fn new(
        store: Store,
        clock: Clock,
        mail: Mail,
        options: DeliveryOptions,
    ) -> Result<Self, SmtpError> {
        Ok(Self {
            store,
            clock,
            mail,
            smtp: Arc::new(Smtp::new(options.smtp)?),
        })
    }

    /// Sends messages as they become due. When the service stops, finishes the messages that are being sent and ends.
    pub async fn run(self, stopping: watch::Receiver<bool>) {
        let workers = (0..WORKERS).map(|_| self.clone().work(stopping.clone()));
        futures_util::future::join_all(workers).await;
    }

    async fn work(self, mut stopping: watch::Receiver<bool>) {
        while !*stopping.borrow() {
            match self.deliver_next().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "mail waits: the outbox cannot be read or written");
                }
            }
            tokio::select! {
                () = self.mail.written.notified() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
                changed = stopping.changed() => {
                    if changed.is_err() {
                        return; // The service is gone.
                    }
                }
            }
        }
    }

    /// Sends the messages that are due now, one after another, and returns the number of attempts.
    ///
    /// # Errors
    /// When the store fails. A claimed message becomes due again by itself.
    pub async fn deliver_due(&self) -> Result<usize, AuthError> {
        let mut attempts = 0;
        while self.deliver_next().await? {
            attempts += 1;
        }
        Ok(attempts)
    }

    /// Tries to send the next due message; `false` if none is due.
    async fn deliver_next(&self) -> Result<bool, AuthError> {
        let now = self.clock.now();
        // Twice the time of an attempt, because recording its outcome takes time, too.
        let claim = TimeDelta::from_std(2 * self.smtp.timeout()).unwrap_or(LONGEST_PAUSE);
        let Some(message) = self.store.claim_message(now, now + claim).await? else {
            return Ok(false);
        };
        match self.attempt(&message).await {
            Ok(()) => self.record_sent(&message).await?,
            Err(refusal) => self.record_refusal(&message, refusal).await?,
        }
        Ok(true)
    }

    /// Records that a message is sent. Tries several times, because the message would be sent again otherwise.
    async fn record_sent(&self, message: &Message) -> Result<(), AuthError> {
        let redacted = self.mail.redacted(message)?;
        let mut tries = 0;
        loop {
            let now = self.clock.now();
            let recorded = self
                .store
                .mark_message_sent(message.id, &redacted, now)
                .await;
            match recorded {
                Ok(()) => break,
                Err(error) if tries == RECORD_TRIES => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, mail = %message.id, "mail was sent, and that is not noted yet");
                }
            }
            tries += 1;
            tokio::time::sleep(self.smtp.timeout() / RECORD_TRIES).await;
        }
        tracing::info!(mail = %message.id, template = message.template, "mail sent");
        Ok(())
    }

    /// Sends a message. If that panics, which is a bug, the worker and the message survive.
    async fn attempt(&self, message: &Message) -> Result<(), Refusal> {
        let attempt = AssertUnwindSafe(self.send(message)).catch_unwind().await;
        attempt.unwrap_or_else(|_| Err(Refusal::Temporary("sending it panicked".to_owned())))
    }

    async fn send(&self, message: &Message) -> Result<(), Refusal> {
        // Another node may have the key or the template, and succeed at the next attempt.
        let email = self.mail.outgoing_email(message);
        let email = email.map_err(|problem| Refusal::Temporary(problem.to_string()))?;
        self.smtp.send(&email).await
    }

    async fn record_refusal(&self, message: &Message, refusal: Refusal) -> Result<(), AuthError> {
        let now = self.clock.now();
        let (problem, next) = match refusal {
            Refusal::Permanent(problem) => (problem, None),
            Refusal::Temporary(problem) => (problem, next_attempt(message, now)),
        };
        let id = message.id;
        let template = &message.template;
        if let Some(due_at) = next {
            tracing::warn!(mail = %id, template, problem, %due_at, "mail was not taken yet");
            self.store
                .postpone_message(message, due_at, &problem)
                .await?;
        } else {
            tracing::error!(mail = %id, template, problem, "mail was given up: latchkey mail show {id}");
            self.store.give_up_message(message, now, &problem).await?;
        }
        Ok(())
    }
}

/// Returns when to try again; `None` if the message must be given up before.
fn next_attempt(message: &Message, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let doublings = u32::try_from(message.attempts - 1).unwrap_or(0).min(10);
    let pause = (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE);
    let due_at = now + pause;
    (due_at <= message.give_up_at).then_some(due_at)
}

#[cfg(test)]
mod tests {
    use super::{Message, next_attempt};
    use crate::domain::{DeliveryState, MessageId};
    use chrono::{DateTime, TimeDelta, Utc};

    #[test]
    fn pauses_grow_to_an_hour_and_end_after_a_day() {
        let start: DateTime<Utc> = "2026-06-01T12:00:00Z".parse().unwrap();
        let mut message = Message {
            id: MessageId::NIL,
            template: String::new(),
            recipient: String::new(),
            language: None,
            sealed: Vec::new(),
            created_at: start,
            attempts: 1,
            state: DeliveryState::Waiting { due_at: start },
            give_up_at: start + TimeDelta::hours(24),
            problem: None,
        };
        let mut now = start;
        let mut pauses = Vec::new();
        while let Some(due) = next_attempt(&message, now) {
            pauses.push((due - now).num_seconds());
            now = due;
            message.attempts += 1;
        }
        assert_eq!(pauses[..8], [30, 60, 120, 240, 480, 960, 1920, 3600]);
        assert!(pauses[8..].iter().all(|pause| *pause == 3600));
        assert!(now - start > TimeDelta::hours(22), "{now}");
        message.attempts = i64::MAX;
        assert!(next_attempt(&message, start).is_some());
    }
}
