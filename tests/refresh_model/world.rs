//! A world of the model: the parties of the refresh protocol, the network between them, and the possible next steps.
//!
//! The assumptions about honest clients are here and in `docs/security/refresh-protocol.md`: the tabs of a
//! browser share what they store; a request arrives within 10 seconds of being sent or never; a client
//! waits 15 seconds for an answer; and nobody sends a newer token while an older one of theirs is on its
//! way.

use crate::service::{Access, Answer, Headers, Row, Tokens};

/// Within the race window, and longer than everything that is on its way.
const SHORT: i64 = 5;
const LONG: i64 = 70;

/// Seconds within which a request arrives, and an answer to it.
const REQUEST_TIMEOUT: i64 = 10;
const ANSWER_TIMEOUT: i64 = 15;

/// Seconds after which, with a successor in use, a token can only be a copy.
const RACE: i64 = 10;
/// Seconds after which, with its refresh repeated, an answer can only be a copy.
const GIVEN_UP: i64 = 61;

const OLD: &str = "Desk/129";
const NEW: &str = "Desk/130";
const EMULATED: &str = "Phone/17";
const THIEF: Headers = Headers {
    device_id: None,
    user_agent: "curl/8.9.1",
};

/// The largest number of events of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Refreshes that the browser's tabs send.
    pub refreshes: u8,
    pub short_waits: u8,
    pub long_waits: u8,
    /// Updates of the browser.
    pub updates: u8,
    /// Restored backups.
    pub restores: u8,
    /// Steps of a thief who has copied the browser's tokens.
    pub thefts: u8,
    /// Uses of a token by the thief.
    pub stolen_uses: u8,
}

/// The clients that share a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Two tabs without an `X-Device-ID`.
    Tabs,
    /// Two tabs with the same one; the second emulates a phone.
    Emulating,
    /// A tab, and a server that refreshes for the browser when it loads a page. Page loads have no
    /// `X-Device-ID`.
    Server,
    /// The same with a server that uses the access token before the browser has the refresh token. The
    /// documentation forbids it.
    HastyServer,
}

/// A refresh on its way to the service, or in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Request {
    tab: usize,
    generation: i64,
    headers: Headers,
    sent_at: i64,
    /// The row as a node has read it, once a rotation has failed.
    seen: Option<Row>,
}

/// An answer on its way back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Reply {
    tab: usize,
    tokens: Tokens,
    sent_at: i64,
}

/// A record of the tokens of one generation, against which the service is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Record {
    /// When one was first shown.
    shown_at: Option<i64>,
    /// When a refresh that gave them was first and last answered.
    answered_at: Option<(i64, i64)>,
}

/// More generations than the bounds allow.
const GENERATIONS: usize = 8;

type History = [Record; GENERATIONS];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    kind: Kind,
    left: Bounds,
    now: i64,
    row: Row,
    history: History,
    backup: Option<(Row, History)>,
    /// The newest generation that the browser has stored.
    stored: i64,
    /// Access tokens that its tabs still hold, the newest last.
    held: Vec<Tokens>,
    user_agent: &'static str,
    requests: Vec<Request>,
    replies: Vec<Reply>,
    stolen: Vec<Tokens>,
}

/// Something that may happen next.
#[derive(Clone, Debug)]
pub enum Step {
    Send(usize),
    /// A request reaches a node, or a node goes on with it.
    Handle(usize),
    LoseRequest(usize),
    Deliver(usize),
    LoseReply(usize),
    /// A tab uses an access token that it holds.
    Use(usize),
    Wait(i64),
    Update,
    Backup,
    Restore,
    Copy,
    /// The thief refreshes with a copied token, with the headers of the browser or others.
    RefreshStolen(usize, bool),
    UseStolen(usize),
}

impl World {
    pub fn new(kind: Kind, left: Bounds) -> Self {
        let first = Tokens {
            generation: 1,
            issued_at: 0,
        };
        let mut world = Self {
            kind,
            left,
            now: 0,
            row: Row::new(THIEF, 0),
            history: [Record::default(); GENERATIONS],
            backup: None,
            stored: 1,
            held: vec![first],
            user_agent: OLD,
            requests: Vec::new(),
            replies: Vec::new(),
            stolen: Vec::new(),
        };
        world.row.device = world.headers(0);
        world.note_shown(1);
        world
    }

    fn headers(&self, tab: usize) -> Headers {
        let (device_id, user_agent) = match (self.kind, tab) {
            (Kind::Tabs, _) | (Kind::Server | Kind::HastyServer, 1) => (None, self.user_agent),
            (Kind::Emulating, 1) => (Some("laptop"), EMULATED),
            _ => (Some("laptop"), self.user_agent),
        };
        Headers {
            device_id,
            user_agent,
        }
    }

