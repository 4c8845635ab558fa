//! The kinds of objects that are loaded in batches.

use std::collections::HashMap;

use uuid::Uuid;

use super::batch::Batch;
use crate::domain::{Membership, Organization, OrganizationInvitations, Page, PageRequest, User};
use crate::service::{AuthError, Directory};

/// The users.
pub struct Users;

impl Batch for Users {
    type Shared = Option<Uuid>;
    type Object = User;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, User>, AuthError> {
        directory.users(ids, seen_by).await
    }
}

/// The organizations.
pub struct Organizations;

impl Batch for Organizations {
    type Shared = Option<Uuid>;
    type Object = Organization;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, Organization>, AuthError> {
        directory.organizations(ids, seen_by).await
    }
}

/// The memberships of users.
pub struct Memberships;

impl Batch for Memberships {
    type Shared = Uuid;
    type Object = Vec<Membership>;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, Vec<Membership>>, AuthError> {
        directory.memberships(ids, seen_by).await
    }
}

/// A page of the members of organizations: fields with the same arguments share a statement.
pub struct Members;

impl Batch for Members {
    type Shared = (Uuid, PageRequest);
    type Object = Page<Membership>;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        (seen_by, page): Self::Shared,
    ) -> Result<HashMap<Uuid, Page<Membership>>, AuthError> {
        directory.members(ids, seen_by, &page).await
    }
}

/// The numbers of members of organizations.
pub struct MemberCounts;

impl Batch for MemberCounts {
    type Shared = Uuid;
    type Object = i64;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, i64>, AuthError> {
        directory.member_counts(ids, seen_by).await
    }
}

/// The invitations of organizations.
pub struct Invitations;

impl Batch for Invitations {
    type Shared = Uuid;
    type Object = OrganizationInvitations;

    async fn find(
        directory: &Directory,
        ids: &[Uuid],
        seen_by: Self::Shared,
    ) -> Result<HashMap<Uuid, OrganizationInvitations>, AuthError> {
        directory.invitations(ids, seen_by).await
    }
}
