//! Registration by an invitation, whose mail verifies the address.

use super::Accounts;
use super::register::Registration;
use crate::domain::{Client, EmailAddress, Id, Invitation, Password, User};
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::rate_limits::RateLimitedAction;
use crate::store::JoinError;

impl Accounts {
    /// Registers an invited user. The mailed token verifies their address.
    pub(super) async fn register_by_invitation(
        &self,
        token: &str,
        registration: &Registration,
        password: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        self.check_not_reserved(&registration.username)?;
        let action = RateLimitedAction::RegisterByInvitation;
        self.core.rate_limits.charge_network(action, client).await?;
        let invitation = self.invitations.find_by_token(token).await?;
        if !is_addressed_to(&invitation, &registration.email) {
            return Err(AuthError::InvitationEmailMismatch);
        }
        // The mailbox is verified, so the hash does not wait behind those of strangers.
        let caller = Caller::Invited(invitation.id);
        let password_hash = self.hash(caller, registration, password).await?;
        // Before the id of the membership in the user's own organization, because memberships are listed by id.
        let membership_id = Id::new(self.core.random.id(self.core.clock.now()));
        let account = self.account(registration, password_hash, client);
        let (user_id, username) = (account.user_id, account.username.as_str());
        let emails = self
            .invitations
            .emails_to_owners(&invitation, user_id, username, client)
            .await?;
        let joined = self
            .core
            .store
            .insert_invited_account(&account, &invitation, membership_id, &emails)
            .await?;
        let user = self.core.audit.publish(joined);
        self.core.rate_limits.grant_pass(&user, client).await;
        Ok(user)
    }
}

impl From<JoinError> for AuthError {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::NameTaken(taken) => taken.into(),
            JoinError::InvitationGone => Self::LinkInvalid,
            JoinError::Store(error) => error.into(),
        }
    }
}

fn is_addressed_to(invitation: &Invitation, email: &EmailAddress) -> bool {
    EmailAddress::parse(&invitation.email)
        .is_ok_and(|invited| invited.canonical() == email.canonical())
}
