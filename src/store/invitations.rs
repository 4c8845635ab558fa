//! Invitations: made, and seen from either side.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::StoreError;
use super::membership_changes::role_in;
use super::memberships::parse_role;
use super::outbox::{NewMessage, insert_message_to_address};
use super::pool::{Store, on, push_ids, statements, transaction};
use super::told::{Told, tell};
use crate::domain::{
    Actor, Deed, Denied, EmailAddress, HashedToken, Invitation, InvitationPreview, Role,
    SecurityEventKind,
};

/// The columns of an [`InvitationRow`].
macro_rules! invitation_columns {
    () => {
        "invitations.id, invitations.organization_id, invitations.email, invitations.role, \
         invitations.invited_by, invitations.created_at, invitations.expires_at"
    };
}

/// For the user who is $2, if it is for their proved address.
macro_rules! is_own {
    () => {
        "invitations.email_canonical = (SELECT users.email_canonical FROM users \
             WHERE users.id = $2 AND users.email_verified_at IS NOT NULL)"
    };
}

pub(super) use {invitation_columns, is_own};

statements! {
    /// In the place of one that has expired. One that has not makes no row.
    UPSERT = concat!(
        "INSERT INTO invitations (id, organization_id, email, email_canonical, role, invited_by, \
             token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (organization_id, email_canonical) DO UPDATE SET id = excluded.id, \
             email = excluded.email, role = excluded.role, invited_by = excluded.invited_by, \
             token_hash = excluded.token_hash, created_at = excluded.created_at, \
             expires_at = excluded.expires_at \
         WHERE invitations.expires_at <= excluded.created_at \
         RETURNING ", invitation_columns!(),
    );
    STANDING =
        "SELECT EXISTS (SELECT 1 FROM memberships JOIN users ON users.id = memberships.user_id \
             WHERE memberships.organization_id = $1 AND users.email_canonical = $2) AS is_member, \
         EXISTS (SELECT 1 FROM invitations WHERE organization_id = $1 AND email_canonical = $2 \
             AND expires_at > $3) AS is_invited";
    OF_USER = concat!(
        "SELECT ", invitation_columns!(), " FROM invitations \
         WHERE expires_at > $1 AND ", is_own!(), " ORDER BY id",
    );
    FIND_BY_ID = concat!(
        "SELECT ", invitation_columns!(), ", ", is_own!(), " AS is_own FROM invitations \
         WHERE expires_at > $1 AND id = $3",
    );
    FIND_BY_TOKEN = concat!(
        "SELECT ", invitation_columns!(), ", ", is_own!(), " AS is_own FROM invitations \
         WHERE expires_at > $1 AND token_hash = $3",
    );
    PREVIEW =
        "SELECT organizations.name AS organization_name, invitations.role, \
             COALESCE(users.display_name, users.username) AS invited_by_name, \
             invitations.email, invitations.expires_at \
         FROM invitations JOIN organizations ON organizations.id = invitations.organization_id \
             LEFT JOIN users ON users.id = invitations.invited_by \
         WHERE invitations.token_hash = $1 AND invitations.expires_at > $2";
    WITHDRAW =
        "DELETE FROM invitations WHERE organization_id = $1 AND invited_by = $2 \
             AND ($3 = 'MEMBER' OR ($3 = 'ADMIN' AND role = 'OWNER'))";
}

