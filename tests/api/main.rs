//! The API as its clients meet it: over HTTP, one file a subject.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod account_pages;
mod acting;
mod address_correction;
mod cancelled_registrations;
mod concealment;
mod cookies;
mod copied_tokens;
mod crowds;
mod deletion;
mod discovery;
mod documents;
mod dropped_requests;
mod email_change;
mod entities;
mod errors;
mod field_order;
mod graphql_over_http;
mod guessing;
mod honest_limits;
mod invitation_answers;
mod invitation_races;
mod invitations;
mod invited_registrations;
mod invitees;
mod keys;
mod limits;
mod login;
mod logout;
mod mail;
mod mail_languages;
mod mailbox;
mod many_sessions;
mod membership_effects;
mod membership_races;
mod memberships;
mod notices;
mod organization_changes;
mod organization_events;
mod organizations;
mod origins;
mod owners;
mod pages;
mod password;
mod password_check;
mod password_reset;
mod profile;
mod refresh;
mod refresh_by_a_server;
mod refresh_clients;
mod registration;
mod registration_modes;
mod request_heads;
mod restored_database;
mod right_passwords;
mod schema;
mod security_events;
mod sessions;
mod stale_tokens;
mod storms;
mod typed_input;
mod unread_bodies;
mod verification;
mod viewer;
