//! Passwords, of which the store has only the hashes.
//!
//! [`change`] is for users who know the current password, [`reset_link`] and [`reset`] are for users who forgot it.
//! [`set`] and [`remove`] are for accounts that sign in with a passkey.
//! [`hash`] replaces outdated hashes and lists all, and [`former`] keeps the passwords that may not be set again.

pub mod change;
pub mod former;
pub mod hash;
pub mod remove;
pub mod reset;
pub mod reset_link;
pub mod set;

pub use change::PasswordChange;
pub use remove::PasswordRemovalError;
pub use set::PasswordSettingError;
