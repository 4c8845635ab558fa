//! Accounts: how one begins and ends, and what its user is called.
//!
//! `register` creates an account, and `registration` shows or cancels one whose address is not verified yet. `profile`
//! changes names, `delete` ends the account, and `secure` takes it back after "this was not me". `user` has the type.

pub mod delete;
pub mod profile;
pub mod register;
pub mod registration;
pub mod secure;
pub mod user;
