//! Registration with an unverified address. `register_by_invitation` has the other kind of registration.

use super::Accounts;
use crate::domain::{
    Client, DisplayName, EmailAddress, Id, OrganizationName, Password, PendingRegistration,
    RegistrationMode, User, Username,
};
use crate::service::email::verification;
use crate::service::error::AuthError;
use crate::service::hasher::Caller;
use crate::service::mail::{Content, Template};
use crate::service::organization::create::new_organization;
use crate::service::password::identity::identity_words;
use crate::service::rate_limits::{LimitScope, RateLimitedAction};
use crate::service::response_time::with_uniform_timing;
use crate::store::{NewAccount, NewOrganization, RegistrationError};

/// The input of a registration, except the password.
#[derive(Clone, Debug)]
pub struct Registration {
    pub email: EmailAddress,
    pub username: Username,
    pub display_name: Option<DisplayName>,
    pub organization_name: Option<OrganizationName>,
    /// The mailed token of an invitation.
    pub invitation_token: Option<String>,
}

impl Accounts {
    /// Makes a user and their first organization, and mails a link that verifies the address. If accounts are
    /// concealed, a taken address also makes an account, but one without a claim on the address, and the mail goes to
    /// the address's owner.
    ///
    /// With an invitation, the user is verified and a member of its organization at once. They found their own
    /// organization only if they name it.
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
        match (self.core.policy.registration, token) {
            (RegistrationMode::Closed, _) => Err(AuthError::RegistrationClosed),
            (RegistrationMode::Invitation, None) => Err(AuthError::RegistrationByInvitation),
            (_, Some(token)) => {
                self.register_by_invitation(token, &registration, password, client)
                    .await
            }
            (RegistrationMode::Open, None) => {
                let registered =
                    Box::pin(self.register_unverified(&registration, password, client));
                if self.core.policy.conceal_accounts {
                    with_uniform_timing(registered).await
                } else {
                    registered.await
                }
            }
        }
    }

    /// Registers a user with an unverified address.
    async fn register_unverified(
        &self,
        registration: &Registration,
        password: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        self.check_not_reserved(&registration.username)?;
        let action = RateLimitedAction::Register;
        let party = (LimitScope::Address, registration.email.canonical());
        let charged = self
            .core
            .rate_limits
            .charge(action, client, &[party], None)
            .await?;
        let registered = self.register_charged(registration, password, client).await;
        // Nothing was mailed.
        if registered.is_err() {
            self.core.rate_limits.give_back_mail(&charged).await;
        }
        registered
    }

    async fn register_charged(
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
        let verification = verification::compose(&self.core, client, Some(&pending))?;
        let concealment = if self.core.policy.conceal_accounts {
            let (template, content) = (Template::AccountExists, Content::default());
            Some(self.core.mail.compose_link(template, client, content)?)
        } else {
            None
        };
        let store = &self.core.store;
        let registered = store
            .insert_account(&account, &verification, concealment.as_ref())
            .await?;
        Ok(self.core.audit.publish(registered))
    }

    /// Returns an organization named after its founder, for a registration that names none.
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
        new_organization(&self.core, name)
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
        let identity = identity_words(&registration.email, &names);
        self.passwords
            .hash_first(caller, "password", password, identity)
            .await
    }

    pub(super) fn account(
        &self,
        registration: &Registration,
        password_hash: String,
        client: &Client,
    ) -> NewAccount {
        let operation = RateLimitedAction::Register.operation();
        let audit = self.core.audit.begin_operation(operation, client);
        let organization_name = registration.organization_name.clone();
        NewAccount {
            user_id: Id::new(self.core.random.id(audit.at)),
            email: registration.email.clone(),
            username: registration.username.clone(),
            display_name: registration.display_name.clone(),
            password_hash,
            language: self.core.mail.language(client).map(str::to_owned),
            organization: organization_name.map(|name| new_organization(&self.core, name)),
            unverified_before: self.core.policy.unverified_before(audit.at),
            audit,
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

/// Returns the description of a registration for the mail that verifies its address.
fn pending_registration(account: &NewAccount, client: &Client) -> PendingRegistration {
    PendingRegistration {
        user_id: account.user_id,
        email: account.email.as_str().to_owned(),
        username: account.username.as_str().to_owned(),
        registered_at: account.audit.at,
        device: client.device.clone(),
    }
}
