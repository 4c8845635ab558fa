//! The end of a membership.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::graphql::access::{AccessLevel, access};
use crate::graphql::engine::caller::{client, of, viewer};
use crate::graphql::error::ApiError;
use crate::graphql::input::id;
use crate::service::{AuthError, Memberships};

/// Which membership to end.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    membership_id: ID,
}

/// The membership is over.
#[derive(SimpleObject)]
pub struct RemoveMemberPayload {
    removed_membership_id: ID,
}

#[derive(Default)]
pub struct RemoveMemberMutation;

#[Object]
impl RemoveMemberMutation {
    /// Removes a member, or oneself. The last owner stays.
    ///
    /// Everybody may leave. Owners may remove everybody, admins those who are no owners. Who is removed
    /// is mailed a notice, and the invitations that they made are withdrawn.
    ///
    /// Errors: MEMBERSHIP_NOT_FOUND, ORGANIZATION_ROLE_INSUFFICIENT, ORGANIZATION_LAST_OWNER (hand the
    /// organization over first, or delete it), AUTH_TOKEN_STALE,
    /// RATE_LIMITED.
    #[graphql(directive = access::apply(AccessLevel::Verified))]
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        input: RemoveMemberInput,
    ) -> Result<RemoveMemberPayload, ApiError> {
        let named = id(&input.membership_id).ok_or(AuthError::MembershipNotFound)?;
        let viewer = viewer(ctx).await?;
        let memberships = of::<Memberships>(ctx)?;
        memberships.remove(&viewer, client(ctx)?, named).await?;
        Ok(RemoveMemberPayload {
            removed_membership_id: named.into(),
        })
    }
}
