//! The share of the hashing threads' time that becomes logins: bare Argon2id on as many threads as
//! the service hashes on, then logins through the site, in turns, so that both see the same machine.
//! The aim is at least 95%. The clock is meaningful only on an idle machine: beside other
//! work, the scheduler favours threads that sleep now and then, and the ratio goes beyond 100%. So
//! the processor time of a bare hash over that of a whole login, client included, is printed too.
//! Beside it is that of a hash of the `argon2` crate, which ours must beat by 1.3.
//!
//! ```text
//! cargo bench --bench all -- hashing
//! HASHING_SECONDS=10 cargo bench --bench all -- hashing
//! ```

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::{Database, PASSWORD, Service, config, login, median, runtime, seconds};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use latchkey_argon2id::Argon2id;

/// Rounds of each kind.
const ROUNDS: usize = 12;

/// Logins at a time for each hashing thread.
const CALLERS: usize = 4;

pub fn run() {
    let time = seconds("HASHING_SECONDS", 1);
    println!(
        "threads  logins/s  bare hashes/s  ratio  CPU ms: login, bare hash, ratio; argon2 crate, ratio"
    );
    for threads in [1, 2] {
        let number = threads.to_string();
        let settings = ["--hash-threads", &number];
        let params = params(&settings);
        let runtime = runtime();
        let service = runtime.block_on(Service::start(Database::sqlite(), &settings));
        let service = Arc::new(service);
        runtime.block_on(service.sign_in("ada"));
        let (mut logins, mut hashes, mut crates) = (vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let callers = threads * CALLERS;
            logins.push(rate(|| {
                runtime.block_on(count_logins(&service, callers, time))
            }));
            let own = Argon2id::detect();
            hashes.push(rate(|| count_hashes(own, &params, threads, time)));
            crates.push(rate(|| count_hashes(None, &params, threads, time)));
        }
        let (logins, hashes) = (Rate::median(&logins), Rate::median(&hashes));
        let crates = Rate::median(&crates);
        println!(
            "{threads:>7} {:>9.1} {:>14.1} {:>5.1}% {:>14.2} {:>10.2} {:>5.1}% {:>13.2} {:>6.2}",
            logins.per_second,
            hashes.per_second,
            100.0 * logins.per_second / hashes.per_second,
            logins.cpu_millis,
            hashes.cpu_millis,
            100.0 * hashes.cpu_millis / logins.cpu_millis,
            crates.cpu_millis,
            crates.cpu_millis / hashes.cpu_millis
        );
    }
}

/// The rate of an operation.
struct Rate {
    per_second: f64,
    /// The processor time of the whole process for each operation.
    cpu_millis: f64,
}

impl Rate {
    fn median(rates: &[Self]) -> Self {
        let of = |part: fn(&Self) -> f64| median(&mut rates.iter().map(part).collect::<Vec<_>>());
        Self {
            per_second: of(|rate| rate.per_second),
            cpu_millis: of(|rate| rate.cpu_millis),
        }
    }
}

fn rate(work: impl FnOnce() -> u32) -> Rate {
    let (began, cpu_before) = (Instant::now(), cpu_seconds());
    let done = f64::from(work());
    Rate {
        per_second: done / began.elapsed().as_secs_f64(),
        cpu_millis: 1000.0 * (cpu_seconds() - cpu_before) / done,
    }
}

/// Processor time of this process so far, to a hundredth (`proc(5)`: the 14th and 15th fields).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let ticks = rest.split(' ').skip(11).take(2);
    ticks
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / 100.0
}

/// The parameters of the service.
fn params(settings: &[&str]) -> Params {
    let cost = config(settings).passwords.hasher_options().cost;
    Params::new(cost.memory_kib, cost.iterations, cost.parallelism, None).unwrap()
}

/// Hashes on each thread with memory of its own that is allocated once, as in the service: by our own code, or by the
/// `argon2` crate.
fn count_hashes(own: Option<Argon2id>, params: &Params, threads: usize, time: Duration) -> u32 {
    let hash_until_done = || {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let mut memory = vec![Block::default(); params.block_count()];
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let began = Instant::now();
        let mut hashes = 0;
        while began.elapsed() < time {
            let password = black_box(PASSWORD.as_bytes());
            let salt = b"sixteen bytes !!";
            match own {
                Some(own) => own.hash(params, password, salt, &mut output, &mut memory),
                None => {
                    argon2.hash_password_into_with_memory(password, salt, &mut output, &mut memory)
                }
            }
            .unwrap();
            black_box(&output);
            hashes += 1;
        }
        hashes
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(hash_until_done)).collect();
        let counts = running.into_iter().map(|thread| thread.join().unwrap());
        counts.sum()
    })
}

async fn count_logins(service: &Arc<Service>, callers: usize, time: Duration) -> u32 {
    let began = Instant::now();
    let call = || {
        let service = Arc::clone(service);
        tokio::spawn(async move {
            let mut logins = 0;
            while began.elapsed() < time {
                let answer = service.call(&login("ada", PASSWORD), None).await;
                assert!(answer["data"]["login"].is_object(), "{answer}");
                logins += 1;
            }
            logins
        })
    };
    let calling: Vec<_> = (0..callers).map(|_| call()).collect();
    let mut logins = 0;
    for caller in calling {
        logins += caller.await.unwrap();
    }
    logins
}
