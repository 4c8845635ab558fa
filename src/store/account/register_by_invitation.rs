//! Registrations by invitation. The mailed token verifies the address, so the user is verified and belongs to the
//! organization at once.

use constcat::concat;
use uuid::Uuid;

use super::new_account::{NameTaken, NewAccount};
use crate::domain::{Invitation, SecurityEvent, SecurityEventKind, User};
use crate::store::audit::record::Told;
use crate::store::database::{Statement, Store, StoreError, Transaction};
use crate::store::invitation::row::{INVITATION_COLUMNS, InvitationRow};
use crate::store::outbox::NewLetter;

const USE: Statement = Statement::new(concat!(
    "DELETE FROM invitations WHERE id = $1 AND email_canonical = $2 AND expires_at > $3 \
     RETURNING ",
    INVITATION_COLUMNS,
));

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("USE", USE)];

/// An account that an invitation has made.
#[derive(Clone, Debug)]
pub struct Joined {
    pub user: User,
    pub told: Told,
    /// Unverified accounts that others had made with a name of this one, and that are deleted.
    pub replaced: Vec<Uuid>,
}

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
    /// Uses up the invitation of a new user and returns it; `None` if it is gone.
    async fn use_invitation_to_join(
        &mut self,
        id: Uuid,
        new: &NewAccount,
    ) -> Result<Option<Invitation>, StoreError> {
        let row: Option<InvitationRow> = self
            .query(&USE)
            .bind(id)
            .bind(new.email.canonical())
            .bind(new.deed.at)
            .optional()
            .await?;
        row.map(Invitation::try_from).transpose()
    }
}

impl Store {
    /// Writes a user whose address is verified, uses up their invitation, and makes them a member: all of it or
    /// nothing. An unverified account with the address makes way: its user never verified what this one does.
    pub async fn insert_invited_account(
        &self,
        new: &NewAccount,
        invitation: &Invitation,
        membership_id: Uuid,
        letters: &[NewLetter],
    ) -> Result<Joined, JoinError> {
        let (user_id, organization_id) = (new.user_id, invitation.organization_id);
        let mut tx = self.begin().await?;
        let verified_at = Some(new.deed.at);
        let (user, replaced) = tx
            .insert_user_in_place_of_unverified(new, verified_at)
            .await?;
        let Some(user) = user else {
            let taken = tx.find_name_taken(new).await?;
            return Err(JoinError::NameTaken(taken));
        };
        tx.lock_organization(organization_id).await?;
        let invitation = tx.use_invitation_to_join(invitation.id, new).await?;
        let role = invitation.ok_or(JoinError::InvitationGone)?.role;
        tx.insert_membership(membership_id, user_id, organization_id, role, new.deed.at)
            .await?;
        tx.insert_own_organization(new).await?;
        let told = tx.record(joining(new, organization_id), letters).await?;
        let joined = Joined {
            user,
            told,
            replaced,
        };
        Ok(tx.commit(joined).await?)
    }
}

/// The events of a registration by invitation.
fn joining(new: &NewAccount, organization_id: Uuid) -> Vec<SecurityEvent> {
    let (deed, user_id) = (&new.deed, new.user_id);
    let accepted = SecurityEventKind::InvitationAccepted;
    vec![
        deed.event(user_id, SecurityEventKind::Registered),
        deed.further(1)
            .event(user_id, SecurityEventKind::EmailVerified),
        deed.further(2)
            .organization_event(user_id, accepted, organization_id),
    ]
}
