//! A session's row: its columns, and the words in them.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use crate::domain::{Device, EndReason, Session, SessionEnd};

/// The columns of a [`SessionRow`].
macro_rules! session_columns {
    () => {
        "sessions.id, sessions.user_id, sessions.generation, sessions.rotated_at, \
         sessions.received_at, sessions.device_id, sessions.device_name, sessions.device_type, \
         sessions.user_agent, sessions.ip_address, sessions.created_at, sessions.last_used_at, \
         sessions.expires_at, sessions.ends_at, sessions.ended_at, sessions.end_reason"
    };
}
pub(super) use session_columns;

#[derive(FromRow)]
pub(super) struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    generation: i64,
    rotated_at: DateTime<Utc>,
    received_at: Option<DateTime<Utc>>,
    device_id: Option<String>,
    device_name: Option<String>,
    device_type: String,
    user_agent: Option<String>,
    ip_address: String,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    end_reason: Option<String>,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        let ended = match (row.ended_at, row.end_reason) {
            (Some(at), Some(word)) => Some(SessionEnd {
                at,
                reason: parse_reason(word)?,
            }),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            generation: row.generation,
            rotated_at: row.rotated_at,
            received_at: row.received_at,
            device: Device {
                id: row.device_id,
                name: row.device_name,
                kind: row.device_type,
                user_agent: row.user_agent,
            },
            ip_address: row.ip_address,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            ends_at: row.ends_at,
            ended,
        })
    }
}

/// The word under which a reason is stored: its name in the API.
pub(super) fn reason_word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Logout => "LOGOUT",
        EndReason::LogoutAll => "LOGOUT_ALL",
        EndReason::Revoked => "REVOKED",
        EndReason::PasswordChanged => "PASSWORD_CHANGED",
        EndReason::PasswordReset => "PASSWORD_RESET",
        EndReason::RefreshTokenReused => "REFRESH_TOKEN_REUSED",
        EndReason::Idle => "IDLE",
        EndReason::Expired => "EXPIRED",
        EndReason::AccountDeleted => "ACCOUNT_DELETED",
    }
}

pub(super) fn parse_reason(word: String) -> Result<EndReason, StoreError> {
    EndReason::ALL
        .into_iter()
        .find(|reason| reason_word(*reason) == word)
        .ok_or(StoreError::Unknown(word))
}
