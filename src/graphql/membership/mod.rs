//! Memberships: the members of organizations and their roles.
//!
//! `change_role` changes the role of a member, `remove` ends a membership, and `read` has the types.

pub mod change_role;
pub mod read;
pub mod remove;

use async_graphql::MergedObject;

use self::change_role::ChangeRoleMutation;
use self::remove::RemoveMemberMutation;

/// The mutations of memberships.
#[derive(MergedObject, Default)]
pub struct MembershipMutations(ChangeRoleMutation, RemoveMemberMutation);
