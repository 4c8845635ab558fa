//! The statements with a variable number of parameters, built for the tests of every statement.

use chrono::DateTime;
use uuid::Uuid;

use super::database::Query;
use super::{account, audit, invitation, membership, organization, rate_limits, second_factor};
use crate::domain::{
    AuditContext, BucketName, Client, Device, OrganizationId, PageRequest, SecurityEvent,
    SecurityEventId, SecurityEventKind, UserId,
};

/// Builds the text of a query.
pub type Build = fn(&mut Query<'_>);

/// The statements with a variable number of parameters.
pub const BUILT: &[(&str, Build)] = &[
    ("users", |query| {
        account::user::push_users(query, &USERS, None);
    }),
    ("users, visible", |query| {
        account::user::push_users(query, &USERS, Some(VIEWER));
    }),
    ("organizations", |query| {
        organization::read::push_organizations(query, &ORGANIZATIONS, None);
    }),
    ("organizations, visible", |query| {
        organization::read::push_organizations(query, &ORGANIZATIONS, Some(VIEWER));
    }),
    ("memberships of users", |query| {
        membership::read::push_memberships_of_users(query, &USERS, VIEWER);
    }),
    ("members, from the start", |query| {
        membership::read::push_members(query, &ORGANIZATIONS, VIEWER, &page(false));
    }),
    ("members, from the end", |query| {
        membership::read::push_members(query, &ORGANIZATIONS, VIEWER, &page(true));
    }),
    ("member counts", |query| {
        membership::read::push_member_counts(query, &ORGANIZATIONS, VIEWER);
    }),
    ("invitations of organizations", |query| {
        invitation::read::push_invitations_of_organizations(
            query,
            &ORGANIZATIONS,
            VIEWER,
            DateTime::UNIX_EPOCH,
        );
    }),
    ("charges", |query| {
        rate_limits::push_charges(query, &[charge(false)], 0);
    }),
    ("gated charges", |query| match query {
        Query::Sqlite(_) => {
            rate_limits::push_gated_charges_on_sqlite(query, &[charge(false), charge(true)], 0);
        }
        Query::Postgres(_) => {
            rate_limits::push_gated_charges_on_postgres(query, &[charge(false), charge(true)], 0);
        }
    }),
    ("passes", |query| {
        rate_limits::push_passes(query, &[BucketName::new([0; 32])], 0);
    }),
    ("full buckets", |query| {
        rate_limits::push_full_buckets(query, &[charge(false)]);
    }),
    ("recovery codes", |query| {
        second_factor::renew::push_recovery_codes(query, VIEWER, &[vec![0; 32]]);
    }),
    ("security events", |query| {
        audit::event::push_events(query, &[event()]);
    }),
];

const VIEWER: UserId = UserId::MAX;
const USERS: [UserId; 2] = [UserId::NIL, UserId::MAX];
const ORGANIZATIONS: [OrganizationId; 2] = [OrganizationId::NIL, OrganizationId::MAX];

fn page(from_end: bool) -> PageRequest {
    PageRequest {
        after: Some(Uuid::nil()),
        before: Some(Uuid::max()),
        limit: 1,
        from_end,
    }
}

fn charge(is_gated: bool) -> super::Charge {
    super::Charge {
        bucket: BucketName::new([0; 32]),
        limit: "10/15m".parse().unwrap(),
        is_gated,
    }
}

fn event() -> SecurityEvent {
    let client = Client {
        address: [192, 0, 2, 1].into(),
        device: Device::unknown(),
        languages: Vec::new(),
    };
    let audit = AuditContext {
        id: SecurityEventId::NIL,
        at: DateTime::UNIX_EPOCH,
        client,
        operation: None,
    };
    audit.event(UserId::NIL, SecurityEventKind::Registered)
}
