//! The service beside the bare limit of its stack: `benches/bare`, which has the same API without any rule. Both run in turn
//! as processes of their own, each round on new databases, with 32 connections and without rate limits.
//!
//! ```text
//! benches/limit                    builds both, starts a PostgreSQL that writes to disk, and measures
//! LIMIT_SECONDS=10 benches/limit   takes longer for each figure
//! ```

use std::net::SocketAddr;
use std::time::Duration;

use crate::support::load::{Connection, Load, Script, Server, repeat, request};
use crate::support::{
    Database, NO_LIMITS, PASSWORD, SignedIn, login, me, median, quantile, refresh, register,
    runtime, seconds, signed_in,
};

const ROUNDS: usize = 3;

const CONNECTIONS: usize = 32;

const KNOWN: &[&str] = &["\"username\":\"ada\""];

/// The subjects, in the order of a round.
const SUBJECTS: [&str; 3] = ["bare", "PostgreSQL", "SQLite"];

/// A row of a table: its name, and the figure that it shows.
type Row = (&'static str, fn(&Figures) -> f64);

const MIB: f64 = 1024.0 * 1024.0;

/// The figures of one subject in one round.
struct Figures {
    typename: f64,
    me: f64,
    refresh: f64,
    login: f64,
    register: f64,
    /// The 99th percentile of `me` in milliseconds: alone, and while as many connections log in.
    me_p99: f64,
    me_p99_in_storm: f64,
    /// MiB resident before the first login, and at the end.
    idle: f64,
    loaded: f64,
}

pub fn run() {
    let Ok(bare) = std::env::var("LATCHKEY_BENCH_BARE") else {
        println!("run benches/limit, which builds the bare server and starts PostgreSQL");
        return;
    };
    let time = seconds("LIMIT_SECONDS", 4);
    let runtime = runtime();
    let mut rounds: [Vec<Figures>; 3] = Default::default();
    for _ in 0..ROUNDS {
        let database = || runtime.block_on(Database::postgres()).unwrap();
        for (subject, figures) in rounds.iter_mut().enumerate() {
            let database = match SUBJECTS[subject] {
                "SQLite" => Database::sqlite(),
                _ => database(),
            };
            let server = match SUBJECTS[subject] {
                "bare" => Server::start_bare(&bare, &database),
                _ => Server::start(&database, &settings()),
            };
            let verify = || {
                if SUBJECTS[subject] != "bare" {
                    runtime.block_on(database.verify_everybody());
                }
            };
            figures.push(measure(&server, verify, time));
        }
    }
    print_table(&rounds);
}

/// Nothing is refused: neither by a limit, nor because a hash has to wait.
fn settings() -> Vec<&'static str> {
    [&["--hash-max-wait=1h"], &NO_LIMITS[..]].concat()
}

