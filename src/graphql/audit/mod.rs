//! The audit trail of an account, as its user sees it.
//!
//! `event` has the type and the kinds of events; `list` has the query.

pub mod event;
pub mod list;
