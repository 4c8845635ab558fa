//! Accounts.
//!
//! A registration is [`register`] or, with the token of an invitation, [`register_by_invitation`]; both write a [`new_account`]. One
//! whose address is still unverified can be looked at and cancelled ([`registration`]), and makes way for others
//! ([`unverified`]). [`row`] has the row, [`user`] reads and locks users, [`profile`] changes it, [`delete`] removes it with everything about the
//! user. [`notice`] writes the mail with the link "this was not me", and [`secure`] follows it.

pub mod delete;
pub mod new_account;
pub mod notice;
pub mod profile;
pub mod register;
pub mod register_by_invitation;
pub mod registration;
pub mod row;
pub mod secure;
pub mod unverified;
pub mod user;

pub use delete::AccountDeletionError;
pub use new_account::{NameTaken, NewAccount};
pub use notice::{NewNotice, Notified};
pub use profile::UpdateProfileError;
pub use register::{Concealed, Registered, RegistrationError};
pub use register_by_invitation::{JoinError, Joined};
pub use secure::SecuredAccount;
