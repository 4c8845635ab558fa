//! Withdrawals of invitations: of one, or of those that a member may no longer make.

use super::read::{FIND_BY_ID, FoundRow};
use crate::domain::{
    Actor, AuditContext, Denied, Invitation, InvitationId, OrganizationId, Role, SecurityEventKind,
    UserId,
};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};

const DELETE: Statement = Statement::new("DELETE FROM invitations WHERE id = $1");

const WITHDRAW: Statement = Statement::new(
    "DELETE FROM invitations WHERE organization_id = $1 AND invited_by = $2 \
         AND ($3 = 'MEMBER' OR ($3 = 'ADMIN' AND role = 'OWNER'))",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("DELETE", DELETE), ("WITHDRAW", WITHDRAW)];

/// The reasons why an invitation is not withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum RevocationError {
    #[error("there is no such invitation")]
    NotFound,
    #[error("the actor may not do this: {0:?}")]
    Denied(Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for RevocationError {
    fn from(denied: Denied) -> Self {
        match denied {
            // The actor must not learn that the organization exists.
            Denied::NotAMember => Self::NotFound,
            Denied::TokenStale | Denied::RoleInsufficient => Self::Denied(denied),
        }
    }
}

impl Transaction {
    /// Withdraws the invitations that a member made and may not make in their new role. The role of a member who leaves
    /// is [`Role::Member`], so nobody returns by an invitation of their own.
    pub async fn withdraw_invitations(
        &mut self,
        organization_id: OrganizationId,
        user_id: UserId,
        role: Role,
    ) -> Result<(), StoreError> {
        self.query(&WITHDRAW)
            .bind(organization_id)
            .bind(user_id)
            .bind(role.as_str())
            .execute()
            .await?;
        Ok(())
    }
}

impl Store {
    /// Withdraws an invitation.
    pub async fn revoke_invitation(
        &self,
        actor: &Actor,
        id: InvitationId,
        audit: &AuditContext,
    ) -> Result<Committed<()>, RevocationError> {
        let mut tx = self.begin().await?;
        let row: Option<FoundRow> = tx
            .query(&FIND_BY_ID)
            .bind(audit.at)
            .bind(actor.user_id)
            .bind(id)
            .optional()
            .await?;
        let row = row.ok_or(RevocationError::NotFound)?;
        let invitation = Invitation::try_from(row.invitation)?;
        let organization_id = invitation.organization_id;
        let may = |role: Role| role.manages(invitation.role);
        tx.authorize::<RevocationError>(actor, organization_id, may)
            .await?;
        let deleted = tx.query(&DELETE).bind(id).execute().await?;
        if deleted == 0 {
            return Err(RevocationError::NotFound);
        }
        let kind = SecurityEventKind::InvitationRevoked;
        let event = audit.organization_event(actor.user_id, kind, organization_id);
        tx.insert_events(vec![event]).await?;
        Ok(tx.commit(()).await?)
    }
}
