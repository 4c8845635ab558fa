//! Security events of accounts.
//!
//! [`event`] has the row, [`record`] writes events and the mail about them, and [`list`] reads the events of a user.

pub mod event;
pub mod list;
pub mod record;

pub use record::DeferredEvent;
