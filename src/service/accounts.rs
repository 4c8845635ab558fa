//! Accounts: registration, the profile, the end.

use std::sync::Arc;

use uuid::Uuid;

use super::even_time::evenly;
use super::hasher::Caller;
use super::limits::Subject;
use super::mail::{Mail, Template};
use super::organizations::{new_organization, reserved};
use super::password_strength::about;
use super::{
    Attempt, AuthError, EmailAddresses, Limits, PasswordResets, Passwords, SecurityEvents,
    security_events,
};
use crate::clock::Clock;
use crate::domain::{
    Client, DisplayName, EmailAddress, OrganizationName, Password, PendingRegistration,
    ReservedNames, SecurityEventKind, User, Username, Viewer,
};
use crate::random::Random;
use crate::store::{AccountDeleted, NewAccount, ProfileChange, Registered, Store, UsernameTaken};

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
    pub(crate) events: SecurityEvents,
    pub(crate) reserved: Arc<ReservedNames>,
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
        self.check_free_to_take(&username)?;
        let names = [
            username.as_str(),
            display_name.as_ref().map_or("", DisplayName::as_str),
        ];
        let subject = (Subject::Address, email.canonical());
        self.limits
            .charge(Attempt::Register, client, &[subject], None)
            .await?;
        let password_hash = self
            .passwords
            .set(
                Caller::Stranger,
                "password",
                password,
                about(&email, &names),
            )
            .await?;
        let deed = self.events.deed(client);
        let now = deed.at;
        let pending = PendingRegistration {
            user_id: self.random.id(now),
            email: email.as_str().to_owned(),
            username: username.as_str().to_owned(),
            registered_at: now,
            device: client.device.clone(),
        };
        let (verification, mail) = self.emails.verification(client, Some(&pending))?;
        let (reset, owners_mail) = self.resets.compose(Template::AccountExists, client)?;
        let organization_name = organization_name.unwrap_or_else(|| {
            let owner = display_name
                .as_ref()
                .map_or(username.as_str(), DisplayName::as_str);
            OrganizationName::of_owner(owner)
        });
        let account = NewAccount {
            user_id: pending.user_id,
            organization: new_organization(
                &self.clock,
                &self.random,
                &self.reserved,
                organization_name,
            ),
            verification,
            concealment: self.emails.options.conceal_accounts.then_some(reset),
            email,
            username,
            display_name,
            password_hash,
            deed,
            unproved_before: now - self.emails.options.unverified_ttl,
        };
        match self.store.insert_account(&account).await? {
            Registered::Done(user) => {
                let kind = SecurityEventKind::Registered;
                security_events::log(&account.deed.event(user.id, kind));
                self.mail.announce(&mail, Some(&user.email));
                Ok(user)
            }
            Registered::Concealed { user, notified } => {
                let kind = SecurityEventKind::Registered;
                security_events::log(&account.deed.event(user.id, kind));
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
    /// `UsernameExists` when somebody else has the name; `RateLimited`.
    pub async fn update_profile(
        &self,
        viewer: &Viewer,
        client: &Client,
        change: &ProfileChange,
    ) -> Result<User, AuthError> {
        if change.username.is_none() && change.display_name.is_none() {
            return Ok(viewer.user.clone());
        }
        let user_id = viewer.user.id;
        let old = &viewer.user.username;
        // A name that one has stays one's own.
        if let Some(username) = &change.username
            && !username.as_str().eq_ignore_ascii_case(old)
        {
            self.check_free_to_take(username)?;
        }
        let renamed = change
            .username
            .as_ref()
            .is_some_and(|new| new.as_str() != old);
        if renamed {
            self.limits
                .charge_account(Attempt::UpdateProfile, client, user_id)
                .await?;
        }
        let deed = self.events.deed(client);
        let kind = SecurityEventKind::UsernameChanged;
        let event = renamed.then(|| deed.event(user_id, kind));
        let changed = self
            .store
            .update_profile(user_id, change, deed.at, event.as_slice());
        match changed.await? {
            Ok(user) => {
                let user = user.ok_or(AuthError::Unauthenticated)?;
                event.iter().for_each(security_events::log);
                Ok(user)
            }
            Err(UsernameTaken) => Err(AuthError::UsernameExists),
        }
    }

    fn check_free_to_take(&self, username: &Username) -> Result<(), AuthError> {
        if self.reserved.contains(username.as_str()) {
            return Err(reserved("username"));
        }
        Ok(())
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
        let attempt = Attempt::DeleteAccount;
        let confirmed = self
            .passwords
            .confirm(attempt, viewer, client, password, None);
        let credentials = confirmed.await?;
        let deleted = self
            .delete_confirmed(user_id, credentials.password_version, client)
            .await;
        self.emails
            .notices
            .after_right_password(deleted, &credentials.user, client, attempt)
            .await
    }

    async fn delete_confirmed(
        &self,
        user_id: Uuid,
        password_version: i64,
        client: &Client,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        let deleted = self.store.delete_account(user_id, password_version, now);
        match deleted.await? {
            AccountDeleted::Done => {
                security_events::log_deletion(user_id, client, Attempt::DeleteAccount.field());
                Ok(())
            }
            AccountDeleted::Outdated => Err(AuthError::WrongPassword),
            AccountDeleted::LastOwner(organizations) => Err(AuthError::LastOwner(organizations)),
        }
    }
}
