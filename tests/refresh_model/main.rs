//! The refresh protocol as a model: every order of events within small bounds, by the rules that the
//! service itself uses (`src/domain/refresh_verdict.rs`), and random traces on the service to show that it does
//! the same as the model. `docs/security/refresh-protocol.md` describes both.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

mod explorer;
mod service;
#[path = "../support/mod.rs"]
mod support;
mod traces;
mod world;

use explorer::Explorer;
use world::{Bounds, Kind, World};

const QUIET: Bounds = Bounds {
    refreshes: 3,
    short_waits: 3,
    long_waits: 1,
    updates: 0,
    restores: 0,
    thefts: 0,
    stolen_uses: 0,
};

#[track_caller]
fn holds(kind: Kind, bounds: Bounds) {
    match Explorer::explore(&World::new(kind, bounds)) {
        Ok(worlds) => println!("{kind:?}: {worlds} worlds"),
        Err(broken) => panic!("{kind:?}: {broken}"),
    }
}

#[test]
fn tabs_that_lose_requests_and_answers_stay_signed_in_over_an_update() {
    let bounds = Bounds {
        updates: 1,
        ..QUIET
    };
    holds(Kind::Tabs, bounds);
}

#[test]
fn a_tab_that_emulates_a_phone_stays_signed_in() {
    holds(Kind::Emulating, QUIET);
}

#[test]
fn a_browser_whose_server_refreshes_for_it_stays_signed_in() {
    let bounds = Bounds {
        updates: 1,
        ..QUIET
    };
    holds(Kind::Server, bounds);
}

#[test]
fn a_server_that_uses_a_token_before_its_browser_has_it_may_sign_it_out() {
    let broken = Explorer::explore(&World::new(Kind::HastyServer, QUIET)).unwrap_err();
    assert!(broken.contains("refresh any more"), "{broken}");
}

#[test]
fn a_restored_backup_signs_nobody_out() {
    let bounds = Bounds {
        restores: 1,
        short_waits: 1,
        ..QUIET
    };
    holds(Kind::Emulating, bounds);
}

#[test]
fn a_restored_backup_signs_nobody_out_whose_server_refreshes_for_them() {
    let bounds = Bounds {
        refreshes: 2,
        short_waits: 2,
        updates: 1,
        restores: 1,
        ..QUIET
    };
    holds(Kind::Server, bounds);
}

#[test]
fn a_copy_that_is_used_after_receipt_was_proved_is_caught_at_that_use() {
    let bounds = Bounds {
        refreshes: 2,
        long_waits: 2,
        short_waits: 1,
        thefts: 1,
        stolen_uses: 3,
        ..QUIET
    };
    holds(Kind::Tabs, bounds);
}

#[test]
fn a_copy_is_caught_in_a_restored_database_as_soon_as_that_knows() {
    let bounds = Bounds {
        refreshes: 2,
        short_waits: 0,
        long_waits: 1,
        restores: 1,
        thefts: 1,
        stolen_uses: 2,
        ..QUIET
    };
    holds(Kind::Tabs, bounds);
}
