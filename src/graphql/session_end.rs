//! Why a session is over: told by the session itself, and by the error that refuses it.

use async_graphql::Enum;

use crate::domain::EndReason;

/// Why a session is over.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "EndReason")]
pub enum SessionEndReason {
    /// The user logged out of it.
    Logout,
    /// The user logged out everywhere.
    LogoutAll,
    /// The user ended it from another session.
    Revoked,
    /// The user set a new password.
    PasswordChanged,
    /// The user reset a forgotten password.
    PasswordReset,
    /// A refresh token was shown that only a copy could be: perhaps it was stolen.
    RefreshTokenReused,
    /// It was not refreshed for too long.
    Idle,
    /// It reached its highest age.
    Expired,
    /// The account was deleted.
    AccountDeleted,
    /// The owner answered a notice with "this was not me": every session ended.
    AccountSecured,
    /// The service does not know it any more: its database was restored from before the login.
    Lost,
}
