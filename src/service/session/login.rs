//! Logins with a password.

use super::Sessions;
use super::credentials::{parse_identifier, recognize};
use super::sign_in::{Login, SignIn};
use crate::domain::{
    AuthenticationMethod, AuthenticationMethods, Client, Credentials, Identifier, OrganizationId,
};
use crate::service::error::AuthError;
use crate::service::rate_limits::{Charges, RateLimitedAction};

impl Sessions {
    /// Checks a password and makes a session, with an active organization if one is named.
    ///
    /// # Errors
    /// `InvalidCredentials`, with the same text and time for an unknown user and a wrong password;
    /// `SecondFactorRequired` when the password is right and the account has a second factor; `OrganizationNotFound` or
    /// `EmailNotVerified` when the user is not a verified member of the organization; `RateLimited`, `Overloaded`.
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
        let login = self.login_charged(
            credentials,
            named,
            password,
            organization_id,
            &client,
            &charged,
        );
        match login.await {
            Ok(login) => Ok(login),
            Err(error) => Err(self.give_back_on_failure(error, &charged).await),
        }
    }

    /// Checks the password of a login that was charged, and makes its session.
    async fn login_charged(
        &self,
        credentials: Option<Credentials>,
        named: Option<Identifier>,
        password: &str,
        organization_id: Option<OrganizationId>,
        client: &Client,
        charged: &Charges,
    ) -> Result<Login, AuthError> {
        let credentials = self
            .check_password(credentials, named, password, client)
            .await?;
        self.sign_in(SignIn {
            user: credentials.user,
            password_version: credentials.password_version,
            device_known: credentials.device_known,
            methods: AuthenticationMethods::from_iter([AuthenticationMethod::Pwd]),
            second_factor: None,
            organization_id,
            client,
            action: RateLimitedAction::Login,
            charged,
        })
        .await
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
}
