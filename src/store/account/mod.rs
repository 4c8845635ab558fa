//! Accounts.
//!
//! [`register`] makes an account, and [`register_by_invitation`] does so with the token of an invitation; both write a
//! [`new_account`]. As long as the address is unverified, its owner can view and cancel the account ([`registration`]),
//! and other registrations can replace it ([`unverified`]). [`row`] has the row of a user, [`user`] reads and locks
//! users, [`sign_in_methods`] finds how a user can sign in, [`profile`] changes a profile, and [`delete`] deletes an account. [`notice`] writes the mail with the link
//! "this was not me", and [`secure`] handles that link.

pub mod delete;
pub mod new_account;
pub mod notice;
pub mod profile;
pub mod register;
pub mod register_by_invitation;
pub mod registration;
pub mod row;
pub mod secure;
pub mod sign_in_methods;
pub mod unverified;
pub mod user;

pub use delete::AccountDeletionError;
pub use new_account::{NameTaken, NewAccount};
pub use notice::NewNotice;
pub use profile::UpdateProfileError;
pub use register::RegistrationError;
pub use register_by_invitation::JoinError;
pub use secure::SecuredAccount;
pub use user::{ConfirmationError, LinkError};
