//! Answers to invitations: accepting one, and declining one.

use chrono::{DateTime, Utc};
use constcat::concat;

use super::row::{INVITATION_COLUMNS, IS_OWN, InvitationRow};
use crate::domain::{
    AuditContext, Invitation, InvitationId, Membership, MembershipId, SecurityEventKind, UserId,
};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::membership::row::parse_role;
use crate::store::outbox::NewMemberEmail;

const USE: Statement = Statement::new(concat!(
    "DELETE FROM invitations WHERE expires_at > $1 AND ",
    IS_OWN,
    " AND id = $3 RETURNING ",
    INVITATION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("USE", USE)];

/// The reasons why an invitation is neither accepted nor declined.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// It has been answered, withdrawn or expired, or is for an address that the user no longer has.
    #[error("the invitation does not wait for this user")]
    Gone,
    #[error("the user belongs to the organization already")]
    MemberExists,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Deletes a pending invitation to the verified address of a user, and returns it.
    async fn use_invitation(
        &mut self,
        id: InvitationId,
        user_id: UserId,
        now: DateTime<Utc>,
    ) -> Result<InvitationRow, AnswerError> {
        let used = self.query(&USE).bind(now).bind(user_id).bind(id);
        used.optional().await?.ok_or(AnswerError::Gone)
    }
}

impl Store {
    /// Deletes an invitation, and makes its user a member of the organization.
    pub async fn accept_invitation(
        &self,
        user_id: UserId,
        invitation: &Invitation,
        membership_id: MembershipId,
        audit: &AuditContext,
        emails: &[NewMemberEmail],
    ) -> Result<Committed<Membership>, AnswerError> {
        let organization_id = invitation.organization_id;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.lock_organization(organization_id).await?;
        let used = tx.use_invitation(invitation.id, user_id, audit.at).await?;
        let role = parse_role(used.role)?;
        let membership = tx
            .insert_membership(membership_id, user_id, organization_id, role, audit.at)
            .await?;
        let membership = membership.ok_or(AnswerError::MemberExists)?;
        let kind = SecurityEventKind::InvitationAccepted;
        let event = audit.organization_event(user_id, kind, organization_id);
        tx.record(vec![event], emails).await?;
        Ok(tx.commit(membership).await?)
    }

    /// Deletes an invitation without making its user a member.
    pub async fn decline_invitation(
        &self,
        user_id: UserId,
        invitation: &Invitation,
        audit: &AuditContext,
    ) -> Result<Committed<()>, AnswerError> {
        let organization_id = invitation.organization_id;
        let mut tx = self.begin().await?;
        tx.lock_user(user_id).await?;
        tx.use_invitation(invitation.id, user_id, audit.at).await?;
        let kind = SecurityEventKind::InvitationDeclined;
        let event = audit.organization_event(user_id, kind, organization_id);
        tx.insert_events(vec![event]).await?;
        Ok(tx.commit(()).await?)
    }
}
