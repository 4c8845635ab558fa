//! Passwords. The store has their hashes alone.
//!
//! [`change`] is for users who know the old password, [`reset_link`] and [`reset`] for those who forgot it. [`hash`]
//! replaces outdated hashes and lists them, [`former`] keeps the passwords that may not be set again.

pub mod change;
pub mod former;
pub mod hash;
pub mod reset;
pub mod reset_link;

pub use change::PasswordChange;
pub use reset::PasswordReset;
pub use reset_link::NewReset;
