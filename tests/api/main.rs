//! The API over HTTP, as clients use it: a folder for each noun, and a file for each subject.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod account {
    mod cancellation;
    mod concealment;
    mod deletion;
    mod profile;
    mod registration;
    mod registration_modes;
    mod reserved_names;
    mod secure;
    mod takeover;
    mod typed_input;
    mod viewer;
}

mod audit {
    mod account_events;
    mod organization_events;
}

mod email {
    mod change;
    mod correction;
    mod undo;
    mod verification;
}

mod graphql {
    mod access;
    mod descriptions;
    mod documents;
    mod errors;
    mod federation;
    mod field_order;
    mod kept_documents;
    mod response_limits;
    mod schema;
}

mod http {
    mod account_pages;
    mod discovery;
    mod dropped_requests;
    mod graphql_over_http;
    mod origins;
    mod pipelined_requests;
    mod request_heads;
    mod service_pages;
    mod unread_bodies;
}

mod invitation {
    mod answer;
    mod invite;
    mod list;
    mod races;
    mod register;
}

mod limits {
    mod attempts;
    mod commits;
    mod fields;
    mod guessing;
    mod honest_users;
    mod logins;
    mod nodes;
    mod refreshes;
    mod storms;
}

mod mail {
    mod content;
    mod languages;
    mod mailbox;
    mod notices;
}

mod membership {
    mod effects;
    mod last_owner;
    mod permissions;
    mod races;
}

mod organization {
    mod create_and_read;
    mod many_members;
    mod update_and_delete;
}

mod passkey {
    mod bound;
    mod manage;
    mod passwordless;
    mod races;
    mod register;
    mod second_factor;
    mod sign_in;
}

mod password {
    mod change;
    mod check;
    mod correct_but_refused;
    mod reset;
    mod stored_hashes;
}

mod second_factor {
    mod challenges;
    mod factors;
    mod notices;
    mod races;
    mod setup;
}

mod session {
    mod access_tokens;
    mod active_organization;
    mod cookie_origins;
    mod cookies;
    mod copied_tokens;
    mod list;
    mod login;
    mod logout;
    mod many;
    mod reauthentication;
    mod refresh;
    mod refresh_by_a_server;
    mod refresh_clients;
    mod restored_database;
    mod shared_lookups;
    mod signing_keys;
    mod stale_access_tokens;
}
