//! Logins: a password is checked, and a session made.

use tokio::time::Instant;
use uuid::Uuid;

use super::Sessions;
use super::credentials::{parse_identifier, recognize};
use crate::domain::{Acting, Client, Credentials, Identifier, SecurityEventKind, Session, User};
use crate::service::audit::log;
use crate::service::error::AuthError;
use crate::service::limits::Attempt;
use crate::service::mail::Template;
use crate::service::response_time::wait_for_step;
use crate::service::token::TokenPair;
use crate::store::{NewSession, SignedIn};

/// A new session with its first tokens.
pub struct Login {
    pub tokens: TokenPair,
    pub session: Session,
    pub user: User,
}

impl Sessions {
    /// Checks a password and makes a session, which acts for the organization that is named.
    ///
    /// # Errors
    /// `InvalidCredentials`, in the same words and time whether the user is unknown or the password
    /// wrong; `OrganizationNotFound`, `EmailNotVerified` when the user may not act for it; `Overloaded`.
    pub async fn login(
        &self,
        identifier: &str,
        password: &str,
        organization_id: Option<Uuid>,
        client: Client,
    ) -> Result<Login, AuthError> {
        let parsed = parse_identifier(identifier);
        // Without an id of its own, a device is charged by the name alone: nothing is looked up for a login that is
        // refused, and so its time tells nothing.
        let has_id = client.device.id.is_some();
        let mut charged = Vec::new();
        if has_id {
            let attempt = Attempt::Login;
            self.limits.refuse_full_network(attempt, &client).await?;
        } else {
            charged = self
                .charge_login(identifier, parsed.as_ref(), None, &client)
                .await?;
        }
        let began = Instant::now();
        let found = match self.find_credentials(parsed.as_ref(), &client).await {
            Ok(found) => found,
            Err(error) => return Err(self.not_tried(error, &charged, &client).await),
        };
        if has_id {
            let charge = self.charge_login(identifier, parsed.as_ref(), found.as_ref(), &client);
            charged = match charge.await {
                Ok(charged) => charged,
                Err(refusal) => {
                    wait_for_step(began).await;
                    return Err(refusal);
                }
            };
        }
        let caller = recognize(found.as_ref(), &client);
        let known = found.as_ref().map(|it| Identifier::Id(it.user.id));
        let whose = known.or(parsed);
        let verified = match self.passwords.verify(caller, password, found).await {
            Ok(verified) => verified,
            Err(error) => {
                self.note_failure(&error, whose, &client);
                return Err(self.not_tried(error, &charged, &client).await);
            }
        };
        self.passwords.upgrade(caller, &verified).await;
        let credentials = verified.credentials;
        if self.conceal_accounts && credentials.user.email_verified_at.is_none() {
            let refusal = AuthError::InvalidCredentials;
            let whose = Some(Identifier::Id(credentials.user.id));
            self.note_failure(&refusal, whose, &client);
            return Err(refusal);
        }
        let made = self
            .begin(&credentials, organization_id, &client, &charged)
            .await;
        let (made, acting) = match made {
            Ok(made) => made,
            Err(error) => return Err(self.not_tried(error, &charged, &client).await),
        };
        self.limits.forget(&charged); // they were given back with the session
        let (user_id, language) = (credentials.user.id, credentials.user.language.as_deref());
        self.notices.keep_language(user_id, language, &client).await;
        let username = &credentials.user.username;
        Ok(Login {
            tokens: self.tokens.issue(&made, username, acting.as_ref())?,
            session: made,
            user: credentials.user,
        })
    }

    /// Makes the session of a login with the right password.
    async fn begin(
        &self,
        credentials: &Credentials,
        organization_id: Option<Uuid>,
        client: &Client,
        charged: &[[u8; 32]],
    ) -> Result<(Session, Option<Acting>), AuthError> {
        let deed = self.events.deed(client);
        let now = deed.at;
        let (expires_at, ends_at) = self.ttl.of_new(now);
        // An attacker who registers with a stranger's address makes only so many sessions: the owner can delete them all.
        let is_verified = credentials.user.email_verified_at.is_some();
        let charged = if is_verified { charged } else { &[] };
        let session = NewSession {
            id: self.random.id(now),
            user_id: credentials.user.id,
            password_version: credentials.password_version,
            deed,
            expires_at,
            ends_at,
            organization_id,
            charged: charged.to_vec(),
        };
        let made = if let Some(made) = self.sign_in(&session, credentials).await? {
            made
        } else {
            let again = self.sign_in_again(&session, credentials).await;
            self.notices
                .after_right_password(again, &credentials.user, client, Attempt::Login)
                .await?
        };
        let kind = SecurityEventKind::LoginSucceeded;
        let (user_id, id) = (made.session.user_id, made.session.id);
        log::event(&session.deed.session_event(user_id, kind, id));
        Ok((made.session, made.acting))
    }

    /// Makes the session; `None` if the password is not the current one any more, or the user may not act
    /// for the organization.
    async fn sign_in(
        &self,
        new: &NewSession,
        credentials: &Credentials,
    ) -> Result<Option<SignedIn>, AuthError> {
        if credentials.device_known {
            return Ok(self.store.insert_session(new).await?);
        }
        self.sign_in_new_device(new, &credentials.user.username)
            .await
    }

    /// Finds out why there was no session to be made. Somebody who has just joined the organization is
    /// let in after all.
    async fn sign_in_again(
        &self,
        new: &NewSession,
        credentials: &Credentials,
    ) -> Result<SignedIn, AuthError> {
        let Some(organization_id) = new.organization_id else {
            // The password was changed between our check and now, so it was the old one.
            return Err(AuthError::InvalidCredentials);
        };
        if let Some(refusal) = self
            .organization_refusal(new.user_id, organization_id)
            .await?
        {
            return Err(refusal);
        }
        let made = self.sign_in(new, credentials).await?;
        made.ok_or(AuthError::InvalidCredentials)
    }

    /// Makes the session of a device that was not seen before. The owner of the account hears of it, unless nobody has ever
    /// logged in.
    async fn sign_in_new_device(
        &self,
        new: &NewSession,
        username: &str,
    ) -> Result<Option<SignedIn>, AuthError> {
        let notice = self
            .notices
            .compose(Template::NewDevice, username, &new.deed.client)?;
        let signed_in = self
            .store
            .insert_session_of_new_device(new, &notice.new)
            .await?;
        Ok(signed_in.inspect(|signed_in| self.notices.announce(&notice, &signed_in.notified)))
    }
}
