//! Sending what is due. Every node does, and a message is claimed by one of them at a time.
//!
//! At least once: whoever dies between the mail server's "taken" and our note of it leaves a message
//! that will be sent again, under the same `Message-ID`. Never lost: a claim is only a time until which
//! the others wait.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use tokio::sync::watch;

use super::composer::Mail;
use super::smtp::{Refusal, Smtp, SmtpOptions};
use crate::platform::clock::Clock;
use crate::service::error::AuthError;
use crate::store::{Message, Store};

/// How many messages a node sends at once, so that a slow mail server holds up few.
const COURIERS: usize = 4;

/// How often to look for what this node was not told of: what another left behind, and what is to be
/// tried again.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How often to note that a message is sent, over as long as an attempt may take.
const NOTE_TRIES: u32 = 10;

/// The pause after the first failure. It doubles with each, up to an hour: a greylisting server wants
/// a few minutes (RFC 6647 section 4.3), a broken one must not be hammered.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// How mail leaves this node.
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
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(
        store: Store,
        clock: Clock,
        mail: Mail,
        options: DeliveryOptions,
    ) -> Result<Self, String> {
        Ok(Self {
            store,
            clock,
            mail,
            smtp: Arc::new(Smtp::new(options.smtp)?),
        })
    }

    /// Sends what is due, as it becomes due, until told to stop. Ends when what is under way is done.
    pub async fn run(self, stopping: watch::Receiver<bool>) {
        let couriers = (0..COURIERS).map(|_| self.clone().work(stopping.clone()));
        futures_util::future::join_all(couriers).await;
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
                () = tokio::time::sleep(LOOK_EVERY) => {}
                changed = stopping.changed() => {
                    if changed.is_err() {
                        return; // Nobody is left to tell us.
                    }
                }
            }
        }
    }

    /// Sends what is due now, one after another. Answers how many attempts that were.
    ///
    /// # Errors
    /// When the store fails. What was claimed becomes due again by itself.
    pub async fn deliver_due(&self) -> Result<usize, AuthError> {
        let mut attempts = 0;
        while self.deliver_next().await? {
            attempts += 1;
        }
        Ok(attempts)
    }

    /// `false` if nothing is due.
    async fn deliver_next(&self) -> Result<bool, AuthError> {
        let now = self.clock.now();
        // Twice what an attempt may take: the note of its outcome needs time, too.
        let claim = TimeDelta::from_std(2 * self.smtp.timeout()).unwrap_or(LONGEST_PAUSE);
        let Some(message) = self.store.claim_message(now, now + claim).await? else {
            return Ok(false);
        };
        match self.attempt(&message).await {
            Ok(()) => self.note_sent(&message).await?,
            Err(refusal) => self.note_refusal(&message, refusal).await?,
        }
        Ok(true)
    }

    /// The mail server has it: were that not noted, it would be sent again.
    async fn note_sent(&self, message: &Message) -> Result<(), AuthError> {
        let wiped = self.mail.wiped(message)?;
        let mut tries = 0;
        loop {
            let now = self.clock.now();
            let noted = self.store.mark_message_sent(message.id, &wiped, now).await;
            match noted {
                Ok(()) => break,
                Err(error) if tries == NOTE_TRIES => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, mail = %message.id, "mail was sent, and that is not noted yet");
                }
            }
            tries += 1;
            tokio::time::sleep(self.smtp.timeout() / NOTE_TRIES).await;
        }
        tracing::info!(mail = %message.id, template = message.template, "mail sent");
        Ok(())
    }

    /// A panic is a bug, and takes neither the courier nor the message with it.
    async fn attempt(&self, message: &Message) -> Result<(), Refusal> {
        let attempt = AssertUnwindSafe(self.send(message)).catch_unwind().await;
        attempt.unwrap_or_else(|_| Err(Refusal::Temporary("sending it panicked".to_owned())))
    }

    async fn send(&self, message: &Message) -> Result<(), Refusal> {
        // Another node may have the key or the template: perhaps it takes the next turn.
        let letter = self.mail.letter(message);
        let letter = letter.map_err(|problem| Refusal::Temporary(problem.to_string()))?;
        self.smtp.send(&letter).await
    }

    async fn note_refusal(&self, message: &Message, refusal: Refusal) -> Result<(), AuthError> {
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

/// When to try again; `None` if that is too late.
fn next_attempt(message: &Message, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let doublings = u32::try_from(message.attempts - 1).unwrap_or(0).min(10);
    let pause = (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE);
    let due_at = now + pause;
    (due_at <= message.give_up_at).then_some(due_at)
}

#[cfg(test)]
mod tests {
    use super::{Message, next_attempt};
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    #[test]
    fn pauses_grow_to_an_hour_and_end_with_the_day() {
        let start: DateTime<Utc> = "2026-06-01T12:00:00Z".parse().unwrap();
        let mut message = Message {
            id: Uuid::nil(),
            template: String::new(),
            recipient: String::new(),
            language: None,
            sealed: Vec::new(),
            created_at: start,
            attempts: 1,
            due_at: None,
            give_up_at: start + TimeDelta::hours(24),
            sent_at: None,
            failed_at: None,
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
