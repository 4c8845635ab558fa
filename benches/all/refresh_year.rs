//! A year of 10,000 browsers by the rules of the refresh protocol: lost requests and answers, racing tabs,
//! updates, servers that refresh for their browsers, two restored backups, and thieves. It prints the
//! results, and fails if an honest client was signed out.
//!
//! ```text
//! cargo bench --bench all -- refresh_year
//! REFRESH_YEAR_CLIENTS=100000 cargo bench --bench all -- refresh_year
//! ```
//!
//! The rules are the service's own, the database is not: `tests/refresh_model` shows that the service answers
//! as this does.

#[path = "../../tests/refresh_model/service.rs"]
#[allow(dead_code, reason = "the model needs more of it")]
mod service;

use std::collections::BTreeMap;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use latchkey::domain::RefreshVerdict;
use latchkey::platform::clock::Clock;

use service::{Access, Answer, Headers, Row, Tokens};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// The service's defaults.
const ACCESS_TTL: i64 = 30 * MINUTE;
const SESSION_TTL: i64 = 180 * DAY;

/// A client that waits longer for an answer asks again.
const ANSWER_TIMEOUT: i64 = 15;

/// When a backup is made, and when it is restored.
const RESTORES: [(i64, i64); 2] = [
    (100 * DAY, 100 * DAY + 20 * MINUTE),
    (250 * DAY, 250 * DAY + 6 * HOUR),
];

/// The number of clients in 1,000 that are robbed, each once.
const ROBBED: u64 = 100;

const VERSIONS: [&str; 14] = [
    "Desk/129", "Desk/130", "Desk/131", "Desk/132", "Desk/133", "Desk/134", "Desk/135", "Desk/136",
    "Desk/137", "Desk/138", "Desk/139", "Desk/140", "Desk/141", "Desk/142",
];

/// A generator of numbers that is the same on every run (Knuth's constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % bound
    }

    /// Returns whether an event with this probability in a thousand happens.
    fn chance(&mut self, in_thousand: i64) -> bool {
        self.below(1000) < in_thousand
    }
}

/// A thief who has copied the tokens of a browser.
struct Thief {
    tokens: Tokens,
    /// Whether the thief sends the browser's headers.
    looks_alike: bool,
    next_at: i64,
    refreshes_next: bool,
    uses: u32,
    /// Refreshes of the owner since the first use.
    rounds: u32,
}

#[derive(Default)]
struct Counts {
    logins: u64,
    refreshes: u64,
    lost_requests: u64,
    lost_answers: u64,
    updates: u64,
    by_verdict: BTreeMap<String, u64>,
    access_uses: u64,
    lost_sessions: u64,
    honest_sign_outs: u64,
    robberies: u64,
    /// The number of thefts by the request that revealed them.
    caught: BTreeMap<String, u64>,
}

/// One browser and its session.
struct Life<'a> {
    clock: Clock,
    start: DateTime<Utc>,
    numbers: Numbers,
    counts: &'a mut Counts,
    row: Row,
    login_at: i64,
    stored: i64,
    access: Tokens,
    version: usize,
    /// Its pages are rendered by a server that refreshes for it.
    has_server: bool,
    theft_at: i64,
    thief: Option<Thief>,
    /// A thief's own use has just ended the session.
    is_rescued: bool,
    backups: Vec<Option<Row>>,
    restored: usize,
}

impl<'a> Life<'a> {
    fn new(number: u64, counts: &'a mut Counts) -> Self {
        let start = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut numbers = Numbers(number);
        numbers.below(2);
        let is_robbed = number % 1000 < ROBBED;
        let row = Row::new(headers(false, 0), 0);
        let mut life = Self {
            clock: Clock::manual(start),
            start,
            has_server: numbers.chance(200),
            theft_at: if is_robbed {
                numbers.below(YEAR)
            } else {
                i64::MAX
            },
            numbers,
            counts,
            row,
            login_at: 0,
            stored: 1,
            access: Tokens {
                generation: 1,
                issued_at: 0,
            },
            version: 0,
            thief: None,
            is_rescued: false,
            backups: Vec::new(),
            restored: 0,
        };
        life.log_in();
        life
    }

    fn now(&self) -> i64 {
        (self.clock.now() - self.start).num_seconds()
    }

    fn log_in(&mut self) {
        let now = self.now();
        self.counts.logins += 1;
        self.row = Row::new(headers(false, self.version), now);
        self.login_at = now;
        self.stored = 1;
        self.access = Tokens {
            generation: 1,
            issued_at: now,
        };
        self.is_rescued = false;
        if let Some(thief) = self.thief.take() {
            self.caught(&thief, "the end of the session in its time");
        }
    }