/// Withdraws the invitations that a member made and could not make with the role that they have from
/// now on, inside the caller's transaction: who is shown the door leaves none open.
macro_rules! withdraw_invitations {
    ($tx:ident, $organization_id:expr, $user_id:expr, $role:expr) => {{
        let role: $crate::domain::Role = $role;
        sqlx::query($crate::store::invitations::WITHDRAW)
            .bind($organization_id)
            .bind($user_id)
            .bind(role.word())
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(super) use withdraw_invitations;

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

/// What became of a wish to invite somebody.
#[derive(Clone, Debug)]
pub enum Invited {
    Done(Invitation, Told),
    Denied(Denied),
    Needless(AddressStanding),
}

/// What an address is to an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressStanding {
    /// Whoever has it belongs to the organization.
    Member,
    /// It is invited already.
    Invited,
}

/// What an address is to an organization; `None`: nothing.
macro_rules! standing {
    ($organization_id:expr, $email:expr, $now:expr, $executor:expr) => {{
        let email: &EmailAddress = $email;
        let found: Result<(bool, bool), sqlx::Error> = sqlx::query_as(STANDING)
            .bind($organization_id)
            .bind(email.canonical())
            .bind($now)
            .fetch_one($executor)
            .await;
        found.map(|found| match found {
            (true, _) => Some(AddressStanding::Member),
            (false, true) => Some(AddressStanding::Invited),
            (false, false) => None,
        })
    }};
}

/// What names an invitation.
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
    /// What the member who asks is there.
    pub role: Role,
    /// Empty for those who may not see them.
    pub invitations: Vec<Invitation>,
}

#[derive(FromRow)]
pub(super) struct InvitationRow {
    id: Uuid,
    organization_id: Uuid,
    email: String,
    pub(super) role: String,
    invited_by: Uuid,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(FromRow)]
pub(super) struct FoundRow {
    #[sqlx(flatten)]
    pub(super) invitation: InvitationRow,
    is_own: Option<bool>,
}

#[derive(FromRow)]
struct PreviewRow {
    organization_name: String,
    role: String,
    invited_by_name: Option<String>,
    email: String,
    expires_at: DateTime<Utc>,
}

/// A member who asks, beside one of the invitations that they may see, if there is any.
#[derive(FromRow)]
struct SeenRow {
    seen_in: Uuid,
    seen_as: String,
    id: Option<Uuid>,
    email: Option<String>,
    role: Option<String>,
    invited_by: Option<Uuid>,
    created_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = StoreError;

    fn try_from(row: InvitationRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            organization_id: row.organization_id,
            email: row.email,
            role: parse_role(row.role)?,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

impl SeenRow {
    fn invitation(self) -> Result<Option<Invitation>, StoreError> {
        let (Some(id), Some(email), Some(role)) = (self.id, self.email, self.role) else {
            return Ok(None);
        };
        let (Some(invited_by), Some(created_at), Some(expires_at)) =
            (self.invited_by, self.created_at, self.expires_at)
        else {
            return Ok(None);
        };
        Ok(Some(Invitation {
            id,
            organization_id: self.seen_in,
            email,
            role: parse_role(role)?,
            invited_by,
            created_at,
            expires_at,
        }))
    }
}

impl Store {
    /// Invites an address into an organization, and writes the mail of that.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_invitation(
        &self,
        actor: &Actor,
        new: &NewInvitation,
        deed: &Deed,
    ) -> Result<Invited, StoreError> {
        let organization_id = new.organization_id;
        transaction!(&self.write, |tx| {
            let may = |role: Role| role.manages(new.role);
            if let Err(denied) = role_in!(self, tx, actor, organization_id, may) {
                return Ok(Invited::Denied(denied));
            }
            let standing = standing!(organization_id, &new.email, deed.at, &mut *tx)?;
            if let Some(standing) = standing {
                return Ok(Invited::Needless(standing));
            }
            let row: Option<InvitationRow> = sqlx::query_as(UPSERT)
                .bind(new.id)
                .bind(organization_id)
                .bind(new.email.as_str())
                .bind(new.email.canonical())
                .bind(new.role.word())
                .bind(actor.user_id)
                .bind(new.token.0.as_slice())
                .bind(deed.at)
                .bind(new.expires_at)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                return Ok(Invited::Needless(AddressStanding::Invited));
            };
            // To nobody's account, whether or not there is one: that must not be told.
            insert_message_to_address!(tx, &new.message, &new.email);
            let kind = SecurityEventKind::MemberInvited;
            let event = deed.organization_event(actor.user_id, kind, organization_id);
            let told = tell!(self, tx, vec![event], &[]);
            Invited::Done(row.try_into()?, told)
        })
    }

    /// What an address is to an organization; `None`: nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_standing(
        &self,
        organization_id: Uuid,
        email: &EmailAddress,
        now: DateTime<Utc>,
    ) -> Result<Option<AddressStanding>, StoreError> {
        on!(&self.read, |db| standing!(organization_id, email, now, db))
    }

    /// The invitations that wait for the proved address of a user, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_invitations_of_user(
        &self,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<Invitation>, StoreError> {
        let rows: Vec<InvitationRow> = on!(&self.read, |db| {
            sqlx::query_as(OF_USER)
                .bind(now)
                .bind(user_id)
                .fetch_all(db)
                .await
        })?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    /// The invitations that wait for an answer, oldest first, of those of these organizations that a
    /// user belongs to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_invitations(
        &self,
        organization_ids: &[Uuid],
        seen_by: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Uuid, OrganizationInvitations)>, StoreError> {
        let rows: Vec<SeenRow> = on!(&self.read, |db| {
            let mut query = of_organizations(organization_ids, seen_by, now);
            query.build_query_as().persistent(false).fetch_all(db).await
        })?;
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

    /// What an invitation that waits for an answer is for, by its mailed token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_invitation_preview(
        &self,
        token: &HashedToken,
        now: DateTime<Utc>,
    ) -> Result<Option<InvitationPreview>, StoreError> {
        let row: Option<PreviewRow> = on!(&self.read, |db| {
            sqlx::query_as(PREVIEW)
                .bind(token.0.as_slice())
                .bind(now)
                .fetch_optional(db)
                .await
        })?;
        row.map(|row| {
            Ok(InvitationPreview {
                organization_name: row.organization_name,
                role: parse_role(row.role)?,
                invited_by_name: row.invited_by_name,
                email: row.email,
                expires_at: row.expires_at,
            })
        })
        .transpose()
    }

    /// An invitation that waits for an answer, as a user finds it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_invitation(
        &self,
        key: &InvitationKey,
        user_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<FoundInvitation>, StoreError> {
        let row: Option<FoundRow> = on!(&self.read, |db| {
            match key {
                InvitationKey::Id(id) => {
                    sqlx::query_as(FIND_BY_ID).bind(now).bind(user_id).bind(*id)
                }
                InvitationKey::Token(token) => sqlx::query_as(FIND_BY_TOKEN)
                    .bind(now)
                    .bind(user_id)
                    .bind(token.0.as_slice()),
            }
            .fetch_optional(db)
            .await
        })?;
        row.map(|row| {
            Ok(FoundInvitation {
                invitation: row.invitation.try_into()?,
                is_own: row.is_own.unwrap_or(false),
            })
        })
        .transpose()
    }
}

/// Of the organizations that somebody belongs to, with what they are there; the invitations only for
/// those who manage members.
pub(super) fn of_organizations<DB: Database>(
    organization_ids: &[Uuid],
    seen_by: Uuid,
    now: DateTime<Utc>,
) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    DateTime<Utc>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(
        "SELECT own.organization_id AS seen_in, own.role AS seen_as, invitations.id, \
             invitations.email, invitations.role, invitations.invited_by, \
             invitations.created_at, invitations.expires_at \
         FROM memberships AS own LEFT JOIN invitations \
             ON invitations.organization_id = own.organization_id AND own.role <> 'MEMBER' \
                 AND invitations.expires_at > ",
    );
    query
        .push_bind(now)
        .push(" WHERE own.user_id = ")
        .push_bind(seen_by)
        .push(" AND own.organization_id IN ");
    push_ids(&mut query, organization_ids);
    query.push(" ORDER BY own.organization_id, invitations.id");
    query
}
