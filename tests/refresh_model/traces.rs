//! Random traces, on the model's service and on the real one: both must answer the same.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use crate::service::{Access, Answer, Headers, Row, Tokens};
use crate::support::{Client, Person, TestApp, TestDatabase, claims, noon, sql};

const TRACES: u32 = 40;
const STEPS: usize = 14;

const CLIENTS: [Headers; 4] = [
    Headers {
        device_id: Some("laptop"),
        user_agent: "Desk/129",
    },
    Headers {
        device_id: Some("laptop"),
        user_agent: "Phone/17",
    },
    Headers {
        device_id: None,
        user_agent: "Desk/130",
    },
    Headers {
        device_id: None,
        user_agent: "curl/8.9.1",
    },
];

/// Seconds, around every limit of the rules.
const WAITS: [i64; 7] = [1, 5, 10, 11, 60, 62, 1000];

/// A generator of numbers that is the same on every run (Knuth's constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// A session in the model and in the real service, with every token that either ever gave.
struct Trace<'a> {
    app: &'a TestApp,
    database: &'a TestDatabase,
    row: Row,
    backup: Option<Row>,
    refresh_tokens: Vec<(i64, String)>,
    access_tokens: Vec<(Tokens, String)>,
    log: Vec<String>,
}

impl<'a> Trace<'a> {
    async fn start(app: &'a TestApp, database: &'a TestDatabase, person: &Person) -> Self {
        let signed_in = client(app, CLIENTS[0]).log_in(person).await;
        let mut trace = Self {
            app,
            database,
            row: Row::new(CLIENTS[0], now(app)),
            backup: None,
            refresh_tokens: Vec::new(),
            access_tokens: Vec::new(),
            log: Vec::new(),
        };
        trace.keep(signed_in.access_token, signed_in.refresh_token);
        trace
    }

    /// Keeps the tokens of an answer, and returns the claims of the access token.
    fn keep(&mut self, access: String, refresh: String) -> Tokens {
        let payload = claims(&access);
        let tokens = Tokens {
            generation: payload["gen"].as_i64().unwrap(),
            issued_at: payload["iat"].as_i64().unwrap() - noon().timestamp(),
        };
        assert_eq!(generation_of(&refresh), tokens.generation);
        self.refresh_tokens.push((tokens.generation, refresh));
        self.access_tokens.push((tokens, access));
        tokens
    }

    async fn step(&mut self, numbers: &mut Numbers) {
        match numbers.below(10) {
            0..4 => self.refresh(numbers).await,
            4..6 => self.show_access(numbers).await,
            6..8 => {
                let seconds = WAITS[numbers.below(WAITS.len())];
                self.log.push(format!("wait {seconds}"));
                self.app.advance(TimeDelta::seconds(seconds));
            }
            8 => {
                self.log.push("back up".to_owned());
                self.run("DELETE FROM sessions_before").await;
                self.run("INSERT INTO sessions_before SELECT * FROM sessions")
                    .await;
                self.backup = Some(self.row.clone());
            }
            _ => {
                let Some(backup) = self.backup.clone() else {
                    return;
                };
                self.log.push("restore".to_owned());
                self.run("DELETE FROM sessions").await;
                self.run("INSERT INTO sessions SELECT * FROM sessions_before")
                    .await;
                self.row = backup;
            }
        }
    }

    async fn run(&self, statement: &str) {
        sql::execute(&self.database.url, statement).await;
    }

    async fn refresh(&mut self, numbers: &mut Numbers) {
        // Usually one of the latest.
        let back = numbers.below(3).min(self.refresh_tokens.len() - 1);
        let index = self.refresh_tokens.len() - 1 - back;
        let (generation, token) = self.refresh_tokens[index].clone();
        let headers = CLIENTS[numbers.below(8).saturating_sub(4)];
        let expected = self.row.refresh(generation, headers, now(self.app));
        self.log
            .push(format!("refresh {generation} as {headers:?}: {expected:?}"));
        let answer = client(self.app, headers).refresh(&token).await;
        let Answer::Tokens(expected, _) = expected else {
            assert_eq!(answer.code(), "AUTH_SESSION_ENDED", "{:#?}", self.log);
            return;
        };
        assert!(answer.body.get("errors").is_none(), "{:#?}", self.log);
        let text = |name: &str| answer.text(&format!("/refresh/token/{name}")).to_owned();
        let received = self.keep(text("accessToken"), text("refreshToken"));
        assert_eq!(received, expected, "{:#?}", self.log);
    }

    async fn show_access(&mut self, numbers: &mut Numbers) {
        let back = numbers.below(4).min(self.access_tokens.len() - 1);
        let (tokens, token) = self.access_tokens[self.access_tokens.len() - 1 - back].clone();
        let expected = self.row.show_access(tokens, now(self.app));
        self.log.push(format!("show {tokens:?}: {expected:?}"));
        let answer = client(self.app, CLIENTS[0]).bearer(&token).me().await;
        match expected {
            Access::Granted(_) => drop(answer.data().clone()),
            Access::Ended => assert_eq!(answer.code(), "AUTH_SESSION_ENDED", "{:#?}", self.log),
        }
    }
}

fn client(app: &TestApp, headers: Headers) -> Client {
    let client = app.anonymous().header("user-agent", headers.user_agent);
    match headers.device_id {
        Some(id) => client.header("x-device-id", id),
        None => client,
    }
}

fn now(app: &TestApp) -> i64 {
    (app.clock.now() - noon()).num_seconds()
}

fn generation_of(refresh_token: &str) -> i64 {
    let encoded = refresh_token.strip_prefix("lkr_").unwrap();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).unwrap();
    i64::from_be_bytes(bytes[17..25].try_into().unwrap())
}

#[tokio::test]
async fn the_service_answers_random_traces_as_the_model_does() {
    let database = TestDatabase::shared().await;
    let app = TestApp::start_on(&database, &["--access-token-ttl", "20days"]).await;
    let copy = "CREATE TABLE sessions_before AS SELECT * FROM sessions";
    sql::execute(&database.url, copy).await;
    let ada = app.verified("ada").await.person;
    let mut numbers = Numbers(2026);
    let mut verdicts = String::new();
    for _ in 0..TRACES {
        let mut trace = Trace::start(&app, &database, &ada).await;
        for _ in 0..STEPS {
            trace.step(&mut numbers).await;
        }
        verdicts.extend(trace.log);
    }
    // The traces are useful only if they reach every outcome.
    for verdict in [
        "Rotate",
        "AnswerLost",
        "TabsRaced",
        "Late",
        "Recover",
        "Received",
        "Known",
        "Ended",
    ] {
        assert!(verdicts.contains(verdict), "no trace came by {verdict}");
    }
    let recovered = "SELECT CAST(COUNT(*) AS TEXT) FROM security_events \
                     WHERE kind = 'SESSION_RECOVERED'";
    let recovered = sql::text(&database.url, recovered).await;
    let expected = verdicts.matches("Recover").count();
    assert_eq!(recovered, expected.to_string());
}
