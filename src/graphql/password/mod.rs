//! Passwords: their rules, their change, and the reset of a forgotten one.
//!
//! `check` has the rules for new passwords and judges one before it is submitted. `change` sets a new password for a user
//! who knows the current one, and `reset` for one who follows the link that `reset_link` mails.

pub mod change;
pub mod check;
pub mod reset;
pub mod reset_link;

use async_graphql::MergedObject;

use self::change::ChangePasswordMutation;
use self::reset::ResetPasswordMutation;
use self::reset_link::RequestPasswordResetMutation;

/// The mutations of passwords.
#[derive(MergedObject, Default)]
pub struct PasswordMutations(
    ChangePasswordMutation,
    RequestPasswordResetMutation,
    ResetPasswordMutation,
);
