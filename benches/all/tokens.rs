//! The cost of making and checking a token, without any I/O.
//!
//! ```text
//! cargo bench --bench all -- tokens
//! ```

use std::hint::black_box;

use crate::support;
use chrono::TimeDelta;
use latchkey::domain::{AuthenticationMethods, Device, Id, RefreshClaims, Session};
use latchkey::platform::clock::Clock;
use latchkey::platform::random::Random;
use latchkey::service::{AccessKeys, SecretKey, SecretKeys, TokenOptions, Tokens};

pub fn run() {
    let mut criterion = support::criterion(2);
    let (clock, random) = (Clock::system(), Random::system().unwrap());
    let options = TokenOptions {
        issuer: "https://auth.example.com".to_owned(),
        audience: "latchkey".to_owned(),
        access_ttl: TimeDelta::minutes(30),
    };
    let secrets = SecretKeys::new(SecretKey::new(support::SECRET).unwrap(), None);
    let keys = AccessKeys::new(&secrets, Vec::new(), false).unwrap();
    let tokens = Tokens::new(&secrets, keys, options, clock.clone(), random.clone()).unwrap();
    let session = session(&clock, &random);
    let pair = tokens.issue(&session, "ada", None).unwrap();
    let claims = RefreshClaims {
        session_id: session.id,
        generation: session.generation,
    };

    criterion.bench_function("both tokens, made", |bench| {
        bench.iter(|| tokens.issue(black_box(&session), "ada", None).unwrap());
    });
    criterion.bench_function("access token, verified", |bench| {
        bench.iter(|| tokens.verify_access(black_box(&pair.access.token)).unwrap());
    });
    criterion.bench_function("refresh token, made", |bench| {
        bench.iter(|| tokens.refresh_token(black_box(claims)));
    });
    criterion.bench_function("refresh token, verified", |bench| {
        bench.iter(|| {
            tokens
                .verify_refresh(black_box(&pair.refresh_token))
                .unwrap()
        });
    });
}

fn session(clock: &Clock, random: &Random) -> Session {
    let now = clock.now();
    Session {
        id: Id::new(random.id(now)),
        user_id: Id::new(random.id(now)),
        generation: 3,
        rotated_at: now,
        received_at: None,
        replayed_at: None,
        device: Device::unknown(),
        ip_address: "127.0.0.1".to_owned(),
        created_at: now,
        last_used_at: now,
        expires_at: now + TimeDelta::days(30),
        ends_at: now + TimeDelta::days(180),
        ended: None,
        organization_id: None,
        authenticated_at: now,
        second_factor_at: None,
        methods: AuthenticationMethods::parse("pwd"),
    }
}
