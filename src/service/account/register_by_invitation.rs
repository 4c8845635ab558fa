//! Registration by an invitation, whose mail has proved the address.

use super::Accounts;
use super::register::Registration;
use crate::domain::{Client, EmailAddress, Invitation, Password, User};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::limits::Attempt;
use crate::store::JoinError;

impl Accounts {
    /// Registers a user whom an invitation names, whose mail has proved their address.
    pub(super) async fn register_by_invitation(
        &self,
        token: &str,
        registration: &Registration,
        password: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        self.check_free_to_take(&registration.username)?;
        let attempt = Attempt::RegisterByInvitation;
        self.limits.charge(attempt, client, &[], None).await?;
        let invitation = self.invitations.find_by_token(token).await?;
        if !is_to(&invitation, &registration.email) {
            return Err(AuthError::InvitationEmailMismatch);
        }
        // The mailbox is proved: they need not wait among strangers.
        let caller = Caller::Proved(invitation.id);
        let password_hash = self.hash(caller, registration, password).await?;
        // Before the id of a membership in an organization of their own: members are listed by these.
        let membership_id = self.random.id(self.clock.now());
        let account = self.account(registration, password_hash, client);
        let letters = self
            .invitations
            .letters_to_owners(
                &invitation,
                account.user_id,
                account.username.as_str(),
                client,
            )
            .await?;
        let joined = self
            .store
            .insert_invited_account(&account, &invitation, membership_id, &letters)
            .await?;
        let (user, replaced) = (joined.user, joined.replaced);
        log::deletions(replaced, Some(user.id), client, attempt.field());
        self.invitations.letters.announce(&letters, &joined.told);
        self.limits.pass_after_proof(&user, client).await;
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

fn is_to(invitation: &Invitation, email: &EmailAddress) -> bool {
    EmailAddress::parse(&invitation.email)
        .is_ok_and(|invited| invited.canonical() == email.canonical())
}
