//! The end of an invitation: accepted, declined, withdrawn.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::StoreError;
use super::database::{Statement, Transaction};
use super::invitation_rows::{FoundRow, INVITATION_COLUMNS, IS_OWN, InvitationRow};
use super::invitations::FIND_BY_ID;
use super::memberships::parse_role;
use super::open::Store;
use super::told::{NewLetter, Told};
use crate::domain::{Actor, Deed, Denied, Invitation, Membership, Role, SecurityEventKind};

const USE: Statement = Statement::new(concat!(
    "DELETE FROM invitations WHERE expires_at > $1 AND ",
    IS_OWN,
    " AND id = $3 RETURNING ",
    INVITATION_COLUMNS,
));

const DELETE: Statement = Statement::new("DELETE FROM invitations WHERE id = $1");

const WITHDRAW: Statement = Statement::new(
    "DELETE FROM invitations WHERE organization_id = $1 AND invited_by = $2 \
         AND ($3 = 'MEMBER' OR ($3 = 'ADMIN' AND role = 'OWNER'))",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] =
    &[("USE", USE), ("DELETE", DELETE), ("WITHDRAW", WITHDRAW)];

/// The reasons why an invitation is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptanceError {
    /// It is answered, withdrawn or expired by now, or for an address that the user no longer has.
    #[error("the invitation does not wait for this user")]
    Gone,
    #[error("the user belongs to the organization already")]
    MemberExists,
    #[error(transparent)]
    Store(#[from] StoreError),
}

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
    pub(super) async fn withdraw_invitations(
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

    /// Deletes an invitation that waits for the verified address of a user, and returns it; `None` if there is no such
    /// one.
    async fn use_invitation(
        &mut self,
        id: Uuid,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<InvitationRow>, StoreError> {
        self.query(&USE)
            .bind(now)
            .bind(user_id)
            .bind(id)
            .optional()
            .await
    }
}

impl Store {
    /// Uses up an invitation, and makes its user a member of the organization.
    pub async fn accept_invitation(
        &self,
        user_id: Uuid,
        invitation: &Invitation,
        membership_id: Uuid,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<(Membership, Told), AcceptanceError> {
        let organization_id = invitation.organization_id;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.lock_organization(organization_id).await?;
        let used = tx.use_invitation(invitation.id, user_id, deed.at).await?;
        let used = used.ok_or(AcceptanceError::Gone)?;
        let role = parse_role(used.role)?;
        let made = tx
            .insert_membership(membership_id, user_id, organization_id, role, deed.at)
            .await?;
        let membership = made.ok_or(AcceptanceError::MemberExists)?;
        let kind = SecurityEventKind::InvitationAccepted;
        let event = deed.organization_event(user_id, kind, organization_id);
        let told = tx.record(vec![event], letters).await?;
        Ok(tx.commit((membership, told)).await?)
    }

    /// Uses up an invitation, and that is all; `None` if it is gone.
    pub async fn decline_invitation(
        &self,
        user_id: Uuid,
        invitation: &Invitation,
        deed: &Deed,
    ) -> Result<Option<Told>, StoreError> {
        let organization_id = invitation.organization_id;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        let used = tx.use_invitation(invitation.id, user_id, deed.at).await?;
        if used.is_none() {
            return Ok(None);
        }
        let kind = SecurityEventKind::InvitationDeclined;
        let event = deed.organization_event(user_id, kind, organization_id);
        let told = tx.record(vec![event], &[]).await?;
        tx.commit(Some(told)).await
    }

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
