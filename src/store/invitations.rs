//! Invitations: made, and seen from either side.

use chrono::{DateTime, Utc};
use constcat::concat;
use uuid::Uuid;

use super::StoreError;
use super::database::Statement;
use super::invitation_rows::{
    FoundRow, INVITATION_COLUMNS, IS_OWN, InvitationRow, PreviewRow, SeenRow,
};
use super::memberships::parse_role;
use super::open::Store;
use super::outbox::NewMessage;
use super::query::Query;
use super::told::Told;
use crate::domain::{
    Actor, Deed, Denied, EmailAddress, HashedToken, Invitation, InvitationPreview, Role,
    SecurityEventKind,
};

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

const OF_USER: Statement = Statement::new(concat!(
    "SELECT ",
    INVITATION_COLUMNS,
    " FROM invitations WHERE expires_at > $1 AND ",
    IS_OWN,
    " ORDER BY id",
));

pub(super) const FIND_BY_ID: Statement = Statement::new(concat!(FIND, " AND id = $3"));

const FIND_BY_TOKEN: Statement = Statement::new(concat!(FIND, " AND token_hash = $3"));

const FIND: &str = concat!(
    "SELECT ",
    INVITATION_COLUMNS,
    ", ",
    IS_OWN,
    " AS is_own FROM invitations WHERE expires_at > $1",
);

const PREVIEW: Statement = Statement::new(
    "SELECT organizations.name AS organization_name, invitations.role, \
         COALESCE(users.display_name, users.username) AS invited_by_name, \
         invitations.email, invitations.expires_at \
     FROM invitations JOIN organizations ON organizations.id = invitations.organization_id \
         LEFT JOIN users ON users.id = invitations.invited_by \
     WHERE invitations.token_hash = $1 AND invitations.expires_at > $2",
);

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("UPSERT", UPSERT),
    ("STANDING", STANDING),
    ("OF_USER", OF_USER),
    ("FIND_BY_ID", FIND_BY_ID),
    ("FIND_BY_TOKEN", FIND_BY_TOKEN),
    ("PREVIEW", PREVIEW),
];

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
    Needless(AddressStanding),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for InvitationError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// The relation of an address to an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressStanding {
    /// A member has it.
    Member,
    /// It is invited already.
    Invited,
}

/// The key that an invitation is found by.
#[derive(Clone, Debug)]
pub enum InvitationKey {
    Token(HashedToken),
    Id(Uuid),
}

/// An invitation, and whether it is for the address of the user who asks.
#[derive(Clone, Debug)]
pub struct FoundInvitation {
    pub invitation: Invitation,
    pub is_own: bool,
}

/// The invitations of an organization, as one member may see them.
#[derive(Clone, Debug)]
pub struct OrganizationInvitations {
    /// The role of the member who asks.
    pub role: Role,
    /// Empty for those who may not see them.
    pub invitations: Vec<Invitation>,
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
        let row = row.ok_or(InvitationError::Needless(AddressStanding::Invited))?;
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
    ) -> Result<Option<AddressStanding>, StoreError> {
        read_standing(self.read.query(&STANDING), organization_id, email, now).await
    }

    /// Returns the invitations that wait for the verified address of a user, oldest first.
    pub async fn list_invitations_of_user(
        &self,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<Invitation>, StoreError> {
        let query = self.read.query(&OF_USER).bind(now).bind(user_id);
        let rows: Vec<InvitationRow> = query.all().await?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    /// Returns the invitations that wait for an answer, oldest first, of those of these organizations that a user
    /// belongs to.
    pub async fn list_invitations(
        &self,
        organization_ids: &[Uuid],
        seen_by: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Uuid, OrganizationInvitations)>, StoreError> {
        let mut query = self.read.empty_query();
        push_invitations_of_organizations(&mut query, organization_ids, seen_by, now);
        let rows: Vec<SeenRow> = query.all().await?;
        let mut found: Vec<(Uuid, OrganizationInvitations)> = Vec::new();
        for row in rows {
            let (id, role) = (row.seen_in, parse_role(row.seen_as.clone())?);
            if found.last().is_none_or(|(last, _)| *last != id) {
                let invitations = Vec::new();
                found.push((id, OrganizationInvitations { role, invitations }));
            }
            if let (Some(invitation), Some((_, seen))) = (row.invitation()?, found.last_mut()) {
                seen.invitations.push(invitation);
            }
        }
        Ok(found)
    }

    /// Returns what an invitation that waits for an answer is for, by its mailed token.
    pub async fn find_invitation_preview(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<InvitationPreview>, StoreError> {
        let query = self.read.query(&PREVIEW);
        let query = query.bind(token.0.as_slice()).bind(now);
        let row: Option<PreviewRow> = query.optional().await?;
        row.map(InvitationPreview::try_from).transpose()
    }

    /// Returns an invitation that waits for an answer, as a user finds it.
    pub async fn find_invitation(
        &self,
        key: &InvitationKey,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<FoundInvitation>, StoreError> {
        let find = |statement| self.read.query(statement).bind(now).bind(user_id);
        let query = match key {
            InvitationKey::Id(id) => find(&FIND_BY_ID).bind(*id),
            InvitationKey::Token(token) => find(&FIND_BY_TOKEN).bind(token.0.as_slice()),
        };
        let row: Option<FoundRow> = query.optional().await?;
        row.map(FoundInvitation::try_from).transpose()
    }
}

/// Runs [`STANDING`] and returns the relation of an address to an organization; `None` if it has none.
async fn read_standing(
    query: Query<'_>,
    organization_id: Uuid,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<Option<AddressStanding>, StoreError> {
    let query = query.bind(organization_id).bind(email.canonical());
    let (is_member, is_invited): (bool, bool) = query.bind(now).one().await?;
    Ok(match (is_member, is_invited) {
        (true, _) => Some(AddressStanding::Member),
        (false, true) => Some(AddressStanding::Invited),
        (false, false) => None,
    })
}

/// Appends the statement of [`Store::list_invitations`]. It finds the organizations that somebody belongs to, with
/// their role there; the invitations only for those who manage members.
pub(super) fn push_invitations_of_organizations(
    query: &mut Query<'_>,
    organization_ids: &[Uuid],
    seen_by: Uuid,
    now: DateTime<Utc>,
) {
    query
        .push(
            "SELECT own.organization_id AS seen_in, own.role AS seen_as, invitations.id, \
                 invitations.email, invitations.role, invitations.invited_by, \
                 invitations.created_at, invitations.expires_at \
             FROM memberships AS own LEFT JOIN invitations \
                 ON invitations.organization_id = own.organization_id AND own.role <> 'MEMBER' \
                     AND invitations.expires_at > ",
        )
        .push_bind(now)
        .push(" WHERE own.user_id = ")
        .push_bind(seen_by)
        .push(" AND own.organization_id IN ")
        .push_ids(organization_ids)
        .push(" ORDER BY own.organization_id, invitations.id");
}
