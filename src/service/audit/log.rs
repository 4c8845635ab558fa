//! The lines in the log that tell the operator of each event.

use uuid::Uuid;

use crate::domain::{Client, Deed, EndReason, SecurityEvent};

/// The user of an event whose account is not known.
pub const NOBODY: Uuid = Uuid::nil();

/// Logs an event: one line, under a target of its own, so that it can be kept apart from the rest.
pub fn event(event: &SecurityEvent) {
    let user = Some(event.user_id).filter(|user| *user != NOBODY);
    tracing::info!(
        target: "latchkey::security",
        event = event.kind.as_str(),
        user = user.map(tracing::field::display),
        session = event.session_id.map(tracing::field::display),
        reason = event.end_reason.map(EndReason::as_str),
        operation = event.operation,
        organization = event.organization_id.map(tracing::field::display),
        address = event.ip_address.as_deref().map(tracing::field::display),
        device_id = event.device.id,
        device = event.device.label(),
    );
}

/// Logs the ends of sessions.
pub fn ends(deed: &Deed, user_id: Uuid, sessions: &[Uuid], reason: EndReason) {
    deed.ends(user_id, sessions, reason).iter().for_each(event);
}

/// Logs that accounts were deleted, and by which field of the API. Only the operator learns of it: the events of an
/// account go with it. Unverified accounts are replaced by the one that has their address or their username from now on.
pub fn deletions(
    users: impl IntoIterator<Item = Uuid>,
    replaced_by: Option<Uuid>,
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
