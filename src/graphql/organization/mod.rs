//! Organizations: groups of users.
//!
//! `create`, `update` and `delete` have the mutations; `read` has the type and the query.

pub mod create;
pub mod delete;
pub mod read;
pub mod update;
