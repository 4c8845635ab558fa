//! The kinds of objects that are loaded in batches.

use std::collections::HashMap;

use super::batch::Batch;
use crate::domain::{
    Membership, Organization, OrganizationId, OrganizationInvitations, Page, PageRequest, User,
    UserId,
};
use crate::service::{AuthError, Directory};

/// The users.
pub struct Users;

impl Batch for Users {
    type Id = UserId;
    type Shared = Option<UserId>;
    type Object = User;

    async fn find(
        directory: &Directory,
        ids: &[Self::Id],
        viewer_id: Self::Shared,
    ) -> Result<HashMap<Self::Id, User>, AuthError> {
        directory.users(ids, viewer_id).await
    }
}

/// The organizations.
pub struct Organizations;

impl Batch for Organizations {
    type Id = OrganizationId;
    type Shared = Option<UserId>;
    type Object = Organization;

    async fn find(
        directory: &Directory,
        ids: &[Self::Id],
        viewer_id: Self::Shared,
    ) -> Result<HashMap<Self::Id, Organization>, AuthError> {
        directory.organizations(ids, viewer_id).await
    }
}

/// The memberships of users.
pub struct Memberships;

impl Batch for Memberships {
    type Id = UserId;
    type Shared = UserId;
    type Object = Vec<Membership>;

    async fn find(
        directory: &Directory,
        ids: &[Self::Id],
        viewer_id: Self::Shared,
    ) -> Result<HashMap<Self::Id, Vec<Membership>>, AuthError> {
        directory.memberships(ids, viewer_id).await
    }
}

/// A page of the members of organizations: fields with the same arguments share a statement.
pub struct Members;

impl Batch for Members {
    type Id = OrganizationId;
    type Shared = (UserId, PageRequest);
    type Object = Page<Membership>;

    async fn find(
        directory: &Directory,
        ids: &[Self::Id],
        (viewer_id, page): Self::Shared,
    ) -> Result<HashMap<Self::Id, Page<Membership>>, AuthError> {
        directory.members(ids, viewer_id, &page).await
    }
}

/// The numbers of members of organizations.
pub struct MemberCounts;

impl Batch for MemberCounts {
    type Id = OrganizationId;
    type Shared = UserId;
    type Object = i64;

    async fn find(
        directory: &Directory,
        ids: &[Self::Id],
        viewer_id: Self::Shared,
    ) -> Result<HashMap<Self::Id, i64>, AuthError> {
        directory.member_counts(ids, viewer_id).await
    }
}

/// The invitations of organizations.
pub struct Invitations;

impl Batch for Invitations {
    type Id = OrganizationId;
    type Shared = UserId;
    type Object = OrganizationInvitations;

    async fn find(
        directory: &Directory,
        ids: &[Self::Id],
        viewer_id: Self::Shared,
    ) -> Result<HashMap<Self::Id, OrganizationInvitations>, AuthError> {
        directory.invitations(ids, viewer_id).await
    }
}
