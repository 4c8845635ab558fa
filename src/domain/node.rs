//! The objects of the API that have an id.

use super::{InvitationId, MembershipId, OrganizationId, SessionId, UserId};

/// The id of an object that clients load by its id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeId {
    User(UserId),
    Organization(OrganizationId),
    Session(SessionId),
    Membership(MembershipId),
    Invitation(InvitationId),
}
