//! The purposes of ceremonies.

use serde::{Deserialize, Serialize};

use crate::domain::{ChallengeId, ChallengeKind, SessionId};

/// The purpose of a ceremony. Its answer counts for nothing else: this is the sealed state of its challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasskeyPurpose {
    /// To register a passkey in this session.
    Registration(SessionId),
    /// To sign in.
    Login,
    /// To finish the login that this challenge belongs to.
    SecondFactor(ChallengeId),
    /// To make this session fresh.
    Reauthentication(SessionId),
}

impl PasskeyPurpose {
    /// Returns the kind of the challenge.
    pub(super) fn kind(self) -> ChallengeKind {
        match self {
            Self::Registration(_) => ChallengeKind::PasskeyRegistration,
            Self::Login => ChallengeKind::PasskeyLogin,
            Self::SecondFactor(_) => ChallengeKind::PasskeySecondFactor,
            Self::Reauthentication(_) => ChallengeKind::Reauthentication,
        }
    }

    /// Returns whether the authenticator must verify its user: wherever a passkey stands for both factors. After a password it
    /// is the second one, and a passkey can be registered that serves only as that.
    pub(super) fn user_must_be_verified(self) -> bool {
        match self {
            Self::Login | Self::Reauthentication(_) => true,
            Self::Registration(_) | Self::SecondFactor(_) => false,
        }
    }
}
