//! The outbox: mail that waits, was sent, or was given up.
//!
//! [`insert`] writes a message in the transaction of its cause, and [`deliver`] claims it and records the result. [`read`]
//! lists messages, and [`row`] has the row.

pub mod deliver;
pub mod insert;
pub mod read;
pub mod row;

pub use insert::{NewLink, NewMemberEmail, NewMessage};
pub use row::Message;