    /// Runs the other events until then.
    fn wait(&mut self, seconds: i64) {
        let until = self.now() + seconds;
        loop {
            let thief = self
                .thief
                .as_ref()
                .map_or(self.theft_at, |thief| thief.next_at);
            let made = self.backups.len();
            let backup = RESTORES.get(made).map_or(i64::MAX, |times| times.0);
            let restore = RESTORES
                .get(self.restored)
                .map_or(i64::MAX, |times| times.1);
            let next = thief.min(backup).min(restore);
            if next > until {
                break self.move_to(until);
            }
            self.move_to(next);
            if next == backup {
                self.backups.push(Some(self.row.clone()));
            } else if next == restore {
                self.restore();
            } else {
                self.steal();
            }
        }
    }

    fn move_to(&mut self, time: i64) {
        let by = (time - self.now()).max(0);
        self.clock.advance(TimeDelta::seconds(by));
    }

    fn restore(&mut self) {
        let made_at = RESTORES[self.restored].0;
        let backup = self.backups[self.restored].take();
        self.restored += 1;
        if self.login_at > made_at {
            // The backup knows nothing of this session.
            self.counts.lost_sessions += 1;
            self.log_in();
        } else if let Some(row) = backup {
            self.row = row;
        }
    }

    fn steal(&mut self) {
        let now = self.now();
        let Some(mut thief) = self.thief.take() else {
            self.theft_at = i64::MAX;
            self.counts.robberies += 1;
            let delays = [5, 5 * MINUTE, HOUR, 2 * DAY];
            let delay = delays[usize::try_from(self.numbers.below(4)).unwrap()];
            self.thief = Some(Thief {
                tokens: Tokens {
                    generation: self.stored,
                    ..self.access
                },
                looks_alike: self.numbers.chance(500),
                next_at: now + 1 + self.numbers.below(delay),
                refreshes_next: true,
                uses: 0,
                rounds: 0,
            });
            return;
        };
        thief.uses += 1;
        let is_ended = if thief.refreshes_next {
            let own = Headers {
                device_id: None,
                user_agent: "curl/8.9.1",
            };
            let same = headers(false, self.version);
            let looks = if thief.looks_alike { same } else { own };
            match self.row.refresh(thief.tokens.generation, looks, now) {
                Answer::Tokens(tokens, _) => {
                    thief.tokens = tokens;
                    false
                }
                Answer::Ended => true,
            }
        } else {
            self.row.show_access(thief.tokens, now) == Access::Ended
        };
        if is_ended {
            self.is_rescued = true;
            let by = format!("use {} of the copy", thief.uses);
            self.caught(&thief, &by);
            return;
        }
        thief.next_at = now + if thief.refreshes_next { 1 } else { 25 * MINUTE };
        thief.refreshes_next = !thief.refreshes_next;
        self.thief = Some(thief);
    }

    fn caught(&mut self, thief: &Thief, by: &str) {
        let what = match (thief.uses, thief.looks_alike, thief.rounds) {
            (0, ..) => "copied and never used".to_owned(),
            (_, true, rounds) => {
                format!("same headers, {rounds} rounds beside the owner, ended by {by}")
            }
            (_, false, rounds) => {
                format!("other headers, {rounds} rounds beside the owner, ended by {by}")
            }
        };
        *self.counts.caught.entry(what).or_default() += 1;
    }

    /// The browser learns that its session has ended, and its user logs in again.
    fn signed_out(&mut self) {
        match self.thief.take() {
            Some(thief) if thief.uses > 0 => self.caught(&thief, "the owner's next use"),
            None if self.is_rescued => {}
            _ => self.counts.honest_sign_outs += 1,
        }
        self.log_in();
    }

    fn sender(&mut self) -> Headers {
        let by_server = self.has_server && self.numbers.chance(500);
        headers(by_server, self.version)
    }

    /// A user works with the page for a while.
    fn visit(&mut self) {
        if self.numbers.chance(35) && self.version + 1 < VERSIONS.len() {
            self.version += 1;
            self.counts.updates += 1;
        }
        let until = self.now() + 5 * MINUTE + self.numbers.below(HOUR);
        while self.now() < until {
            if self.now() - self.login_at >= SESSION_TTL {
                self.log_in();
            }
            if self.now() - self.access.issued_at >= ACCESS_TTL - MINUTE && !self.refresh() {
                return;
            }
            self.use_access();
            let pause = 1 + self.numbers.below(10 * MINUTE);
            self.wait(pause);
        }
    }

    fn use_access(&mut self) {
        let is_fresh = self.now() - self.access.issued_at < ACCESS_TTL;
        if !is_fresh || self.numbers.chance(300) {
            return;
        }
        self.counts.access_uses += 1;
        if self.row.show_access(self.access, self.now()) == Access::Ended {
            self.signed_out();
        }
    }

