//! The audit trail of an account, as its user sees it: security events.
//!
//! `event` has the type and the kinds of events, and `list` has the query.

pub mod event;
pub mod list;
