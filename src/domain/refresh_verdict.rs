//! The rules of the refresh protocol as pure decisions. `docs/security/refresh-protocol.md` explains them, and
//! `tests/refresh_model` checks them.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Device, Session};

/// The time after the first use of the successor in which a second tab, which sent its request earlier, may still present the
/// old token.
const RACE_WINDOW: TimeDelta = TimeDelta::seconds(10);

/// The time after which no honest client waits for the response any more, and no honest request with the same token is still
/// on its way. It is longer than clients wait, because the clocks of nodes may differ.
const EXCHANGE_WINDOW: TimeDelta = TimeDelta::minutes(1);

/// The unit of the times in an access token.
const TOKEN_TIME_UNIT: TimeDelta = TimeDelta::seconds(1);

/// The meaning of a genuine refresh token for its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// The newest token: rotate.
    Rotate,
    /// A token ahead of the session's counter: the database has lost commits, because a backup was restored or a failover lost
    /// them. Rotate from there.
    Recover,
    /// The token before the newest, from a client that may not have received the response: repeat the response.
    Replay(Replay),
    /// An older token, which its owner has no reason to present: it was copied.
    Reuse,
}

/// The reason to repeat the response to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// The successor is unused: the response was lost, or is still on its way.
    AnswerLost,
    /// Two tabs of one browser refreshed at the same moment.
    TabsRaced,
    /// Either of them, so late that the response must have been lost. From now on, its access token counts as copied.
    Late,
}

/// The meaning of a genuine access token for the refresh tokens of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessVerdict {
    /// It tells nothing new.
    Known,
    /// The first use of the newest generation, which proves that the client received the response.
    Received,
    /// A token ahead of the session's counter, as [`RefreshVerdict::Recover`].
    Recover,
    /// A token of a response that must have been lost, because its client refreshed again so late: it was copied.
    Reuse,
}

impl Session {
    /// Judges a genuine refresh token of this session, which must be live (RFC 9700 section 4.14.2).
    #[must_use]
    pub fn judge_refresh(
        &self,
        generation: i64,
        device: &Device,
        now: DateTime<Utc>,
    ) -> RefreshVerdict {
        match self.generation - generation {
            ..0 => return RefreshVerdict::Recover,
            0 => return RefreshVerdict::Rotate,
            1 if self.device.is_same_client(device) => {}
            _ => return RefreshVerdict::Reuse,
        }
        let is_late = now - self.rotated_at > EXCHANGE_WINDOW;
        match self.received_at {
            Some(at) if now - at > RACE_WINDOW => RefreshVerdict::Reuse,
            _ if is_late => RefreshVerdict::Replay(Replay::Late),
            Some(_) => RefreshVerdict::Replay(Replay::TabsRaced),
            None => RefreshVerdict::Replay(Replay::AnswerLost),
        }
    }

    /// Judges a genuine access token of this session, which must be live. `issued_at` is in whole seconds.
    #[must_use]
    pub fn judge_access(&self, generation: i64, issued_at: DateTime<Utc>) -> AccessVerdict {
        match self.generation - generation {
            ..0 => return AccessVerdict::Recover,
            0 => {}
            _ => return AccessVerdict::Known,
        }
        let latest = issued_at + TOKEN_TIME_UNIT + EXCHANGE_WINDOW;
        if self.replayed_at.is_some_and(|replayed| latest < replayed) {
            return AccessVerdict::Reuse;
        }
        if self.received_at.is_none() {
            return AccessVerdict::Received;
        }
        AccessVerdict::Known
    }
}
