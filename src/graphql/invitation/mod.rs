//! Invitations to an organization.
//!
//! `invite` sends one, `revoke` revokes it, and `answer` accepts or declines it. `read` has the types and the queries.

pub mod answer;
pub mod invite;
pub mod read;
pub mod revoke;

use async_graphql::MergedObject;

use self::answer::AnswerInvitationMutation;
use self::invite::InviteMemberMutation;
use self::revoke::RevokeInvitationMutation;

/// The mutations of invitations.
#[derive(MergedObject, Default)]
pub struct InvitationMutations(
    InviteMemberMutation,
    RevokeInvitationMutation,
    AnswerInvitationMutation,
);
