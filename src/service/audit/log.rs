//! The log lines of security events, for the operator.

use crate::domain::{AccountDeletion, Client, EndReason, SecurityEvent, SecurityEventKind, UserId};

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

/// Logs an attempt on an account: one that was refused, or a request for a reset link. `user` is `None` if the attempt names the account by a text, which is not logged:
/// it may be a password that was typed into the wrong field.
pub fn attempt(
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

/// Logs the deletion of an account.
pub fn deletion(deletion: &AccountDeletion) {
    tracing::info!(
        target: "latchkey::security",
        event = "ACCOUNT_DELETED",
        user = %deletion.user_id,
        replaced_by = deletion.replaced_by.map(tracing::field::display),
        operation = deletion.operation,
        address = %deletion.address,
    );
}
