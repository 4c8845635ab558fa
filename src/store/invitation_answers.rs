//! The end of an invitation: accepted, declined, withdrawn.

use uuid::Uuid;

use super::StoreError;
use super::invitations::{FIND_BY_ID, FoundRow, InvitationRow, invitation_columns, is_own};
use super::membership_changes::{insert_membership, lock_organization, role_in};
use super::memberships::parse_role;
use super::pool::{Store, statements, transaction};
use super::told::{NewLetter, Told, tell};
use super::users::lock_user;
use crate::domain::{Actor, Deed, Denied, Invitation, Membership, Role, SecurityEventKind};

statements! {
    USE = concat!(
        "DELETE FROM invitations WHERE expires_at > $1 AND ", is_own!(), " AND id = $3 RETURNING ",
        invitation_columns!(),
    );
    DELETE = "DELETE FROM invitations WHERE id = $1";
}

/// What became of an answer to an invitation.
#[derive(Clone, Debug)]
pub enum Accepted {
    Done(Membership, Told),
    /// Answered, withdrawn or expired by now, or for an address that the user no longer has.
    Gone,
    /// The user belongs to the organization.
    MemberExists,
}

/// What became of a wish to withdraw an invitation.
#[derive(Clone, Debug)]
pub enum Revoked {
    Done(Told),
    NotFound,
    Denied(Denied),
}

impl Store {
    /// Uses up an invitation: its user belongs to the organization.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accept_invitation(
        &self,
        user_id: Uuid,
        invitation: &Invitation,
        membership_id: Uuid,
        deed: &Deed,
        letters: &[NewLetter],
    ) -> Result<Accepted, StoreError> {
        let organization_id = invitation.organization_id;
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            lock_organization!(self, tx, organization_id);
            let row: Option<InvitationRow> = sqlx::query_as(USE)
                .bind(deed.at)
                .bind(user_id)
                .bind(invitation.id)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                return Ok(Accepted::Gone);
            };
            let role = parse_role(row.role)?;
            let made =
                insert_membership!(tx, membership_id, user_id, organization_id, role, deed.at);
            let Some(membership) = made else {
                return Ok(Accepted::MemberExists);
            };
            let kind = SecurityEventKind::InvitationAccepted;
            let event = deed.organization_event(user_id, kind, organization_id);
            let told = tell!(self, tx, vec![event], letters);
            Accepted::Done(membership, told)
        })
    }

    /// Uses up an invitation, and that is all; `None` if it is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decline_invitation(
        &self,
        user_id: Uuid,
        invitation: &Invitation,
        deed: &Deed,
    ) -> Result<Option<Told>, StoreError> {
        let organization_id = invitation.organization_id;
        transaction!(&self.write, |tx| {
            lock_user!(self, tx, user_id);
            let row: Option<InvitationRow> = sqlx::query_as(USE)
                .bind(deed.at)
                .bind(user_id)
                .bind(invitation.id)
                .fetch_optional(&mut *tx)
                .await?;
            if row.is_none() {
                return Ok(None);
            }
            let kind = SecurityEventKind::InvitationDeclined;
            let event = deed.organization_event(user_id, kind, organization_id);
            Some(tell!(self, tx, vec![event], &[]))
        })
    }

    /// Withdraws an invitation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_invitation(
        &self,
        actor: &Actor,
        id: Uuid,
        deed: &Deed,
    ) -> Result<Revoked, StoreError> {
        transaction!(&self.write, |tx| {
            let row: Option<FoundRow> = sqlx::query_as(FIND_BY_ID)
                .bind(deed.at)
                .bind(actor.user_id)
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                return Ok(Revoked::NotFound);
            };
            let invitation = Invitation::try_from(row.invitation)?;
            let organization_id = invitation.organization_id;
            let may = |role: Role| role.manages(invitation.role);
            match role_in!(self, tx, actor, organization_id, may) {
                Ok(_) => {}
                // Somebody else's invitation.
                Err(Denied::NotAMember) => return Ok(Revoked::NotFound),
                Err(denied) => return Ok(Revoked::Denied(denied)),
            }
            let gone = sqlx::query(DELETE).bind(id).execute(&mut *tx).await?;
            if gone.rows_affected() == 0 {
                return Ok(Revoked::NotFound);
            }
            let kind = SecurityEventKind::InvitationRevoked;
            let event = deed.organization_event(actor.user_id, kind, organization_id);
            Revoked::Done(tell!(self, tx, vec![event], &[]))
        })
    }
}
