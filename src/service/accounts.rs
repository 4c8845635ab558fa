//! Accounts: registration, the proof of an address, the profile, the password.

use chrono::TimeDelta;
use uuid::Uuid;

use super::mail::hash_token;
use super::passwords::about;
use super::{AuthError, Mail, Passwords};
use crate::clock::Clock;
use crate::domain::{
    DisplayName, EmailAddress, HashedToken, OrganizationName, Password, PlainToken, User, Username,
    Viewer, slug_of,
};
use crate::random::Random;
use crate::store::{
    Identifier, NewAccount, NewVerification, ProfileChange, Registered, Store, UsernameTaken,
};

/// The rules about accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) mail: Mail,
    /// How long a mailed verification link works.
    pub(crate) verification_ttl: TimeDelta,
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
    /// Makes a user, their first organization and their ownership of it, and mails a link.
    ///
    /// # Errors
    /// `EmailExists`, `UsernameExists`, `Invalid` for the password, `Overloaded`.
    pub async fn register(
        &self,
        registration: Registration,
        password: Password,
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
        let password_hash = self
            .passwords
            .set("password", password, about(&email, &names))
            .await?;
        let now = self.clock.now();
        let user_id = self.random.id(now);
        let (token, hashed) = self.mail.new_token();
        let mail = self.mail.verify_email(username.as_str(), &email, &token)?;
        let organization_name = organization_name.unwrap_or_else(|| {
            let owner = display_name
                .as_ref()
                .map_or(username.as_str(), DisplayName::as_str);
            OrganizationName::of_owner(owner)
        });
        let account = NewAccount {
            user_id,
            organization_id: self.random.id(now),
            organization_slugs: self.slugs(&organization_name),
            organization_name,
            membership_id: self.random.id(now),
            verification: self.verification(user_id, &email, hashed),
            message: mail.message.clone(),
            email,
            username,
            display_name,
            password_hash,
            created_at: now,
        };
        match self.store.insert_account(&account).await? {
            Registered::Done(user) => {
                self.mail.announce(&mail);
                Ok(user)
            }
            Registered::EmailTaken => Err(AuthError::EmailExists),
            Registered::UsernameTaken => Err(AuthError::UsernameExists),
        }
    }

    /// Uses up a mailed link and marks its address as proved.
    ///
    /// # Errors
    /// `LinkInvalid` when it is unknown, used, expired, or for an address the account no longer has.
    pub async fn verify_email(&self, token: &str) -> Result<User, AuthError> {
        let token = PlainToken::parse(token).ok_or(AuthError::LinkInvalid)?;
        let user = self
            .store
            .verify_email(&hash_token(&token), self.clock.now())
            .await?;
        user.ok_or(AuthError::LinkInvalid)
    }

    /// Mails a further link if the address waits for its proof. Links mailed before stay good: the
    /// one that arrives first must work.
    ///
    /// # Errors
    /// None that tells whether the address is known.
    pub async fn resend_verification(&self, email: &EmailAddress) -> Result<(), AuthError> {
        let Some(user) = self.store.find_unverified_user(email).await? else {
            return Ok(());
        };
        let Ok(email) = EmailAddress::parse(&user.email) else {
            return Err(AuthError::Unexpected(
                "a stored address is malformed".to_owned(),
            ));
        };
        let (token, hashed) = self.mail.new_token();
        let mail = self.mail.verify_email(&user.username, &email, &token)?;
        let verification = self.verification(user.id, &email, hashed);
        self.store
            .insert_verification(&verification, &mail.message)
            .await?;
        self.mail.announce(&mail);
        Ok(())
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

    /// Sets a new password after checking the current one, and ends the user's other sessions if
    /// asked to. Answers how many ended.
    ///
    /// # Errors
    /// `WrongPassword` when the current password is wrong, `Invalid` for the new one,
    /// `Overloaded`.
    pub async fn change_password(
        &self,
        viewer: &Viewer,
        current: &str,
        new: Password,
        end_other_sessions: bool,
    ) -> Result<u64, AuthError> {
        let id = viewer.user.id;
        let found = self.store.find_credentials(&Identifier::Id(id)).await?;
        let checked = self.passwords.check(current, found).await;
        let credentials = checked.map_err(wrong_password)?.credentials;
        let user = &credentials.user;
        let names = [
            user.username.as_str(),
            user.display_name.as_deref().unwrap_or(""),
        ];
        let email = EmailAddress::parse(&user.email)
            .map_err(|_| AuthError::Unexpected("a stored address is malformed".to_owned()))?;
        let hash = self
            .passwords
            .set("newPassword", new, about(&email, &names))
            .await?;
        let ended = self
            .store
            .change_password(
                id,
                credentials.password_version,
                &hash,
                end_other_sessions.then_some(viewer.session.id),
                self.clock.now(),
            )
            .await?;
        // The password changed while we hashed: what was checked is no longer the current one.
        ended.ok_or(AuthError::WrongPassword)
    }

    /// Reads a password that is to be set.
    ///
    /// # Errors
    /// Says, for a person, that it is too short or too long.
    pub fn parse_password(&self, raw: &str) -> Result<Password, String> {
        self.passwords.parse(raw)
    }

    fn verification(
        &self,
        user_id: Uuid,
        email: &EmailAddress,
        token: HashedToken,
    ) -> NewVerification {
        let now = self.clock.now();
        NewVerification {
            id: self.random.id(now),
            user_id,
            email: email.clone(),
            token,
            created_at: now,
            expires_at: now + self.verification_ttl,
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

/// Who is signed in need not be told that the identifier may be wrong.
fn wrong_password(error: AuthError) -> AuthError {
    match error {
        AuthError::InvalidCredentials => AuthError::WrongPassword,
        other => other,
    }
}