    /// Refreshes until an answer comes; `false` if the user gives up before.
    fn refresh(&mut self) -> bool {
        loop {
            let shown = self.stored;
            if self.numbers.chance(10) {
                self.counts.lost_requests += 1;
            } else {
                // The browser may have been updated since the last attempt, or its server may refresh this time.
                let sender = self.sender();
                let Some(tokens) = self.ask(shown, sender) else {
                    return true;
                };
                if !self.numbers.chance(20) {
                    self.keep(tokens);
                    break self.race(shown);
                }
                self.counts.lost_answers += 1;
            }
            self.wait(ANSWER_TIMEOUT);
            if self.numbers.chance(200) {
                return false;
            }
        }
    }

    /// Now and then, another tab has sent the same token at the same moment.
    fn race(&mut self, shown: i64) -> bool {
        if self.numbers.chance(50) {
            self.use_access();
            let delay = self.numbers.below(9);
            self.wait(delay);
            let sender = self.sender();
            if let Some(tokens) = self.ask(shown, sender) {
                self.keep(tokens);
            }
        }
        true
    }

    fn keep(&mut self, tokens: Tokens) {
        if tokens.generation >= self.stored {
            self.stored = tokens.generation;
            self.access = tokens;
        }
    }

    fn ask(&mut self, shown: i64, sender: Headers) -> Option<Tokens> {
        self.counts.refreshes += 1;
        match self.row.refresh(shown, sender, self.now()) {
            Answer::Tokens(tokens, verdict) => {
                let name = match verdict {
                    RefreshVerdict::Replay(replay) => format!("{replay:?}"),
                    other => format!("{other:?}"),
                };
                *self.counts.by_verdict.entry(name).or_default() += 1;
                if let Some(thief) = self.thief.as_mut().filter(|thief| thief.uses > 0) {
                    thief.rounds += 1;
                }
                Some(tokens)
            }
            Answer::Ended => {
                self.signed_out();
                None
            }
        }
    }

    fn live(&mut self) {
        while self.now() < YEAR {
            // A holiday, a weekend, or some hours.
            let away = match self.numbers.below(100) {
                0 => 5 * DAY + self.numbers.below(20 * DAY),
                1..10 => self.numbers.below(3 * DAY),
                _ => HOUR + self.numbers.below(30 * HOUR),
            };
            self.wait(away);
            self.visit();
        }
        if let Some(thief) = self.thief.take() {
            self.caught(&thief, "the end of the year");
        }
    }
}

fn headers(by_server: bool, version: usize) -> Headers {
    Headers {
        device_id: (!by_server).then_some("laptop"),
        user_agent: VERSIONS[version],
    }
}

pub fn run() {
    let clients = std::env::var("REFRESH_YEAR_CLIENTS").ok();
    let clients: u64 = clients.map_or(10_000, |text| text.parse().unwrap());
    let began = Instant::now();
    let mut total = Counts::default();
    for number in 0..clients {
        let mut counts = Counts::default();
        Life::new(number, &mut counts).live();
        total.add(counts);
    }
    println!("  {clients} clients, 365 days, in {:.0?}", began.elapsed());
    total.print();
    assert_eq!(total.honest_sign_outs, 0, "honest clients were signed out");
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.logins += other.logins;
        self.refreshes += other.refreshes;
        self.lost_requests += other.lost_requests;
        self.lost_answers += other.lost_answers;
        self.updates += other.updates;
        self.access_uses += other.access_uses;
        self.lost_sessions += other.lost_sessions;
        self.honest_sign_outs += other.honest_sign_outs;
        self.robberies += other.robberies;
        for (name, count) in other.by_verdict {
            *self.by_verdict.entry(name).or_default() += count;
        }
        for (name, count) in other.caught {
            *self.caught.entry(name).or_default() += count;
        }
    }

    fn print(&self) {
        for (name, count) in [
            ("logins", self.logins),
            ("refreshes", self.refreshes),
            ("uses of access tokens", self.access_uses),
            ("lost requests", self.lost_requests),
            ("lost answers", self.lost_answers),
            ("updates of browsers", self.updates),
            (
                "sessions that a restored backup did not know",
                self.lost_sessions,
            ),
            ("honest clients signed out", self.honest_sign_outs),
            ("thefts", self.robberies),
        ] {
            println!("  {count:>10}  {name}");
        }
        for (name, count) in &self.by_verdict {
            println!("  {count:>10}  answers by {name}");
        }
        for (name, count) in &self.caught {
            println!("  {count:>10}  thefts: {name}");
        }
    }
}
