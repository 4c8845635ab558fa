//! The project's own rules: its layers, its dependencies, its documents, its promises.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "that is how a test fails"
)]

mod architecture;
mod documents;
mod reference;
mod security_page;
mod sources;
mod supply_chain;
mod vocabulary;
