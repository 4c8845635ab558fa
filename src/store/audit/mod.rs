//! Security events: what happened to accounts.
//!
//! [`event`] has the row, [`record`] writes events and the mail about them, and [`list`] shows users their own.

pub mod event;
pub mod list;
pub mod record;

pub use record::{Observation, Told};
