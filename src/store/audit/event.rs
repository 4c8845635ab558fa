//! The rows of security events. A row is written in the transaction of its cause, and never changed.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use crate::domain::{
    Device, EndReason, OrganizationId, SecurityEvent, SecurityEventId, SessionId, UserId,
};
use crate::store::database::{Query, StoreError, Transaction};
use crate::store::session::row::parse_reason;

/// The rows of one statement: far below the number of parameters that either engine allows.
const MAX_AT_ONCE: usize = 500;

/// The columns of an [`EventRow`].
pub const EVENT_COLUMNS: &str = "id, user_id, kind, occurred_at, ip_address, device_id, device_name, device_type, \
     user_agent, session_id, end_reason, operation, organization_id";

#[derive(FromRow)]
pub(super) struct EventRow {
    id: SecurityEventId,
    user_id: UserId,
    kind: String,
    occurred_at: DateTime<Utc>,
    ip_address: Option<String>,
    device_id: Option<String>,
    device_name: Option<String>,
    device_type: String,
    user_agent: Option<String>,
    session_id: Option<SessionId>,
    end_reason: Option<String>,
    operation: Option<String>,
    organization_id: Option<OrganizationId>,
}

impl TryFrom<EventRow> for SecurityEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let kind = row.kind.parse();
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            kind: kind.map_err(|_| StoreError::Unknown(row.kind))?,
            at: row.occurred_at,
            ip_address: row.ip_address,
            device: Device {
                id: row.device_id,
                name: row.device_name,
                kind: row.device_type,
                user_agent: row.user_agent,
            },
            session_id: row.session_id,
            end_reason: row.end_reason.as_deref().map(parse_reason),
            operation: row.operation,
            organization_id: row.organization_id,
        })
    }
}

/// Appends the statement that inserts these events.
pub fn push_events(query: &mut Query<'_>, events: &[SecurityEvent]) {
    query
        .push(concat!(
            "INSERT INTO security_events (",
            EVENT_COLUMNS,
            ") VALUES "
        ))
        .push_list(events, |query, event| {
            let device = &event.device;
            query
                .open_tuple()
                .bind(event.id)
                .bind(event.user_id)
                .bind(event.kind.as_str())
                .bind(event.at)
                .bind(&event.ip_address)
                .bind(&device.id)
                .bind(&device.name)
                .bind(&device.kind)
                .bind(&device.user_agent)
                .bind(event.session_id)
                .bind(event.end_reason.map(EndReason::as_str))
                .bind(&event.operation)
                .bind(event.organization_id)
                .close();
        });
}

impl Transaction {
    /// Inserts events, and remembers them for the log.
    pub async fn insert_events(&mut self, events: Vec<SecurityEvent>) -> Result<(), StoreError> {
        for chunk in events.chunks(MAX_AT_ONCE) {
            let mut query = self.empty_query();
            push_events(&mut query, chunk);
            query.remembered().execute().await?;
        }
        self.remember_events(events);
        Ok(())
    }
}
