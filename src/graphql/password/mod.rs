//! Passwords: their rules, their change, and the reset of a forgotten one.
//!
//! `check` has the rules for new passwords and judges one before it is submitted. `change` sets a new password for a user
//! who knows the current one, and `reset` for one who follows the link that `reset_link` mails. `set` and `remove` are for a
//! user who signs in with a passkey.

pub mod change;
pub mod check;
pub mod remove;
pub mod reset;
pub mod reset_link;
pub mod set;

use async_graphql::MergedObject;

use self::change::ChangePasswordMutation;
use self::remove::RemovePasswordMutation;
use self::reset::ResetPasswordMutation;
use self::reset_link::RequestPasswordResetMutation;
use self::set::SetPasswordMutation;

/// The mutations of passwords.
#[derive(MergedObject, Default)]
pub struct PasswordMutations(
    ChangePasswordMutation,
    RequestPasswordResetMutation,
    ResetPasswordMutation,
    SetPasswordMutation,
    RemovePasswordMutation,
);