fn measure(server: &Server, verify: impl Fn(), time: Duration) -> Figures {
    let address = server.address;
    let idle = server.resident();
    let users = sign_in(address, verify);
    let ask = |user: &SignedIn| request(&me().to_string(), Some(&user.access_token));
    let ask: Vec<_> = users.iter().map(ask).collect();
    let typename = vec![request(r#"{"query":"{ __typename }"}"#, None); CONNECTIONS];
    Load::run(address, &ask, KNOWN, time / 4);
    let typename = Load::run(address, &typename, &["Query"], time).per_second;
    let mut alone = Load::run(address, &ask, KNOWN, time);
    let refresh = rate(address, users.iter().map(refresh_script), time);
    let register = rate(address, (0..CONNECTIONS).map(register_script), time);
    let storm = Load::start(address, (0..CONNECTIONS).map(|_| login_script()).collect());
    std::thread::sleep(time / 4);
    let mut in_storm = Load::run(address, &ask, KNOWN, time);
    storm.stop();
    let login = rate(address, (0..CONNECTIONS).map(|_| login_script()), time);
    Figures {
        typename,
        me: alone.per_second,
        refresh,
        login,
        register,
        me_p99: quantile(&mut alone.latencies, 0.99),
        me_p99_in_storm: quantile(&mut in_storm.latencies, 0.99),
        idle: mib(idle),
        loaded: mib(server.resident()),
    }
}

fn rate(address: SocketAddr, scripts: impl Iterator<Item = Script>, time: Duration) -> f64 {
    let load = Load::start(address, scripts.collect());
    std::thread::sleep(time);
    load.stop().per_second
}

/// Registers a user, and logs in once for each connection.
fn sign_in(address: SocketAddr, verify: impl Fn()) -> Vec<SignedIn> {
    let mut connection = Connection::open(address).unwrap();
    connection.register("ada");
    verify();
    sign_in_again(address)
}

/// Logs in once for each connection.
fn sign_in_again(address: SocketAddr) -> Vec<SignedIn> {
    let mut connection = Connection::open(address).unwrap();
    (0..CONNECTIONS).map(|_| connection.log_in("ada")).collect()
}

fn login_script() -> Script {
    let login = request(&login("ada", PASSWORD).to_string(), None);
    repeat(&login, &["accessToken"])
}

/// Registers one user after another.
fn register_script(connection: usize) -> Script {
    let mut number = 0;
    Box::new(move |answer| {
        assert!(answer.is_empty() || answer.contains("\"id\""), "{answer}");
        number += 1;
        let name = format!("user-{connection}-{number}");
        request(&register(&name).to_string(), None)
    })
}

/// Exchanges each refresh token for the next.
fn refresh_script(user: &SignedIn) -> Script {
    let mut token = user.refresh_token.clone();
    Box::new(move |answer| {
        if !answer.is_empty() {
            token = signed_in(&serde_json::from_str(answer).unwrap()).refresh_token;
        }
        request(&refresh(&token).to_string(), None)
    })
}

#[allow(clippy::cast_precision_loss, reason = "a number of bytes in memory")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}

/// Prints the median of each figure, and for rates the share of the bare limit.
fn print_table(rounds: &[Vec<Figures>; 3]) {
    let medians = |figure: fn(&Figures) -> f64| {
        rounds
            .each_ref()
            .map(|rounds| median(&mut rounds.iter().map(figure).collect::<Vec<_>>()))
    };
    println!("| requests a second | bare limit | PostgreSQL | SQLite |\n|---|---|---|---|");
    let rates: [Row; 5] = [
        ("`{ __typename }`", |figures| figures.typename),
        ("`me`", |figures| figures.me),
        ("`refresh`", |figures| figures.refresh),
        ("`login`", |figures| figures.login),
        ("`register`", |figures| figures.register),
    ];
    for (name, figure) in rates {
        let [bare, postgres, sqlite] = medians(figure);
        let share = |rate: f64| format!("{rate:.0} ({:.0} %)", 100.0 * rate / bare);
        println!(
            "| {name} | {bare:.0} | {} | {} |",
            share(postgres),
            share(sqlite)
        );
    }
    println!("\n| | bare limit | PostgreSQL | SQLite |\n|---|---|---|---|");
    let others: [Row; 4] = [
        ("p99 of `me`, ms", |figures| figures.me_p99),
        ("p99 of `me` while as many log in, ms", |figures| {
            figures.me_p99_in_storm
        }),
        ("MiB resident, idle", |figures| figures.idle),
        ("MiB resident, at the end", |figures| figures.loaded),
    ];
    for (name, figure) in others {
        let [bare, postgres, sqlite] = medians(figure);
        println!("| {name} | {bare:.1} | {postgres:.1} | {sqlite:.1} |");
    }
    let worst = rounds.each_ref().map(|rounds| {
        let ratio = |figures: &Figures| figures.me_p99_in_storm / figures.me_p99;
        rounds.iter().map(ratio).fold(0.0, f64::max)
    });
    println!(
        "| the storm raises the p99 in the worst round to | {:.1}× | {:.1}× | {:.1}× |",
        worst[0], worst[1], worst[2]
    );
}
