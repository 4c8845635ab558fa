//! Invitations: made, answered, withdrawn.

use chrono::TimeDelta;
use uuid::Uuid;

use super::letters::{Letters, MOST_OWNERS_TOLD};
use super::limits::Subject;
use super::mail::{Composed, Content, Mail, Template, read_token};
use super::{Attempt, AuthError, Limits, SecurityEvents};
use crate::clock::Clock;
use crate::domain::{
    Client, Denied, EmailAddress, Invitation, InvitationPreview, Membership, Role, Viewer,
};
use crate::random::Random;
use crate::store::{
    AcceptanceError, AddressStanding, Identifier, InvitationError, InvitationKey, NewInvitation,
    NewLetter, RevocationError, Store,
};

/// The rules about invitations. Cheap to clone.
#[derive(Clone)]
pub struct Invitations {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) mail: Mail,
    pub(crate) letters: Letters,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    /// How long an invitation waits for its answer.
    pub(crate) ttl: TimeDelta,
}

/// What somebody who answers an invitation has of it.
#[derive(Clone, Debug)]
pub enum Invite {
    /// The text of the mailed token.
    Token(String),
    Id(Uuid),
}

impl Invite {
    /// What to say when there is none such that waits for an answer.
    fn missing(&self) -> AuthError {
        match self {
            Self::Token(_) => AuthError::LinkInvalid,
            Self::Id(_) => AuthError::InvitationNotFound,
        }
    }

    fn key(&self) -> Result<InvitationKey, AuthError> {
        Ok(match self {
            Self::Token(text) => InvitationKey::Token(read_token(text)?),
            Self::Id(id) => InvitationKey::Id(*id),
        })
    }
}

impl Invitations {
    /// Invites an address into an organization. Whether it has an account is not told.
    ///
    /// # Errors
    /// `OrganizationNotFound`, `RoleInsufficient`, `TokenStale`; `MembershipExists`,
    /// `InvitationExists`; `RateLimited`.
    pub async fn invite(
        &self,
        viewer: &Viewer,
        client: &Client,
        organization_id: Uuid,
        email: EmailAddress,
        role: Role,
    ) -> Result<Invitation, AuthError> {
        let user_id = viewer.user.id;
        self.limits
            .charge_account(Attempt::InviteMember, client, user_id)
            .await?;
        let actor = viewer.actor();
        let own = self.store.find_role(organization_id, user_id).await?;
        actor.with_role(organization_id, own, |own| own.manages(role))?;
        // Where no mail would go nothing is charged: an address is kept from nobody without mail to it.
        let now = self.clock.now();
        let standing = self
            .store
            .find_standing(organization_id, &email, now)
            .await?;
        if let Some(standing) = standing {
            return Err(needless(standing));
        }
        let subject = (Subject::Address, email.canonical());
        let whose = Some(Identifier::Id(user_id));
        self.limits
            .charge(Attempt::MailInvitation, client, &[subject], whose)
            .await?;
        let seen_by = Some(user_id);
        let mut found = self
            .store
            .list_organizations(&[organization_id], seen_by)
            .await?;
        let organization = found.pop().ok_or(AuthError::OrganizationNotFound)?;
        let (new, mail) = self.compose(
            viewer,
            client,
            (organization_id, &organization.name),
            email,
            role,
        )?;
        let deed = self.events.deed(client);
        let (invitation, told) = self.store.insert_invitation(&actor, &new, &deed).await?;
        self.letters.announce(&[], &told);
        self.mail.announce(&mail, Some(&invitation.email));
        Ok(invitation)
    }

    fn compose(
        &self,
        viewer: &Viewer,
        client: &Client,
        (organization_id, organization): (Uuid, &str),
        email: EmailAddress,
        role: Role,
    ) -> Result<(NewInvitation, Composed), AuthError> {
        let now = self.clock.now();
        let expires_at = now + self.ttl;
        let user = &viewer.user;
        let inviter = user.display_name.as_deref().unwrap_or(&user.username);
        let mail = self.mail.compose(
            Template::Invitation,
            Content {
                // Anybody can found an organization, and must not have us mail links of theirs.
                organization: Some(organization.to_owned()),
                inviter: Some(inviter.to_owned()),
                role: Some(role.as_str().to_owned()),
                ..self.mail.content(client, expires_at)
            },
        )?;
        let new = NewInvitation {
            id: self.random.id(now),
            organization_id,
            email,
            role,
            token: mail.token.clone(),
            message: mail.message.clone(),
            expires_at,
        };
        Ok((new, mail))
    }

