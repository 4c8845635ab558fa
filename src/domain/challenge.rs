//! Challenges: ceremonies of several requests, each of which can be finished once.

use chrono::TimeDelta;
use strum::{EnumString, IntoStaticStr};

/// The kind of a challenge. A challenge of one kind is refused as one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ChallengeKind {
    /// A login with a right password, which waits for the second factor.
    Login,
    /// A passkey that is to be registered.
    PasskeyRegistration,
    /// A passkey that is to sign in by itself.
    PasskeyLogin,
    /// A passkey that is to be the second factor of a login.
    PasskeySecondFactor,
    /// A passkey that is to make a session fresh.
    Reauthentication,
}

/// The number of wrong answers after which a challenge is void.
pub const MAX_TRIES: i64 = 5;

impl ChallengeKind {
    /// Returns the name of the kind in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the time for which the challenge can be answered.
    #[must_use]
    pub fn ttl(self) -> TimeDelta {
        match self {
            Self::Login => TimeDelta::minutes(10),
            Self::PasskeyRegistration
            | Self::PasskeyLogin
            | Self::PasskeySecondFactor
            | Self::Reauthentication => TimeDelta::minutes(5),
        }
    }
}
