//! The answer to an invitation: accepted, or declined.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::row::{INVITATION_COLUMNS, IS_OWN, InvitationRow};
use crate::domain::{Deed, Invitation, Membership, SecurityEventKind};
use crate::store::audit::record::Told;
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::membership::row::parse_role;
use crate::store::outbox::NewLetter;

const USE: Statement = Statement::new(concat!(
    "DELETE FROM invitations WHERE expires_at > $1 AND ",
    IS_OWN,
    " AND id = $3 RETURNING ",
    INVITATION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("USE", USE)];

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

impl Transaction {
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
}
