//! Whole requests through the site, in this process: `me`, `refresh`, and `login` with the real
//! Argon2 parameters, one after the other.
//!
//! ```text
//! cargo bench --bench all -- requests
//! LATCHKEY_BENCH_DATABASE=postgres://user@host/database cargo bench --bench all -- requests
//! ```

use std::time::Instant;

use crate::support::{
    Database, PASSWORD, Service, SignedIn, criterion, login, me, refresh, runtime, signed_in,
};

pub fn run() {
    let mut criterion = criterion(3);
    let runtime = runtime();
    for database in runtime.block_on(Database::each()) {
        let engine = database.engine;
        let service = runtime.block_on(Service::start(database, &[]));
        let user = runtime.block_on(service.sign_in("ada"));

        criterion.bench_function(&format!("me, {engine}"), |bench| {
            bench.to_async(&runtime).iter(async || {
                let answer = service.call(&me(), Some(&user.access_token)).await;
                assert_eq!(answer["data"]["me"]["username"], "ada");
            });
        });
        criterion.bench_function(&format!("no database, {engine}"), |bench| {
            let query = serde_json::json!({ "query": "{ __typename }" });
            bench
                .to_async(&runtime)
                .iter(|| service.call(&query, Some(&user.access_token)));
        });
        criterion.bench_function(&format!("refresh, {engine}"), |bench| {
            bench.to_async(&runtime).iter_custom(async |times| {
                let mut user = user_of(&service).await;
                let began = Instant::now();
                for _ in 0..times {
                    user = signed_in(&service.call(&refresh(&user.refresh_token), None).await);
                }
                began.elapsed()
            });
        });
        criterion.bench_function(&format!("login, {engine}"), |bench| {
            bench.to_async(&runtime).iter(|| user_of(&service));
        });
    }
}

async fn user_of(service: &Service) -> SignedIn {
    signed_in(&service.call(&login("ada", PASSWORD), None).await)
}
