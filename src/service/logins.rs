//! Logins: a password is checked, and a session made.

use std::borrow::Cow;

use tokio::time::Instant;
use uuid::Uuid;

use super::even_time::wait_for_step;
use super::hasher::Caller;
use super::limits::Subject;
use super::mail::Template;
use super::{Attempt, AuthError, Sessions, TokenPair, security_events};
use crate::domain::{Acting, Client, EmailAddress, SecurityEventKind, Session, User, Username};
use crate::store::{Credentials, Identifier, NewSession, Recognition, SignedIn};

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
        // Without an id of its own, a device is charged by the name alone: nothing is looked up for who
        // is refused, and so nothing is told by the time of that.
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
        let checked = match self.passwords.check(caller, password, found).await {
            Ok(checked) => checked,
            Err(error) => {
                self.note_failure(&error, whose, &client);
                return Err(self.not_tried(error, &charged, &client).await);
            }
        };
        self.passwords.upgrade(caller, &checked).await;
        let credentials = checked.credentials;
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
        self.keep_language(user_id, language, &client).await;
        let username = &credentials.user.username;
        Ok(Login {
            tokens: self.tokens.issue(&made, username, acting.as_ref())?,
            session: made,
            user: credentials.user,
        })
    }

    /// The account that a login names, and whether it knows the client.
    async fn find_credentials(
        &self,
        identifier: Option<&Identifier>,
        client: &Client,
    ) -> Result<Option<Credentials>, AuthError> {
        let Some(identifier) = identifier else {
            return Ok(None);
        };
        let recognition = Recognition {
            device: &client.device,
            passes: self.limits.passes(&identifier.canonical(), client),
            now: self.clock.now(),
        };
        let found = self.store.find_credentials(identifier, Some(recognition));
        Ok(found.await?)
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
        security_events::log(&session.deed.session_event(user_id, kind, id));
        Ok((made.session, made.acting))
    }

    /// A login that failed for want of the machine tells nothing about the password: it is not counted as wrong.
    async fn not_tried(
        &self,
        error: AuthError,
        charged: &[[u8; 32]],
        client: &Client,
    ) -> AuthError {
        let is_ours = matches!(
            error,
            AuthError::Overloaded { .. } | AuthError::Store(_) | AuthError::Unexpected(_)
        );
        if is_ours {
            self.limits.give_back(charged, client).await;
        }
        error
    }

    /// Charged to the name that was given, whether or not somebody has it; but to a bucket of its own if the
    /// account knows the device.
    async fn charge_login(
        &self,
        typed: &str,
        identifier: Option<&Identifier>,
        found: Option<&Credentials>,
        client: &Client,
    ) -> Result<Vec<[u8; 32]>, AuthError> {
        if let Some(credentials) = known_account(found, client) {
            let (user, device) = (credentials.user.id, client.device.fingerprint());
            let subject = (Subject::Device, &*format!("{user} {device}"));
            let attempt = Attempt::LoginOnKnownDevice;
            let whose = Some(Identifier::Id(user));
            let charge = self.limits.charge(attempt, client, &[subject], whose).await;
            return Ok(charge?.buckets);
        }
        // What cannot be a name has a bucket as well: by a slip that is common, nobody shuts out the others
        // who make one.
        let name = match identifier {
            Some(identifier) => identifier.canonical(),
            None => Cow::Owned(format!("no name: {}", typed.to_lowercase())),
        };
        let whose = identifier.cloned();
        let charged = self.limits.charge_login(&name, client, whose).await?;
        Ok(charged.buckets)
    }

    /// Tells the account it was tried on; of what cannot be anybody's name, the operator alone.
    fn note_failure(&self, error: &AuthError, whose: Option<Identifier>, client: &Client) {
        if !matches!(error, AuthError::InvalidCredentials) {
            return;
        }
        let kind = SecurityEventKind::LoginFailed;
        let operation = Attempt::Login.field();
        self.events.observe(kind, whose, client, operation);
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
        if let Some(refusal) = self.refusal_to_act(new.user_id, organization_id).await? {
            return Err(refusal);
        }
        let made = self.sign_in(new, credentials).await?;
        made.ok_or(AuthError::InvalidCredentials)
    }

    /// The owner of the account hears of a device that was not seen before, unless nobody has ever logged in.
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

/// What cannot be an address or a username belongs to nobody, which the caller must not learn faster. No text
/// can be both: an address has an `@`, in whichever of its forms it was typed, and a username has none.
fn parse_identifier(text: &str) -> Option<Identifier> {
    let address = EmailAddress::parse(text).map(Identifier::Email);
    let username = || Username::parse(text).map(Identifier::Username);
    address.ok().or_else(|| username().ok())
}

/// The account that knows the device which asks, by its `X-Device-ID`: a `User-Agent` can be guessed.
///
/// None whose address is not verified: where accounts are concealed, somebody who registers with a taken address
/// would learn that it is taken, from a bucket of their own or from a place in the queue.
fn known_account<'a>(found: Option<&'a Credentials>, client: &Client) -> Option<&'a Credentials> {
    let has_id = client.device.id.is_some();
    found.filter(|it| has_id && it.device_known && it.user.email_verified_at.is_some())
}

/// The person who logs in, as far as an account knows them before their password is checked.
fn recognize(found: Option<&Credentials>, client: &Client) -> Caller {
    if let Some(credentials) = known_account(found, client) {
        return Caller::Known(credentials.user.id);
    }
    let proved = found.filter(|credentials| credentials.mailbox_verified);
    proved.map_or(Caller::Stranger, |it| Caller::Proved(it.user.id))
}
