//! The start of an account by an invitation: its mailed token proves the address, so the user is verified and belongs to
//! the organization at once.

use uuid::Uuid;

use super::StoreError;
use super::account_deletions::{LIST_DISPROVED, LIST_DISPROVED_ON_POSTGRES, delete_user};
use super::accounts::{NameTaken, NewAccount, insert_own_organization, insert_user, why_refused};
use super::invitations::InvitationRow;
use super::membership_changes::{insert_membership, lock_organization};
use super::memberships::parse_role;
use super::pool::{Store, statements, transaction};
use super::told::{NewLetter, Told, tell};
use crate::domain::{Invitation, SecurityEventKind, User};

statements! {
    USE = concat!(
        "DELETE FROM invitations WHERE id = $1 AND email_canonical = $2 AND expires_at > $3 \
         RETURNING ", super::invitations::invitation_columns!(),
    );
}

/// The outcome of a registration by invitation.
#[derive(Clone, Debug)]
pub enum Joined {
    Done {
        user: Box<User>,
        told: Told,
        /// Unverified accounts that others had made with the address, and that are deleted.
        replaced: Vec<Uuid>,
    },
    Refused(NameTaken),
    /// The invitation is answered, withdrawn or expired by now.
    Gone,
}

impl Store {
    /// Writes a user whose address is verified, uses up their invitation, and makes them a member: all of it or
    /// nothing. An unverified account with the address makes way: its user never proved what this one does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_invited_account(
        &self,
        new: &NewAccount,
        invitation: &Invitation,
        membership_id: Uuid,
        letters: &[NewLetter],
    ) -> Result<Joined, StoreError> {
        let now = new.deed.at;
        let list = self.engines(LIST_DISPROVED, LIST_DISPROVED_ON_POSTGRES);
        transaction!(&self.write, |tx| {
            let email = new.email.canonical();
            let mut replaced: Vec<Uuid> = Vec::new();
            let mut row = insert_user!(tx, new, email, None, Some(now));
            if row.is_none() {
                replaced = sqlx::query_scalar(list)
                    .bind(email)
                    .bind(new.username.canonical())
                    .bind(new.unproved_before)
                    .fetch_all(&mut *tx)
                    .await?;
                for user_id in &replaced {
                    delete_user!(tx, *user_id, now);
                }
                // Also if nobody made way: who had the name may have left it while we waited.
                row = insert_user!(tx, new, email, None, Some(now));
            }
            let Some(row) = row else {
                return Ok(Joined::Refused(why_refused!(tx, new)));
            };
            lock_organization!(self, tx, invitation.organization_id);
            let used: Option<InvitationRow> = sqlx::query_as(USE)
                .bind(invitation.id)
                .bind(email)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(used) = used else {
                return Ok(Joined::Gone);
            };
            let role = parse_role(used.role)?;
            let organization_id = invitation.organization_id;
            insert_membership!(tx, membership_id, new.user_id, organization_id, role, now);
            insert_own_organization!(tx, new);
            let kinds = [
                SecurityEventKind::Registered,
                SecurityEventKind::EmailVerified,
            ];
            let mut events: Vec<_> = (0..)
                .zip(kinds)
                .map(|(place, kind)| new.deed.further(place).event(new.user_id, kind))
                .collect();
            events.push(new.deed.further(2).organization_event(
                new.user_id,
                SecurityEventKind::InvitationAccepted,
                organization_id,
            ));
            Joined::Done {
                user: Box::new(row.into()),
                told: tell!(self, tx, events, letters),
                replaced,
            }
        })
    }
}
