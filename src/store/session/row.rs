//! The row of a session: its columns, its end, and its active organization.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;

use crate::domain::{
    ActiveOrganization, AuthenticationMethods, Device, EndReason, OrganizationId, Session,
    SessionEnd, SessionId, UserId,
};
use crate::store::database::StoreError;
use crate::store::membership::row::parse_role;

/// The columns of a [`SessionRow`].
pub(super) const SESSION_COLUMNS: &str = concat!(
    "sessions.id, sessions.user_id, sessions.generation, sessions.rotated_at, \
     sessions.received_at, sessions.replayed_at, sessions.device_id, sessions.device_name, sessions.device_type, \
     sessions.user_agent, sessions.ip_address, sessions.created_at, sessions.last_used_at, \
     sessions.expires_at, sessions.ends_at, sessions.organization_id, sessions.epoch, sessions.factor_epoch, sessions.methods, \
     COALESCE(sessions.authenticated_at, sessions.created_at) AS authenticated_at, ",
    SECOND_FACTOR_AT,
    " AS second_factor_at, COALESCE(sessions.ended_at, ",
    EPOCH_ENDED_AT,
    ") AS ended_at, COALESCE(sessions.end_reason, ",
    EPOCH_END_REASON,
    ") AS end_reason",
);

/// The moment of the latest second factor in a session; NULL if the account's factor was replaced or removed since.
pub const SECOND_FACTOR_AT: &str = "CASE WHEN sessions.second_factor_at IS NOT NULL AND EXISTS \
     (SELECT 1 FROM users AS holder WHERE holder.id = sessions.user_id \
         AND holder.factor_epoch = sessions.factor_epoch) \
     THEN sessions.second_factor_at END";

/// The moment when the epoch of a session ended.
pub(super) const EPOCH_ENDED_AT: &str =
    concat!("(SELECT ended_epochs.ended_at", OF_ENDED_EPOCH, ")");

/// The reason why the epoch of a session ended.
pub(super) const EPOCH_END_REASON: &str =
    concat!("(SELECT ended_epochs.end_reason", OF_ENDED_EPOCH, ")");

/// Finds the first ended epoch of a session, from its own on, that ended before the session expired. The search does
/// not stop at its own epoch, because nodes of an older version make sessions of epoch 0.
const OF_ENDED_EPOCH: &str = " FROM ended_epochs WHERE ended_epochs.user_id = sessions.user_id \
     AND ended_epochs.epoch >= sessions.epoch AND ended_epochs.ended_at < sessions.expires_at \
     ORDER BY ended_epochs.epoch LIMIT 1";

/// The condition that neither a session nor its epoch has been ended. The session may have expired: see [`IS_LIVE_AT`].
pub(super) const IS_NOT_ENDED: &str = "sessions.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM ended_epochs \
         WHERE ended_epochs.user_id = sessions.user_id AND ended_epochs.epoch >= sessions.epoch)";

/// The condition that a session is live at a moment, which follows.
pub(super) const IS_LIVE_AT: &str = concat!(IS_NOT_ENDED, " AND sessions.expires_at > ");

/// The columns of an [`ActiveOrganizationRow`].
pub(super) const ACTIVE_ORGANIZATION_COLUMNS: &str = concat!(
    "sessions.organization_id AS active_id, (SELECT organizations.slug FROM organizations \
         WHERE organizations.id = sessions.organization_id) AS active_slug, \
     (SELECT memberships.role",
    OF_VERIFIED_MEMBER_IN,
    "sessions.organization_id) AS active_role",
);

/// Finds the membership of a session's user in an organization, which follows, if the user's address is verified.
/// Services that trust the tokens take the user for a member of the active organization.
pub(super) const OF_VERIFIED_MEMBER_IN: &str = " FROM memberships JOIN users AS member ON member.id = memberships.user_id \
      WHERE member.email_verified_at IS NOT NULL AND memberships.user_id = sessions.user_id \
          AND memberships.organization_id = ";

#[derive(FromRow)]
pub(super) struct SessionRow {
    id: SessionId,
    user_id: UserId,
    generation: i64,
    rotated_at: DateTime<Utc>,
    received_at: Option<DateTime<Utc>>,
    replayed_at: Option<DateTime<Utc>>,
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
    organization_id: Option<OrganizationId>,
    authenticated_at: DateTime<Utc>,
    second_factor_at: Option<DateTime<Utc>>,
    methods: String,
}

#[derive(FromRow)]
#[expect(
    clippy::struct_field_names,
    reason = "the names differ from those of a session's columns, which one statement reads, too"
)]
pub(super) struct ActiveOrganizationRow {
    active_id: Option<OrganizationId>,
    active_slug: Option<String>,
    active_role: Option<String>,
}

impl ActiveOrganizationRow {
    /// Returns the active organization; `None` if the session has none, or its user is no longer a member.
    pub(super) fn active_organization(self) -> Result<Option<ActiveOrganization>, StoreError> {
        let (Some(organization_id), Some(slug), Some(role)) =
            (self.active_id, self.active_slug, self.active_role)
        else {
            return Ok(None);
        };
        Ok(Some(ActiveOrganization {
            organization_id,
            slug,
            role: parse_role(role)?,
        }))
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        let ended = match (row.ended_at, row.end_reason) {
            (Some(at), Some(reason)) => Some(SessionEnd {
                at,
                reason: parse_reason(&reason),
            }),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            generation: row.generation,
            rotated_at: row.rotated_at,
            received_at: row.received_at,
            replayed_at: row.replayed_at,
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
            organization_id: row.organization_id,
            authenticated_at: row.authenticated_at,
            second_factor_at: row.second_factor_at,
            methods: AuthenticationMethods::parse(&row.methods),
        })
    }
}

/// Parses the reason for the end of a session. A reason that this version does not know, written by a newer node during
/// an upgrade, becomes [`EndReason::Revoked`].
pub fn parse_reason(reason: &str) -> EndReason {
    reason.parse().unwrap_or(EndReason::Revoked)
}
