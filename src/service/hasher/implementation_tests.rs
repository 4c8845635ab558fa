//! The choice of the implementation, and which hashes it computes.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Error, Params, Version};
use chrono::DateTime;
use latchkey_argon2id::Argon2id;

use super::cost::Argon2Cost;
use super::engine::{Engine, Verdict};
use super::implementation::{Fallback, Implementation};
use super::kernel::Kernel;
use super::{Hasher, HasherOptions};
use crate::domain::Password;
use crate::platform::clock::Clock;
use crate::platform::random::Random;

const COST: Argon2Cost = Argon2Cost {
    memory_kib: 64,
    iterations: 2,
    parallelism: 1,
};

/// The `argon2` crate as a kernel, which counts its hashes, and makes wrong ones of some memory.
#[derive(Clone, Default)]
struct Counting {
    hashes: Arc<AtomicUsize>,
    wrong_at_memory_kib: Option<u32>,
}

impl Kernel for Counting {
    fn hash(
        &self,
        params: &Params,
        password: &[u8],
        salt: &[u8],
        tag: &mut [u8],
        memory: &mut [Block],
    ) -> Result<(), Error> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(password, salt, tag, memory)?;
        if self.wrong_at_memory_kib == Some(params.m_cost()) {
            tag[31] ^= 1;
        }
        Ok(())
    }
}

/// A kernel that always fails.
struct Failing;

impl Kernel for Failing {
    fn hash(
        &self,
        _: &Params,
        _: &[u8],
        _: &[u8],
        _: &mut [u8],
        _: &mut [Block],
    ) -> Result<(), Error> {
        Err(Error::OutOfMemory)
    }
}

/// The text of a log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn choose(kernel: Option<impl Kernel + 'static>, cost: Argon2Cost) -> Implementation {
    Implementation::choose_from(kernel, cost, &mut Vec::new()).unwrap()
}

fn engine(implementation: Implementation) -> Engine {
    Engine::new(implementation, Vec::new(), Random::seeded(1)).unwrap()
}

#[test]
fn a_kernel_that_computes_right_tags_is_chosen_and_our_own_does() {
    let kernel = Some(Counting::default());
    assert_eq!(choose(kernel, COST).fallback(), None);
    let own = Argon2id::detect();
    let expected = own.is_none().then_some(Fallback::NoAvx2);
    assert_eq!(choose(own, COST).fallback(), expected);
}

#[test]
fn a_kernel_that_fails_or_computes_one_wrong_tag_is_not_chosen() {
    let failed = Some(Fallback::FailedSelfTest);
    assert_eq!(choose(Some(Failing), COST).fallback(), failed);
    // The memory of the vector, and that of the settings.
    for memory_kib in [256, COST.memory_kib] {
        let broken = Counting {
            wrong_at_memory_kib: Some(memory_kib),
            ..Counting::default()
        };
        let fallback = choose(Some(broken), COST).fallback();
        assert_eq!(fallback, failed, "{memory_kib}");
    }
}

#[test]
fn the_argon2_crate_hashes_without_avx2_and_with_several_lanes() {
    let fallback = choose(None::<Argon2id>, COST).fallback();
    assert_eq!(fallback, Some(Fallback::NoAvx2));
    let lanes = Argon2Cost {
        parallelism: 2,
        ..COST
    };
    let fallback = choose(Some(Counting::default()), lanes).fallback();
    assert_eq!(fallback, Some(Fallback::SeveralLanes));
}

#[test]
fn the_kernel_computes_all_hashes_of_our_parameters_and_no_others() {
    let kernel = Counting::default();
    let hashes = Arc::clone(&kernel.hashes);
    let mut engine = engine(choose(Some(kernel), COST));
    let password = Password::given("correct horse");
    let ours = engine.hash(&password).unwrap();
    let mut computed = |stored: Option<&str>| {
        hashes.store(0, Ordering::Relaxed);
        engine.verify(&password, stored).unwrap();
        hashes.load(Ordering::Relaxed)
    };
    // An unknown user takes the time of a known one. A hash that is cut is compared, and then with the dummy.
    let short = &ours[..ours.rfind('$').unwrap() + 23];
    for stored in [None, Some(ours.as_str()), Some(short), Some("unreadable")] {
        assert_eq!(computed(stored), 1, "{stored:?}");
    }
    for other in ["m=65,t=2,p=1", "m=64,t=1,p=1", "m=64,t=2,p=2"] {
        let stored = ours.replace("m=64,t=2,p=1", other);
        assert_eq!(computed(Some(&stored)), 0, "{other}");
    }
}

#[test]
fn hashes_are_right_and_the_log_warns_when_the_kernel_is_broken() {
    let broken = Counting {
        wrong_at_memory_kib: Some(COST.memory_kib),
        ..Counting::default()
    };
    let implementation = choose(Some(broken), COST);
    let log = log_of_start(&implementation);
    assert!(log.contains(" WARN "), "{log}");
    assert!(
        log.contains("by the argon2 crate, since our own code computes wrong hashes"),
        "{log}"
    );

    let password = Password::given("correct horse");
    let hash = engine(implementation).hash(&password).unwrap();
    let verdict = engine(choose(None::<Argon2id>, COST)).verify(&password, Some(&hash));
    assert_eq!(verdict.unwrap(), Verdict::Right { outdated: false });
}

#[test]
fn a_start_with_a_kernel_that_works_logs_nothing() {
    let implementation = choose(Some(Counting::default()), COST);
    assert_eq!(log_of_start(&implementation), "");
}

/// Returns the log of the start of a hasher.
fn log_of_start(implementation: &Implementation) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let options = HasherOptions {
        cost: COST,
        threads: 1,
        max_wait: Duration::ZERO,
    };
    tracing::subscriber::with_default(subscriber, || {
        let clock = Clock::manual(DateTime::UNIX_EPOCH);
        let random = Random::seeded(1);
        Hasher::start_with(implementation, Vec::new(), options, clock, &random).unwrap();
    });
    let text = log.0.lock().unwrap().clone();
    String::from_utf8(text).unwrap()
}
