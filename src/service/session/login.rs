//! Logins: checking a password, and making a session.

use super::Sessions;
use super::credentials::{parse_identifier, recognize};
use crate::domain::{Client, Credentials, Id, Identifier, OrganizationId, Session, User};
use crate::service::account::{language, notice};
use crate::service::error::AuthError;
use crate::service::mail::Template;
use crate::service::rate_limits::{Charges, RateLimitedAction};
use crate::service::token::TokenPair;
use crate::store::{LoginError, NewNotice, NewSession, SignedIn};

/// A new session with its first tokens.
pub struct Login {
    pub tokens: TokenPair,
    pub session: Session,
    pub user: User,
}

impl Sessions {
    /// Checks a password and makes a session, with an active organization if one is named.
    ///
    /// # Errors
    /// `InvalidCredentials`, with the same text and time for an unknown user and a wrong password;
    /// `OrganizationNotFound` or `EmailNotVerified` when the user is not a verified member of the organization;
    /// `RateLimited`, `Overloaded`.
    pub async fn login(
        &self,
        identifier: &str,
        password: &str,
        organization_id: Option<OrganizationId>,
        client: Client,
    ) -> Result<Login, AuthError> {
        let named = parse_identifier(identifier);
        let (credentials, charged) = self
            .find_and_charge(identifier, named.as_ref(), &client)
            .await?;
        let signed_in = self
            .sign_in_charged(
                credentials,
                named,
                password,
                organization_id,
                &client,
                &charged,
            )
            .await;
        let (user, signed_in) = match signed_in {
            Ok(signed_in) => signed_in,
            Err(error) => return Err(self.give_back_on_failure(error, &charged).await),
        };
        self.core.rate_limits.forget(&charged); // the new session gave the charges back
        language::update(&self.core, user.id, user.language.as_deref(), &client).await;
        let session = signed_in.session;
        let active = signed_in.active_organization.as_ref();
        Ok(Login {
            tokens: self.tokens.issue(&session, &user.username, active)?,
            session,
            user,
        })
    }

    /// Checks the password of a login that was charged, and makes its session.
    async fn sign_in_charged(
        &self,
        credentials: Option<Credentials>,
        named: Option<Identifier>,
        password: &str,
        organization_id: Option<OrganizationId>,
        client: &Client,
        charged: &Charges,
    ) -> Result<(User, SignedIn), AuthError> {
        let credentials = self
            .check_password(credentials, named, password, client)
            .await?;
        let signed_in = self
            .begin_session(&credentials, organization_id, client, charged)
            .await?;
        Ok((credentials.user, signed_in))
    }

    /// Checks the password of a login, and records a wrong one.
    async fn check_password(
        &self,
        credentials: Option<Credentials>,
        named: Option<Identifier>,
        password: &str,
        client: &Client,
    ) -> Result<Credentials, AuthError> {
        let caller = recognize(credentials.as_ref(), client);
        let user_id = credentials.as_ref().map(|credentials| credentials.user.id);
        let account = user_id.map(Identifier::Id).or(named);
        let checked = match self.passwords.verify(caller, password, credentials).await {
            Ok(verified) => {
                self.passwords.upgrade(caller, &verified).await;
                self.refuse_concealed(verified.credentials)
            }
            Err(error) => Err(error),
        };
        if let Err(AuthError::InvalidCredentials) = checked {
            self.record_failure(account, client);
        }
        checked
    }

    /// Refuses an account with an unverified address if accounts are concealed, because it may be a decoy.
    fn refuse_concealed(&self, credentials: Credentials) -> Result<Credentials, AuthError> {
        if self.core.policy.conceal_accounts && credentials.user.email_verified_at.is_none() {
            return Err(AuthError::InvalidCredentials);
        }
        Ok(credentials)
    }

    /// Makes the session of a login, after the password was right.
    async fn begin_session(
        &self,
        credentials: &Credentials,
        organization_id: Option<OrganizationId>,
        client: &Client,
        charged: &Charges,
    ) -> Result<SignedIn, AuthError> {
        let session = self.new_session(credentials, organization_id, client, charged);
        let notice = if credentials.device_known {
            None
        } else {
            let (template, username) = (Template::NewDevice, &credentials.user.username);
            Some(notice::compose(&self.core, template, username, client)?)
        };
        match self.sign_in(&session, notice.as_ref()).await {
            Ok(signed_in) => Ok(signed_in),
            Err(LoginError::Refused) => {
                let outcome = self.sign_in_again(&session, notice.as_ref()).await;
                let action = RateLimitedAction::Login;
                self.passwords
                    .after_right_password(outcome, &credentials.user, client, action)
                    .await
            }
            Err(LoginError::Store(error)) => Err(error.into()),
        }
    }

    fn new_session(
        &self,
        credentials: &Credentials,
        organization_id: Option<OrganizationId>,
        client: &Client,
        charged: &Charges,
    ) -> NewSession {
        let audit = self.core.audit.begin(client);
        let (expires_at, ends_at) = self.ttl.of_new(audit.at);
        // The logins of an unverified account stay charged. This limits the sessions of an attacker who registers with
        // a stranger's address, so that the owner can delete them all.
        let is_verified = credentials.user.email_verified_at.is_some();
        let charged = if is_verified {
            charged.buckets()
        } else {
            Vec::new()
        };
        NewSession {
            id: Id::new(self.core.random.id(audit.at)),
            user_id: credentials.user.id,
            password_version: credentials.password_version,
            audit,
            expires_at,
            ends_at,
            organization_id,
            charged,
        }
    }

    /// Makes the session. With a notice, which is for a new device, the owner of the account gets it unless this is the
    /// first login.
    async fn sign_in(
        &self,
        new: &NewSession,
        notice: Option<&NewNotice>,
    ) -> Result<SignedIn, LoginError> {
        let store = &self.core.store;
        let signed_in = match notice {
            None => store.insert_session(new).await?,
            Some(notice) => store.insert_session_of_new_device(new, notice).await?,
        };
        Ok(self.core.audit.publish(signed_in))
    }

    /// Finds out why no session was made, and returns the error. Tries again if the user has just become a member of
    /// the organization.
    async fn sign_in_again(
        &self,
        new: &NewSession,
        notice: Option<&NewNotice>,
    ) -> Result<SignedIn, AuthError> {
        let Some(organization_id) = new.organization_id else {
            // The password was changed after the check, so the client gave the old one.
            return Err(AuthError::InvalidCredentials);
        };
        if let Some(refusal) = self
            .organization_refusal(new.user_id, organization_id)
            .await?
        {
            return Err(refusal);
        }
        Ok(self.sign_in(new, notice).await?)
    }
}

impl From<LoginError> for AuthError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Refused => Self::InvalidCredentials,
            LoginError::Store(error) => error.into(),
        }
    }
}
