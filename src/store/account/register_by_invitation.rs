//! Registration by invitation. The mailed token verifies the address, so the user is verified and a member at once.

use constcat::concat;

use super::new_account::{NameTaken, NewAccount};
use crate::domain::{
    Invitation, InvitationId, MembershipId, OrganizationId, SecurityEvent, SecurityEventKind, User,
};
use crate::store::database::{Committed, Statement, Store, StoreError, Transaction};
use crate::store::invitation::row::{INVITATION_COLUMNS, InvitationRow};
use crate::store::outbox::NewMemberEmail;

const USE: Statement = Statement::new(concat!(
    "DELETE FROM invitations WHERE id = $1 AND email_canonical = $2 AND expires_at > $3 \
     RETURNING ",
    INVITATION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("USE", USE)];

/// The reasons why an invitation makes no account.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    #[error("a name is taken: {0:?}")]
    NameTaken(NameTaken),
    #[error("the invitation is answered, withdrawn or expired by now")]
    InvitationGone,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Deletes the invitation of a new user and returns it; `None` if it is gone.
    async fn use_invitation_to_join(
        &mut self,
        id: InvitationId,
        new: &NewAccount,
    ) -> Result<Option<Invitation>, StoreError> {
        let row: Option<InvitationRow> = self
            .query(&USE)
            .bind(id)
            .bind(new.email.canonical())
            .bind(new.audit.at)
            .optional()
            .await?;
        row.map(Invitation::try_from).transpose()
    }
}

impl Store {
    /// Writes a user with a verified address, uses up their invitation, and makes them a member: all of it or nothing.
    /// Replaces an unverified account with the same address.
    pub async fn insert_invited_account(
        &self,
        new: &NewAccount,
        invitation: &Invitation,
        membership_id: MembershipId,
        emails: &[NewMemberEmail],
    ) -> Result<Committed<User>, JoinError> {
        let (user_id, organization_id) = (new.user_id, invitation.organization_id);
        let mut tx = self.begin().await?;
        let verified_at = Some(new.audit.at);
        let user = tx
            .insert_user_in_place_of_unverified(new, verified_at)
            .await?;
        let Some(user) = user else {
            let taken = tx.find_name_taken(new).await?;
            return Err(JoinError::NameTaken(taken));
        };
        tx.lock_organization(organization_id).await?;
        let invitation = tx.use_invitation_to_join(invitation.id, new).await?;
        let role = invitation.ok_or(JoinError::InvitationGone)?.role;
        tx.insert_membership(membership_id, user_id, organization_id, role, new.audit.at)
            .await?;
        tx.insert_own_organization(new).await?;
        tx.record(registration_events(new, organization_id), emails)
            .await?;
        Ok(tx.commit(user).await?)
    }
}

/// Returns the events of a registration by invitation.
fn registration_events(new: &NewAccount, organization_id: OrganizationId) -> Vec<SecurityEvent> {
    let (audit, user_id) = (&new.audit, new.user_id);
    let accepted = SecurityEventKind::InvitationAccepted;
    vec![
        audit.event(user_id, SecurityEventKind::Registered),
        audit
            .later_event(1)
            .event(user_id, SecurityEventKind::EmailVerified),
        audit
            .later_event(2)
            .organization_event(user_id, accepted, organization_id),
    ]
}