    /// Everything that may happen next.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let is_idle = |tab: usize| {
            let asks = self.requests.iter().any(|request| request.tab == tab);
            !asks && !self.replies.iter().any(|reply| reply.tab == tab)
        };
        let older = self
            .requests
            .iter()
            .any(|request| request.generation < self.stored);
        if self.left.refreshes > 0 && !older {
            // If two tabs are alike, only the first idle one.
            let at_most = if self.kind == Kind::Tabs { 1 } else { 2 };
            let idle = (0..2).filter(|tab| is_idle(*tab));
            steps.extend(idle.take(at_most).map(Step::Send));
        }
        for index in 0..self.requests.len() {
            steps.push(Step::Handle(index));
            if self.requests[index].seen.is_none() {
                steps.push(Step::LoseRequest(index));
            }
        }
        for index in 0..self.replies.len() {
            steps.extend([Step::Deliver(index), Step::LoseReply(index)]);
        }
        steps.extend((0..self.held.len()).map(Step::Use));
        let latest = self.deadline();
        let waits = [(SHORT, self.left.short_waits), (LONG, self.left.long_waits)];
        let possible = |(wait, left): &(i64, u8)| *left > 0 && self.now + wait <= latest;
        steps.extend(
            waits
                .into_iter()
                .filter(possible)
                .map(|request| Step::Wait(request.0)),
        );
        if self.left.updates > 0 {
            steps.push(Step::Update);
        }
        match &self.backup {
            None if self.left.restores > 0 => steps.push(Step::Backup),
            Some(_) if self.left.restores > 0 => steps.push(Step::Restore),
            _ => {}
        }
        if self.left.thefts > 0 {
            steps.push(Step::Copy);
        }
        if self.left.stolen_uses > 0 {
            for index in 0..self.stolen.len() {
                steps.push(Step::RefreshStolen(index, true));
                steps.push(Step::RefreshStolen(index, false));
                steps.push(Step::UseStolen(index));
            }
        }
        steps
    }

    /// Returns the time at which the first request or reply in transit times out.
    fn deadline(&self) -> i64 {
        let requests = self
            .requests
            .iter()
            .map(|request| request.sent_at + REQUEST_TIMEOUT);
        let replies = self
            .replies
            .iter()
            .map(|reply| reply.sent_at + ANSWER_TIMEOUT);
        requests.chain(replies).min().unwrap_or(i64::MAX)
    }

    /// Returns the world after a step, or the promise that the protocol has broken.
    pub fn after(&self, step: &Step) -> Result<Self, String> {
        let mut next = self.clone();
        match *step {
            Step::Send(tab) => next.send(tab),
            Step::Handle(index) => next.handle(index)?,
            Step::LoseRequest(index) => drop(next.requests.remove(index)),
            Step::Deliver(index) => next.deliver(index),
            Step::LoseReply(index) => drop(next.replies.remove(index)),
            Step::Use(index) => next.use_access(self.held[index])?,
            Step::Wait(seconds) => {
                let short = seconds == SHORT;
                next.left.short_waits -= u8::from(short);
                next.left.long_waits -= u8::from(!short);
                next.now += seconds;
            }
            Step::Update => {
                next.left.updates -= 1;
                next.user_agent = NEW;
            }
            Step::Backup => next.backup = Some((self.row.clone(), self.history)),
            Step::Restore => next.restore(),
            Step::Copy => next.copy(),
            Step::RefreshStolen(index, looks_alike) => next.refresh_stolen(index, looks_alike)?,
            Step::UseStolen(index) => next.use_stolen(self.stolen[index])?,
        }
        Ok(next)
    }

    fn send(&mut self, tab: usize) {
        self.left.refreshes -= 1;
        self.requests.push(Request {
            tab,
            generation: self.stored,
            headers: self.headers(tab),
            sent_at: self.now,
            seen: None,
        });
    }

    fn handle(&mut self, index: usize) -> Result<(), String> {
        let mut request = self.requests.remove(index);
        let (generation, headers) = (request.generation, request.headers);
        let answer = match request.seen.take() {
            None => {
                let rotated = self.row.rotate(generation, headers, self.now);
                if rotated.is_none() {
                    request.seen = Some(self.row.clone());
                    self.requests.push(request);
                    return Ok(());
                }
                rotated
            }
            Some(seen) => match self.row.act(&seen, generation, headers, self.now) {
                None => {
                    self.requests.push(request);
                    return Ok(());
                }
                Some(Answer::Tokens(tokens, _)) => Some(tokens),
                Some(Answer::Ended) => None,
            },
        };
        let Some(tokens) = answer else {
            return self.refused(&format!("generation {generation} of tab {}", request.tab));
        };
        self.note_refresh(generation, tokens);
        self.replies.push(Reply {
            tab: request.tab,
            tokens,
            sent_at: request.sent_at,
        });
        if self.kind == Kind::HastyServer && request.tab == 1 {
            return self.use_access(tokens);
        }
        Ok(())
    }

    fn note_refresh(&mut self, shown: i64, tokens: Tokens) {
        self.note_shown(shown);
        let now = self.now;
        let answered_at = &mut self.record(tokens.generation).answered_at;
        answered_at.get_or_insert((now, now)).1 = now;
    }

    fn note_shown(&mut self, generation: i64) {
        let now = self.now;
        self.record(generation).shown_at.get_or_insert(now);
    }

    fn record(&mut self, generation: i64) -> &mut Record {
        &mut self.history[usize::try_from(generation).unwrap()]
    }

    fn deliver(&mut self, index: usize) {
        let reply = self.replies.remove(index);
        if reply.tokens.generation >= self.stored {
            self.stored = reply.tokens.generation;
            self.held.push(reply.tokens);
            let old = self.held.len().saturating_sub(2);
            self.held.drain(..old);
        }
    }

    fn use_access(&mut self, tokens: Tokens) -> Result<(), String> {
        match self.row.show_access(tokens, self.now) {
            Access::Granted(_) => {
                self.note_shown(tokens.generation);
                Ok(())
            }
            Access::Ended => self.refused(&format!("an access token of {}", tokens.generation)),
        }
    }

    /// Checks the refusal of an honest client, which is right only if a thief has presented a copy.
    fn refused(&self, what: &str) -> Result<(), String> {
        if self.row.is_ended && self.was_robbed() {
            return Ok(());
        }
        Err(format!("an honest client is signed out by {what}"))
    }

    fn was_robbed(&self) -> bool {
        !self.stolen.is_empty()
    }

    fn restore(&mut self) {
        self.left.restores -= 1;
        if let Some((row, history)) = self.backup.take() {
            (self.row, self.history) = (row, history);
        }
        // The nodes retry their requests.
        self.requests.retain(|request| request.seen.is_none());
    }

    fn copy(&mut self) {
        self.left.thefts -= 1;
        // The newest access token goes with the newest refresh token.
        let newest = self
            .held
            .iter()
            .rev()
            .find(|tokens| tokens.generation == self.stored);
        let copied = newest.copied().unwrap_or(Tokens {
            generation: self.stored,
            issued_at: self.now,
        });
        self.stolen.push(copied);
    }

    fn refresh_stolen(&mut self, index: usize, looks_alike: bool) -> Result<(), String> {
        self.left.stolen_uses -= 1;
        let copied = self.stolen[index];
        let headers = if looks_alike { self.headers(0) } else { THIEF };
        let newer = usize::try_from(copied.generation).unwrap() + 1;
        let mut shown = self.history[newer..]
            .iter()
            .filter_map(|tokens| tokens.shown_at);
        let is_used = shown.any(|at| self.now - at > RACE);
        let is_exchanged = self.record(copied.generation + 1).answered_at.is_some();
        let is_other = !looks_alike && self.row.device != THIEF;
        let is_copy = is_used || is_exchanged && is_other;
        match self.row.refresh(copied.generation, headers, self.now) {
            Answer::Tokens(..) if is_copy => Err(format!(
                "a copy of generation {} is exchanged",
                copied.generation
            )),
            Answer::Tokens(tokens, _) => {
                self.note_refresh(copied.generation, tokens);
                self.stolen[index] = tokens;
                Ok(())
            }
            Answer::Ended => Ok(()),
        }
    }

    fn use_stolen(&mut self, copied: Tokens) -> Result<(), String> {
        self.left.stolen_uses -= 1;
        let is_newest = self.row.generation == copied.generation;
        let answered = self.record(copied.generation).answered_at;
        let is_given_up = answered.is_some_and(|(first, last)| {
            copied.issued_at >= first && last - copied.issued_at > GIVEN_UP
        });
        match self.row.show_access(copied, self.now) {
            Access::Granted(_) if is_newest && is_given_up => Err(format!(
                "an access token of generation {} is used after its answer was given up",
                copied.generation
            )),
            Access::Granted(_) => {
                self.note_shown(copied.generation);
                Ok(())
            }
            Access::Ended => Ok(()),
        }
    }

    /// Checks the invariant: a client that was not robbed can refresh, now and after a long time offline.
    pub fn check(&self) -> Result<(), String> {
        if self.was_robbed() {
            return Ok(());
        }
        if self.row.is_ended {
            return Err("a session ends although nobody was robbed".to_owned());
        }
        for now in [self.now, self.now + 24 * 60 * 60] {
            for tab in 0..2 {
                let mut row = self.row.clone();
                if row.refresh(self.stored, self.headers(tab), now) == Answer::Ended {
                    return Err(format!("tab {tab} cannot refresh any more"));
                }
            }
        }
        Ok(())
    }
}
