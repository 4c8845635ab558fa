//! The log lines of security events, for the operator.

use crate::domain::{Client, EndReason, SecurityEvent, SecurityEventKind, UserId};

/// Logs an event in one line, under a separate target, so that operators can filter it.
pub fn event(event: &SecurityEvent) {
    tracing::info!(
        target: "latchkey::security",
        event = event.kind.as_str(),
        user = %event.user_id,
        session = event.session_id.map(tracing::field::display),
        reason = event.end_reason.map(EndReason::as_str),
        operation = event.operation,
        organization = event.organization_id.map(tracing::field::display),
        address = event.ip_address.as_deref().map(tracing::field::display),
        device_id = event.device.id,
        device = event.device.label(),
    );
}

/// Logs a refused attempt on an account. `user` is `None` if the attempt names the account by a text, which is not logged:
/// it may be a password that was typed into the wrong field.
pub fn refusal(
    kind: SecurityEventKind,
    user: Option<UserId>,
    client: &Client,
    operation: &'static str,
) {
    tracing::info!(
        target: "latchkey::security",
        event = kind.as_str(),
        user = user.map(tracing::field::display),
        operation,
        address = %client.address,
        device_id = client.device.id,
        device = client.device.label(),
    );
}

/// Logs that accounts were deleted, and by which field of the API. The log is the only record, because the events of an
/// account are deleted with it. `replaced_by` is the account that took over the address or the username of an
/// unverified one.
pub fn deletions(
    users: impl IntoIterator<Item = UserId>,
    replaced_by: Option<UserId>,
    client: &Client,
    operation: &'static str,
) {
    for user in users {
        tracing::info!(
            target: "latchkey::security",
            event = "ACCOUNT_DELETED",
            %user,
            replaced_by = replaced_by.map(tracing::field::display),
            operation,
            address = %client.address,
        );
    }
}
