//! Accounts: registration, the profile, the end.

use super::even_time::evenly;
use super::limits::Subject;
use super::mail::{Mail, Template};
use super::password_strength::about;
use super::{Attempt, AuthError, EmailAddresses, Limits, PasswordResets, Passwords};
use crate::clock::Clock;
use crate::domain::{
    Client, DisplayName, EmailAddress, OrganizationName, Password, User, Username, Viewer, slug_of,
};
use crate::random::Random;
use crate::store::{
    AccountDeleted, Identifier, NewAccount, ProfileChange, Registered, Store, UsernameTaken,
};

/// The rules about accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) mail: Mail,
    pub(crate) emails: EmailAddresses,
    pub(crate) resets: PasswordResets,
    pub(crate) limits: Limits,
}

/// What somebody registers with. The password is judged by the service.
#[derive(Clone, Debug)]
pub struct Registration {
    pub email: EmailAddress,
    pub username: Username,
    pub display_name: Option<DisplayName>,
    pub organization_name: Option<OrganizationName>,
}

impl Accounts {
    /// Makes a user, their first organization and their ownership of it, and mails a link. Where
    /// accounts are concealed, a taken address gives an account like any other, only without a claim
    /// on the address, and the address's owner is mailed.
    ///
    /// # Errors
    /// `EmailExists` unless accounts are concealed, `UsernameExists`, `Invalid` for the password,
    /// `Overloaded`.
    pub async fn register(
        &self,
        registration: Registration,
        password: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        let start = self.start(registration, password, client);
        if self.emails.options.conceal_accounts {
            evenly(start).await
        } else {
            start.await
        }
    }

    async fn start(
        &self,
        registration: Registration,
        password: Password,
        client: &Client,
    ) -> Result<User, AuthError> {
        let Registration {
            email,
            username,
            display_name,
            organization_name,
        } = registration;
        let names = [
            username.as_str(),
            display_name.as_ref().map_or("", DisplayName::as_str),
        ];
        let subject = (Subject::Address, email.canonical());
        self.limits
            .charge(Attempt::Register, client, &[subject])
            .await?;
        let password_hash = self
            .passwords
            .set("password", password, about(&email, &names))
            .await?;
        let now = self.clock.now();
        let (verification, mail) = self.emails.verification(client)?;
        let (reset, owners_mail) = self.resets.compose(Template::AccountExists, client)?;
        let organization_name = organization_name.unwrap_or_else(|| {
            let owner = display_name
                .as_ref()
                .map_or(username.as_str(), DisplayName::as_str);
            OrganizationName::of_owner(owner)
        });
        let account = NewAccount {
            user_id: self.random.id(now),
            organization_id: self.random.id(now),
            organization_slugs: self.slugs(&organization_name),
            organization_name,
            membership_id: self.random.id(now),
            device: client.device.clone(),
            verification,
            concealment: self.emails.options.conceal_accounts.then_some(reset),
            email,
            username,
            display_name,
            password_hash,
            created_at: now,
            unproved_before: now - self.emails.options.unverified_ttl,
        };
        match self.store.insert_account(&account).await? {
            Registered::Done(user) => {
                self.mail.announce(&mail, Some(&user.email));
                Ok(user)
            }
            Registered::Concealed { user, notified } => {
                self.mail.announce(&owners_mail, notified.as_deref());
                Ok(user)
            }
            Registered::EmailTaken => Err(AuthError::EmailExists),
            Registered::UsernameTaken => Err(AuthError::UsernameExists),
        }
    }

    /// Changes what a user is called.
    ///
    /// # Errors
    /// `UsernameExists` when somebody else has the name.
    pub async fn update_profile(
        &self,
        viewer: &Viewer,
        change: &ProfileChange,
    ) -> Result<User, AuthError> {
        if change.username.is_none() && change.display_name.is_none() {
            return Ok(viewer.user.clone());
        }
        let changed = self
            .store
            .update_profile(viewer.user.id, change, self.clock.now())
            .await?;
        match changed {
            Ok(user) => user.ok_or(AuthError::Unauthenticated),
            Err(UsernameTaken) => Err(AuthError::UsernameExists),
        }
    }

    /// Deletes a user and everything about them, and the organizations that nobody else belongs to.
    ///
    /// # Errors
    /// `WrongPassword`; `LastOwner` when others would be left in an organization without an owner;
    /// `Overloaded`.
    pub async fn delete(
        &self,
        viewer: &Viewer,
        client: &Client,
        password: &str,
    ) -> Result<(), AuthError> {
        let user_id = viewer.user.id;
        let subject = (Subject::Account, viewer.session.id.to_string());
        self.limits
            .charge(Attempt::DeleteAccount, client, &[(subject.0, &subject.1)])
            .await?;
        let found = self
            .store
            .find_credentials(&Identifier::Id(user_id), None)
            .await?;
        let version = self
            .passwords
            .confirm(password, found)
            .await?
            .password_version;
        let now = self.clock.now();
        match self.store.delete_account(user_id, version, now).await? {
            AccountDeleted::Done => {
                tracing::info!("an account was deleted by its owner");
                Ok(())
            }
            AccountDeleted::Outdated => Err(AuthError::WrongPassword),
            AccountDeleted::LastOwner(organizations) => Err(AuthError::LastOwner(organizations)),
        }
    }

    /// The slug that the name gives, and one that is surely free.
    fn slugs(&self, name: &OrganizationName) -> [String; 2] {
        let slug = slug_of(name.as_str());
        let random = u64::from_be_bytes(self.random.bytes());
        let unique = format!("{slug}-{random:016x}");
        [slug, unique]
    }
}
