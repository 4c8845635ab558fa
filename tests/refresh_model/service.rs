//! The service's side of the refresh protocol without a database: the rules of `domain`, and around
//! them the conditional updates that the store makes.

use chrono::{DateTime, TimeDelta, Utc};
use latchkey::domain::{
    AccessVerdict, AuthenticationMethods, Device, RefreshVerdict, Replay, Session, SessionId,
    UserId,
};

/// The counter of a session as the database has it. Times are seconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    pub generation: i64,
    pub rotated_at: i64,
    pub received_at: Option<i64>,
    pub replayed_at: Option<i64>,
    pub device: Headers,
    pub is_ended: bool,
}

/// The headers that identify a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Headers {
    pub device_id: Option<&'static str>,
    pub user_agent: &'static str,
}

impl Headers {
    fn device(self) -> Device {
        Device {
            id: self.device_id.map(str::to_owned),
            user_agent: Some(self.user_agent.to_owned()),
            ..Device::unknown()
        }
    }
}

/// The tokens of an answer: the claims of the access token, and the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tokens {
    pub generation: i64,
    pub issued_at: i64,
}

/// An answer to a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Tokens(Tokens, RefreshVerdict),
    Ended,
}

/// An answer to a request with an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Granted(AccessVerdict),
    Ended,
}

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

impl Row {
    /// A login. It is received with the first token.
    pub fn new(device: Headers, now: i64) -> Self {
        Self {
            generation: 1,
            rotated_at: now,
            received_at: Some(now),
            replayed_at: None,
            device,
            is_ended: false,
        }
    }

    /// The session that the rules judge.
    fn session(&self) -> Session {
        Session {
            id: SessionId::NIL,
            user_id: UserId::NIL,
            generation: self.generation,
            rotated_at: time(self.rotated_at),
            received_at: self.received_at.map(time),
            replayed_at: self.replayed_at.map(time),
            device: self.device.device(),
            ip_address: String::new(),
            created_at: time(0),
            last_used_at: time(0),
            expires_at: time(i64::from(u32::MAX)),
            ends_at: time(i64::from(u32::MAX)),
            ended: None,
            organization_id: None,
            authenticated_at: time(0),
            second_factor_at: None,
            methods: AuthenticationMethods::default(),
        }
    }

    pub fn judge_refresh(&self, generation: i64, headers: Headers, now: i64) -> RefreshVerdict {
        let device = headers.device();
        self.session().judge_refresh(generation, &device, time(now))
    }

    fn tokens(&self, now: i64) -> Tokens {
        Tokens {
            generation: self.generation,
            issued_at: now,
        }
    }

    fn step(&mut self, generation: i64, headers: Headers, now: i64) -> Tokens {
        *self = Self {
            generation: generation + 1,
            rotated_at: now,
            received_at: None,
            replayed_at: None,
            device: headers,
            is_ended: false,
        };
        self.tokens(now)
    }

    /// The store's `rotate_session`: the first thing that a refresh tries.
    pub fn rotate(&mut self, generation: i64, headers: Headers, now: i64) -> Option<Tokens> {
        let stands = self.generation == generation && !self.is_ended;
        stands.then(|| self.step(generation, headers, now))
    }

    /// Executes the transition for the state that was `seen`, which may have changed since: another node
    /// works on the same row. Returns `None` if the refresh must start again.
    pub fn act(
        &mut self,
        seen: &Self,
        generation: i64,
        headers: Headers,
        now: i64,
    ) -> Option<Answer> {
        if seen.is_ended {
            return Some(Answer::Ended);
        }
        let verdict = seen.judge_refresh(generation, headers, now);
        match verdict {
            RefreshVerdict::Rotate => return None,
            RefreshVerdict::Recover => {
                if self.is_ended || self.generation >= generation {
                    return None;
                }
                return Some(Answer::Tokens(self.step(generation, headers, now), verdict));
            }
            RefreshVerdict::Replay(Replay::Late) => {
                if self.is_ended || self.generation != seen.generation {
                    return None;
                }
                self.replayed_at = Some(now);
            }
            RefreshVerdict::Replay(_) => {}
            RefreshVerdict::Reuse => {
                self.is_ended = true;
                return Some(Answer::Ended);
            }
        }
        Some(Answer::Tokens(seen.tokens(now), verdict))
    }

    /// A whole refresh that nothing comes between.
    pub fn refresh(&mut self, generation: i64, headers: Headers, now: i64) -> Answer {
        if let Some(tokens) = self.rotate(generation, headers, now) {
            return Answer::Tokens(tokens, RefreshVerdict::Rotate);
        }
        let seen = self.clone();
        let answer = self.act(&seen, generation, headers, now);
        answer.expect("nothing came between")
    }

    /// A request with an access token.
    pub fn show_access(&mut self, tokens: Tokens, now: i64) -> Access {
        if self.is_ended {
            return Access::Ended;
        }
        let issued_at = time(tokens.issued_at);
        let verdict = self.session().judge_access(tokens.generation, issued_at);
        match verdict {
            AccessVerdict::Known => {}
            AccessVerdict::Received => self.received_at = Some(now),
            AccessVerdict::Recover => {
                self.generation = tokens.generation;
                (self.rotated_at, self.received_at) = (now, Some(now));
                self.replayed_at = None;
            }
            AccessVerdict::Reuse => {
                self.is_ended = true;
                return Access::Ended;
            }
        }
        Access::Granted(verdict)
    }
}