    /// The invitations that wait for the viewer's answer, oldest first.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<Invitation>, AuthError> {
        let now = self.clock.now();
        let user_id = viewer.user.id;
        Ok(self.store.list_invitations_of_user(user_id, now).await?)
    }

    /// Makes the viewer a member.
    ///
    /// # Errors
    /// `LinkInvalid`, `InvitationNotFound`; `InvitationEmailMismatch`; `MembershipExists`;
    /// `RateLimited`.
    pub async fn accept(
        &self,
        viewer: &Viewer,
        client: &Client,
        invite: &Invite,
    ) -> Result<Membership, AuthError> {
        let attempt = Attempt::AcceptInvitation;
        let invitation = self.find(attempt, viewer, client, invite).await?;
        let user = &viewer.user;
        let letters = self
            .letters_to_owners(&invitation, user.id, &user.username, client)
            .await?;
        let deed = self.events.deed(client);
        let accepted = self
            .store
            .accept_invitation(
                viewer.user.id,
                &invitation,
                self.random.id(deed.at),
                &deed,
                &letters,
            )
            .await;
        let (membership, told) = accepted.map_err(|error| match error {
            AcceptanceError::Gone => invite.missing(),
            AcceptanceError::MemberExists => AuthError::MembershipExists,
            AcceptanceError::Store(error) => error.into(),
        })?;
        self.letters.announce(&letters, &told);
        Ok(membership)
    }

    /// What to tell the owners of an organization if an invitation makes somebody another one.
    pub(super) async fn letters_to_owners(
        &self,
        invitation: &Invitation,
        user_id: Uuid,
        username: &str,
        client: &Client,
    ) -> Result<Vec<NewLetter>, AuthError> {
        if invitation.role != Role::Owner {
            return Ok(Vec::new());
        }
        let id = invitation.organization_id;
        let others = self
            .store
            .list_other_owners(id, user_id, MOST_OWNERS_TOLD)
            .await?;
        let found = self.store.list_organizations(&[id], None).await?;
        let name = found.first().map_or("", |organization| &organization.name);
        self.letters
            .compose_owner_added(&others, name, client, username)
    }

    /// Says no.
    ///
    /// # Errors
    /// `LinkInvalid`, `InvitationNotFound`; `InvitationEmailMismatch`; `RateLimited`.
    pub async fn decline(
        &self,
        viewer: &Viewer,
        client: &Client,
        invite: &Invite,
    ) -> Result<Uuid, AuthError> {
        let attempt = Attempt::DeclineInvitation;
        let invitation = self.find(attempt, viewer, client, invite).await?;
        let deed = self.events.deed(client);
        let user_id = viewer.user.id;
        let declined = self
            .store
            .decline_invitation(user_id, &invitation, &deed)
            .await?;
        let told = declined.ok_or_else(|| invite.missing())?;
        self.letters.announce(&[], &told);
        Ok(invitation.id)
    }

    /// What an invitation is for. Uses nothing up.
    ///
    /// # Errors
    /// `LinkInvalid` when it is unknown, answered, withdrawn or expired; `RateLimited`.
    pub async fn preview(
        &self,
        token: &str,
        client: &Client,
    ) -> Result<InvitationPreview, AuthError> {
        self.limits
            .charge(Attempt::ReadInvitation, client, &[], None)
            .await?;
        let token = read_token(token)?;
        let found = self.store.find_invitation_preview(&token, self.clock.now());
        found.await?.ok_or(AuthError::LinkInvalid)
    }

    /// One that waits for an answer, by its mailed token, whoever has it.
    pub(super) async fn find_by_token(&self, token: &str) -> Result<Invitation, AuthError> {
        let key = InvitationKey::Token(read_token(token)?);
        let nobody = Uuid::nil();
        let found = self.store.find_invitation(&key, nobody, self.clock.now());
        let found = found.await?.ok_or(AuthError::LinkInvalid)?;
        Ok(found.invitation)
    }

    /// One that the viewer may see, since it is to their address, or they may make such a one.
    pub async fn find_visible(
        &self,
        viewer: &Viewer,
        id: Uuid,
    ) -> Result<Option<Invitation>, AuthError> {
        let (user_id, now) = (viewer.user.id, self.clock.now());
        let key = InvitationKey::Id(id);
        let Some(found) = self.store.find_invitation(&key, user_id, now).await? else {
            return Ok(None);
        };
        if found.is_own {
            return Ok(Some(found.invitation));
        }
        let organization_id = found.invitation.organization_id;
        let role = self.store.find_role(organization_id, user_id).await?;
        let sees = |role| role != Role::Member;
        match viewer.actor().with_role(organization_id, role, sees) {
            Ok(_) => Ok(Some(found.invitation)),
            Err(Denied::NotAMember | Denied::RoleInsufficient) => Ok(None),
            Err(denied) => Err(denied.into()),
        }
    }

    /// One that the viewer may answer.
    async fn find(
        &self,
        attempt: Attempt,
        viewer: &Viewer,
        client: &Client,
        invite: &Invite,
    ) -> Result<Invitation, AuthError> {
        self.limits.charge(attempt, client, &[], None).await?;
        let key = invite.key()?;
        let now = self.clock.now();
        let found = self.store.find_invitation(&key, viewer.user.id, now);
        let found = found.await?.ok_or_else(|| invite.missing())?;
        match invite {
            _ if found.is_own => Ok(found.invitation),
            // Who has the token has read the mail, and may know.
            Invite::Token(_) => Err(AuthError::InvitationEmailMismatch),
            Invite::Id(_) => Err(AuthError::InvitationNotFound),
        }
    }

    /// Withdraws an invitation, for those who could have made it.
    ///
    /// # Errors
    /// `InvitationNotFound`, `RoleInsufficient`, `TokenStale`, `RateLimited`.
    pub async fn revoke(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Uuid,
    ) -> Result<(), AuthError> {
        self.limits
            .charge_account(Attempt::RevokeInvitation, client, viewer.user.id)
            .await?;
        let deed = self.events.deed(client);
        let actor = viewer.actor();
        let told = self.store.revoke_invitation(&actor, id, &deed).await?;
        self.letters.announce(&[], &told);
        Ok(())
    }
}

impl From<InvitationError> for AuthError {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::Denied(denied) => denied.into(),
            InvitationError::Needless(standing) => needless(standing),
            InvitationError::Store(error) => error.into(),
        }
    }
}

impl From<RevocationError> for AuthError {
    fn from(error: RevocationError) -> Self {
        match error {
            RevocationError::NotFound => Self::InvitationNotFound,
            RevocationError::Denied(denied) => denied.into(),
            RevocationError::Store(error) => error.into(),
        }
    }
}

/// Why nobody is invited at this address.
fn needless(standing: AddressStanding) -> AuthError {
    match standing {
        AddressStanding::Member => AuthError::MembershipExists,
        AddressStanding::Invited => AuthError::InvitationExists,
    }
}
