//! Confirmations: what lets a user change how they sign in.

use chrono::{DateTime, Utc};

use super::{SessionId, UserId};

/// The confirmation that a user may change how they sign in. The store checks it once more while it holds the account, because
/// the password may have changed since, or the session may have ended.
#[derive(Clone, Debug)]
pub enum Confirmation {
    /// The password, by its version.
    Password {
        version: i64,
    },
    FreshSession(FreshSession),
}

/// A session whose user proved recently who they are.
#[derive(Clone, Debug)]
pub struct FreshSession {
    pub session_id: SessionId,
    pub user_id: UserId,
    /// The session is fresh if the latest proof is later than this.
    pub proven_after: DateTime<Utc>,
}
