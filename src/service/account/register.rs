//! Registration with an address that is still to be verified. `register_by_invitation` has the other
//! kind.

use super::Accounts;
use crate::domain::{
    Client, Deed, DisplayName, EmailAddress, OrganizationName, Password, PendingRegistration,
    RegistrationMode, SecurityEventKind, User, Username,
};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::limits::{Attempt, Subject};
use crate::service::mail::Template;
use crate::service::organization::create::new_organization;
use crate::service::password::identity::about;
use crate::service::response_time::with_uniform_timing;
use crate::store::{NameTaken, NewAccount, NewOrganization, Registered, RegistrationError};

/// The input of a registration, but for the password.
#[derive(Clone, Debug)]
pub struct Registration {
    pub email: EmailAddress,
    pub username: Username,
    pub display_name: Option<DisplayName>,
    pub organization_name: Option<OrganizationName>,
    /// The text of an invitation's mailed token.
    pub invitation_token: Option<String>,
}

impl Accounts {
    /// Makes a user, their first organization and their ownership of it, and mails a link. Where
    /// accounts are concealed, a taken address gives an account like any other, only without a claim
    /// on the address, and the address's owner is mailed.
    ///
    /// With an invitation, the user is verified at once and belongs to that organization; they found one of their own
    /// only if they name it.
    ///
    /// # Errors
    /// `EmailExists` or `EmailReserved` unless accounts are concealed, `UsernameExists`, `Invalid` for the password;
    /// `LinkInvalid`, `InvitationEmailMismatch`; `RegistrationClosed`; `RateLimited`, `Overloaded`.
    pub async fn register(
        &self,
        registration: Registration,
        password: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        let token = registration.invitation_token.as_deref();
        match (self.registration, token) {
            (RegistrationMode::Closed, _) => Err(AuthError::RegistrationClosed),
            (RegistrationMode::Invitation, None) => Err(AuthError::RegistrationByInvitation),
            (_, Some(token)) => {
                self.register_by_invitation(token, &registration, password, client)
                    .await
            }
            (RegistrationMode::Open, None) => {
                let start = Box::pin(self.start(&registration, password, client));
                if self.emails.options.conceal_accounts {
                    with_uniform_timing(start).await
                } else {
                    start.await
                }
            }
        }
    }

    /// Registers a user whose address is still to be verified.
    async fn start(
        &self,
        registration: &Registration,
        password: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        self.check_free_to_take(&registration.username)?;
        let attempt = Attempt::Register;
        let subjects = [(Subject::Address, registration.email.canonical())];
        let charged = self.limits.charge(attempt, client, &subjects, None).await?;
        let started = self.start_charged(registration, password, client).await;
        // Nothing was mailed.
        if started.is_err() {
            self.limits.give_back_mail(&charged).await;
        }
        started
    }

    async fn start_charged(
        &self,
        registration: &Registration,
        password: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        let password_hash = self.hash(Caller::Stranger, registration, password).await?;
        let mut account = self.account(registration, password_hash, client);
        account.organization.get_or_insert_with(|| {
            self.organization_of_owner(registration, account.language.as_deref())
        });
        let pending = pending_registration(&account, client);
        let (verification, mail) = self.emails.verification(client, Some(&pending))?;
        let concealment = if self.emails.options.conceal_accounts {
            Some(self.resets.compose(Template::AccountExists, client)?)
        } else {
            None
        };
        let reset = concealment.as_ref().map(|(reset, _)| reset);
        let registered = self.store.insert_account(&account, &verification, reset);
        let Registered {
            user,
            replaced,
            concealed,
        } = registered.await?;
        let operation = Attempt::Register.field();
        log::deletions(replaced, Some(user.id), client, operation);
        match (&concealed, &concealment) {
            (None, _) => self.mail.announce(&mail, Some(&user.email)),
            (Some(concealed), Some((_, owners_mail))) => {
                let notified = concealed.notified.as_deref();
                self.mail.announce(owners_mail, notified);
            }
            (Some(_), None) => {}
        }
        let kind = SecurityEventKind::Registered;
        log::event(&account.deed.event(user.id, kind));
        Ok(user)
    }

    /// Names an organization after its founder, for a registration that names none.
    fn organization_of_owner(
        &self,
        registration: &Registration,
        language: Option<&str>,
    ) -> NewOrganization {
        let owner = match &registration.display_name {
            Some(name) => name.as_str(),
            None => registration.username.as_str(),
        };
        let name = OrganizationName::of_owner(owner, language);
        new_organization(&self.clock, &self.random, &self.reserved, name)
    }

    pub(super) async fn hash(
        &self,
        caller: Caller,
        registration: &Registration,
        password: Password,
    ) -> Result<String, AuthError> {
        let display_name = registration.display_name.as_ref();
        let names = [
            registration.username.as_str(),
            display_name.map_or("", DisplayName::as_str),
        ];
        let about = about(&registration.email, &names);
        self.passwords
            .hash_first(caller, "password", password, about)
            .await
    }

    pub(super) fn account(
        &self,
        registration: &Registration,
        password_hash: String,
        client: &Client,
    ) -> NewAccount {
        let deed: Deed = self.events.deed(client);
        let organization_name = registration.organization_name.clone();
        NewAccount {
            user_id: self.random.id(deed.at),
            email: registration.email.clone(),
            username: registration.username.clone(),
            display_name: registration.display_name.clone(),
            password_hash,
            language: self.mail.language(client).map(str::to_owned),
            organization: organization_name
                .map(|name| new_organization(&self.clock, &self.random, &self.reserved, name)),
            unverified_before: self.emails.options.unverified_before(deed.at),
            deed,
        }
    }
}

impl From<RegistrationError> for AuthError {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::NameTaken(taken) => taken.into(),
            RegistrationError::Store(error) => error.into(),
        }
    }
}

impl From<NameTaken> for AuthError {
    fn from(taken: NameTaken) -> Self {
        match taken {
            NameTaken::Email(claim) => claim.into(),
            NameTaken::Username => Self::UsernameExists,
        }
    }
}

/// Describes a registration for the mail that verifies its address.
fn pending_registration(account: &NewAccount, client: &Client) -> PendingRegistration {
    PendingRegistration {
        user_id: account.user_id,
        email: account.email.as_str().to_owned(),
        username: account.username.as_str().to_owned(),
        registered_at: account.deed.at,
        device: client.device.clone(),
    }
}
