//! Invitations that are withdrawn: one, or those of a member who may not make them any more.

use uuid::Uuid;

use super::read::{FIND_BY_ID, FoundRow};
use crate::domain::{Actor, Deed, Denied, Invitation, Role, SecurityEventKind};
use crate::store::audit::record::Told;
use crate::store::database::{Statement, Store, StoreError, Transaction};

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
            // The invitation is into an organization that the actor must not know of.
            Denied::NotAMember => Self::NotFound,
            Denied::TokenStale | Denied::RoleInsufficient => Self::Denied(denied),
        }
    }
}

impl Transaction {
    /// Withdraws the invitations that a member made and could not make with the role that they have from now on, or
    /// with [`Role::Member`] if they leave: nobody comes back by an invitation of their own.
    pub async fn withdraw_invitations(
        &mut self,
        organization_id: Uuid,
        user_id: Uuid,
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
        id: Uuid,
        deed: &Deed,
    ) -> Result<Told, RevocationError> {
        let mut tx = self.begin().await?;
        let row: Option<FoundRow> = tx
            .query(&FIND_BY_ID)
            .bind(deed.at)
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
        let event = deed.organization_event(actor.user_id, kind, organization_id);
        let told = tx.record(vec![event], &[]).await?;
        Ok(tx.commit(told).await?)
    }
}
