//! Invitations of addresses into organizations.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::row::{INVITATION_COLUMNS, InvitationRow};
use crate::domain::{
    Actor, Deed, Denied, EmailAddress, HashedToken, Invitation, InvitationConflict, Role,
    SecurityEventKind,
};
use crate::store::audit::record::Told;
use crate::store::database::{Query, Statement, Store, StoreError};
use crate::store::outbox::NewMessage;

/// In the place of one that has expired. One that has not makes no row.
const UPSERT: Statement = Statement::new(concat!(
    "INSERT INTO invitations (id, organization_id, email, email_canonical, role, invited_by, \
         token_hash, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (organization_id, email_canonical) DO UPDATE SET id = excluded.id, \
         email = excluded.email, role = excluded.role, invited_by = excluded.invited_by, \
         token_hash = excluded.token_hash, created_at = excluded.created_at, \
         expires_at = excluded.expires_at \
     WHERE invitations.expires_at <= excluded.created_at \
     RETURNING ",
    INVITATION_COLUMNS,
));

const STANDING: Statement = Statement::new(
    "SELECT EXISTS (SELECT 1 FROM memberships JOIN users ON users.id = memberships.user_id \
         WHERE memberships.organization_id = $1 AND users.email_canonical = $2) AS is_member, \
     EXISTS (SELECT 1 FROM invitations WHERE organization_id = $1 AND email_canonical = $2 \
         AND expires_at > $3) AS is_invited",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[("UPSERT", UPSERT), ("STANDING", STANDING)];

/// An invitation to be made, and the mail that carries it.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    pub id: Uuid,
    pub organization_id: Uuid,
    pub email: EmailAddress,
    pub role: Role,
    pub token: HashedToken,
    pub message: NewMessage,
    pub expires_at: DateTime<Utc>,
}

/// The reasons why an address is not invited.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    #[error("the actor may not do this: {0:?}")]
    Denied(Denied),
    #[error("the address needs no invitation: {0:?}")]
    Needless(InvitationConflict),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for InvitationError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl Store {
    /// Invites an address into an organization, and writes the mail of that. Returns the invitation.
    pub async fn insert_invitation(
        &self,
        actor: &Actor,
        new: &NewInvitation,
        deed: &Deed,
    ) -> Result<(Invitation, Told), InvitationError> {
        let organization_id = new.organization_id;
        let mut tx = self.begin().await?;
        let may = |role: Role| role.manages(new.role);
        tx.authorize::<InvitationError>(actor, organization_id, may)
            .await?;
        let standing = read_standing(tx.query(&STANDING), organization_id, &new.email, deed.at);
        if let Some(standing) = standing.await? {
            return Err(InvitationError::Needless(standing));
        }
        let row: Option<InvitationRow> = tx
            .query(&UPSERT)
            .bind(new.id)
            .bind(organization_id)
            .bind(new.email.as_str())
            .bind(new.email.canonical())
            .bind(new.role.as_str())
            .bind(actor.user_id)
            .bind(new.token.0.as_slice())
            .bind(deed.at)
            .bind(new.expires_at)
            .optional()
            .await?;
        let row = row.ok_or(InvitationError::Needless(InvitationConflict::Invited))?;
        // To nobody's account, whether or not there is one: that must not be told.
        tx.insert_message_to_address(&new.message, &new.email)
            .await?;
        let kind = SecurityEventKind::MemberInvited;
        let event = deed.organization_event(actor.user_id, kind, organization_id);
        let told = tx.record(vec![event], &[]).await?;
        Ok(tx.commit((Invitation::try_from(row)?, told)).await?)
    }

    /// Returns the relation of an address to an organization; `None` if it has none.
    pub async fn find_standing(
        &self,
        organization_id: Uuid,
        email: &EmailAddress,
        now: DateTime<Utc>,
    ) -> Result<Option<InvitationConflict>, StoreError> {
        read_standing(self.read.query(&STANDING), organization_id, email, now).await
    }
}

/// Runs [`STANDING`] and returns the relation of an address to an organization; `None` if it has none.
async fn read_standing(
    query: Query<'_>,
    organization_id: Uuid,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Option<InvitationConflict>, StoreError> {
    let query = query.bind(organization_id).bind(email.canonical());
    let (is_member, is_invited): (bool, bool) = query.bind(now).one().await?;
    Ok(match (is_member, is_invited) {
        (true, _) => Some(InvitationConflict::Member),
        (false, true) => Some(InvitationConflict::Invited),
        (false, false) => None,
    })
}
