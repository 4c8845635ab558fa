//! The rules of the refresh protocol, as pure decisions. `docs/security/refresh-protocol.md` states them
//! in prose, and `tests/refresh_model` checks them.

use chrono::{DateTime, TimeDelta, Utc};

use super::session::{Device, Session};

/// How long after the successor was first used a token may still arrive from a second tab, which sent
/// it before it could know.
const RACE_WINDOW: TimeDelta = TimeDelta::seconds(10);

/// A minute after an exchange, no honest client still waits for its answer, and no honest request with
/// the same token is still on its way. Longer than clients wait, since the clocks of nodes may differ.
const EXCHANGE_WINDOW: TimeDelta = TimeDelta::minutes(1);

/// The time of an access token is cut to whole seconds.
const TOKEN_TIME_UNIT: TimeDelta = TimeDelta::seconds(1);

/// The meaning of a genuine refresh token for its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// The newest token: rotate.
    Rotate,
    /// A token ahead of the session's counter. The database has lost what happened since: a backup was
    /// restored, or a failover lost commits. Rotate from there.
    Recover,
    /// The one before, from a client that may not have got the answer: answer it again.
    Replay(Replay),
    /// A token that its owner has no more reason to hold: somebody copied it.
    Reuse,
}

/// The reason to answer a token of the generation before once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Nobody has used the successor yet: the answer was lost, or is still on its way.
    AnswerLost,
    /// Two tabs of one browser refreshed at the same moment.
    TabsRaced,
    /// Either of them, so long after the exchange that its answer must have been lost. An access token of
    /// that answer is a copy from now on.
    Late,
}

/// The meaning of a genuine access token for the refresh tokens of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessVerdict {
    /// It says nothing new.
    Known,
    /// The first use of the newest generation, which proves that its answer was received.
    Received,
    /// A token ahead of the session's counter, as [`RefreshVerdict::Recover`].
    Recover,
    /// A token of an answer that its client has declared lost, by refreshing again so late: somebody
    /// copied it.
    Reuse,
}

impl Session {
    /// Judges a genuine refresh token of this session, which lives (RFC 9700 section 4.14.2).
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

    /// Judges a genuine access token of this session, which lives. `issued_at` is in whole seconds.
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
