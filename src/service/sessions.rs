//! Sessions: login, refresh, who is calling, and every way to end one.

use std::borrow::Cow;
use std::sync::Arc;

use uuid::Uuid;

use super::even_time::evenly;
use super::limits::Subject;
use super::mail::Template;
use super::{
    Attempt, AuthError, Limits, Notices, Passwords, SecurityEvents, TokenPair, Tokens,
    security_events,
};
use crate::clock::Clock;
use crate::domain::{
    Client, EmailAddress, EndReason, Page, PageRequest, SecurityEventKind, Session, SessionEnd,
    SessionStatus, SessionTtl, User, Username, Viewer,
};
use crate::random::Random;
use crate::store::{Credentials, Identifier, NewSession, SignedIn, Store};

/// The rules about sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) notices: Notices,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) ttl: SessionTtl,
    /// Whether nobody may learn that an address has an account: then a login that would tell an
    /// account from one that only looks like it must wait for the proof of its address.
    pub(crate) conceal_accounts: bool,
}

/// A new session with its first tokens.
pub struct Login {
    pub tokens: TokenPair,
    pub session: Session,
    pub user: User,
}

/// Which sessions a logout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoke {
    Current,
    Named(Uuid),
    All,
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
        if has_id {
            let attempt = Attempt::Login;
            self.limits.refuse_full_network(attempt, &client).await?;
        } else {
            self.charge_login(identifier, parsed.as_ref(), None, &client)
                .await?;
        }
        let found = match &parsed {
            Some(identifier) => {
                let device = Some(&client.device);
                self.store.find_credentials(identifier, device).await?
            }
            None => None,
        };
        if has_id {
            let charge = self.charge_login(identifier, parsed.as_ref(), found.as_ref(), &client);
            if let Err(refusal) = charge.await {
                return evenly(async { Err(refusal) }).await;
            }
        }
        let known = found.as_ref().map(|it| Identifier::Id(it.user.id));
        let whose = known.or(parsed);
        let checked = self.passwords.check(password, found).await;
        let checked = checked.inspect_err(|error| self.note_failure(error, whose, &client))?;
        self.passwords.upgrade(&checked).await;
        let credentials = checked.credentials;
        if self.conceal_accounts && credentials.user.email_verified_at.is_none() {
            let refusal = AuthError::InvalidCredentials;
            let whose = Some(Identifier::Id(credentials.user.id));
            self.note_failure(&refusal, whose, &client);
            return Err(refusal);
        }
        let deed = self.events.deed(&client);
        let now = deed.at;
        let (expires_at, ends_at) = self.ttl.of_new(now);
        let session = NewSession {
            id: self.random.id(now),
            user_id: credentials.user.id,
            password_version: credentials.password_version,
            deed,
            expires_at,
            ends_at,
            organization_id,
        };
        let made = match self.sign_in(&session, &credentials).await? {
            Some(made) => made,
            None => self.sign_in_again(&session, &credentials).await?,
        };
        let SignedIn {
            session: made,
            acting,
            ..
        } = made;
        let kind = SecurityEventKind::LoginSucceeded;
        security_events::log(&session.deed.session_event(made.user_id, kind, made.id));
        let username = &credentials.user.username;
        Ok(Login {
            tokens: self.tokens.issue(&made, username, acting.as_ref())?,
            session: made,
            user: credentials.user,
        })
    }

    /// Charged to the name that was given, whether or not somebody has it; but to a device of its own
    /// if it has signed in before and has an id, which nobody guesses as they would a browser's name.
    async fn charge_login(
        &self,
        typed: &str,
        identifier: Option<&Identifier>,
        found: Option<&Credentials>,
        client: &Client,
    ) -> Result<(), AuthError> {
        // Not of an unproved address: where accounts are concealed, whoever registers in vain with an
        // address would learn from a bucket of their own that they were not in vain.
        let known = found.filter(|it| it.device_known && it.user.email_verified_at.is_some());
        if let Some(credentials) = known {
            let (user, device) = (credentials.user.id, client.device.fingerprint());
            let subject = (Subject::Device, &*format!("{user} {device}"));
            let attempt = Attempt::LoginOnKnownDevice;
            let whose = Some(Identifier::Id(user));
            return self.limits.charge(attempt, client, &[subject], whose).await;
        }
        // What cannot be a name has a bucket as well: by a slip that is common, nobody shuts out the others
        // who make one.
        let name = match identifier {
            Some(identifier) => identifier.canonical(),
            None => Cow::Owned(format!("no name: {}", typed.to_lowercase())),
        };
        let subject = (Subject::Account, &*name);
        let whose = identifier.cloned();
        self.limits
            .charge(Attempt::Login, client, &[subject], whose)
            .await
    }

    /// Whoever it was tried on is told; what cannot be anybody's name, the operator alone is.
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
            // The password was right, and its owner should see that somebody has it.
            let whose = Some(Identifier::Id(new.user_id));
            self.note_failure(&AuthError::InvalidCredentials, whose, &new.deed.client);
            return Err(refusal);
        }
        let made = self.sign_in(new, credentials).await?;
        made.ok_or(AuthError::InvalidCredentials)
    }

    /// The owner of the account hears of a device that was not seen before.
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

    /// Finds out who is calling: the token's signature costs no I/O, its session one statement.
    ///
    /// # Errors
    /// `Unauthenticated`, `TokenExpired`, `SessionEnded`.
    pub async fn authenticate(&self, access_token: &str) -> Result<Viewer, AuthError> {
        let claims = self.tokens.verify_access(access_token)?;
        let Some((user, mut session)) = self.store.find_viewer(claims.sid).await? else {
            // Its user may be gone, and then it is told so.
            let end = self.store.find_tombstone(claims.sid).await?;
            return Err(match end {
                Some(end) => AuthError::SessionEnded(Some(end)),
                None => AuthError::Unauthenticated,
            });
        };
        if user.id != claims.sub {
            return Err(AuthError::Unauthenticated);
        }
        let now = self.clock.now();
        if let Some(end) = session.end(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        if session.received_at.is_none() && session.generation == claims.generation {
            self.store
                .mark_session_received(session.id, session.generation, now)
                .await?;
            session.received_at = Some(now);
            session.last_used_at = now;
        }
        Ok(Viewer {
            generation: claims.generation,
            acting: claims.acting(),
            user,
            session,
        })
    }

    /// Ends the current session, one that is named, or all. Answers how many ended.
    ///
    /// # Errors
    /// `SessionNotFound` when the named one is not the viewer's.
    pub async fn logout(
        &self,
        viewer: &Viewer,
        client: &Client,
        which: Revoke,
    ) -> Result<u64, AuthError> {
        let user = viewer.user.id;
        let id = match which {
            Revoke::All => {
                let reason = EndReason::LogoutAll;
                return self.end_several(user, client, None, reason).await;
            }
            Revoke::Current => viewer.session.id,
            Revoke::Named(id) => id,
        };
        let (_, ended) = self.end(user, client, id, EndReason::Logout).await?;
        Ok(u64::from(ended))
    }

    /// Ends one of the viewer's sessions; one that is over already is answered as it is.
    ///
    /// # Errors
    /// `SessionNotFound` when it is not the viewer's.
    pub async fn revoke(
        &self,
        viewer: &Viewer,
        client: &Client,
        id: Uuid,
    ) -> Result<Session, AuthError> {
        let reason = EndReason::Revoked;
        let (session, _) = self.end(viewer.user.id, client, id, reason).await?;
        Ok(session)
    }

    /// Ends all of the viewer's sessions but the current one. Answers how many ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn revoke_others(&self, viewer: &Viewer, client: &Client) -> Result<u64, AuthError> {
        let (user, kept) = (viewer.user.id, Some(viewer.session.id));
        self.end_several(user, client, kept, EndReason::Revoked)
            .await
    }

    /// How many sessions it ended: all, but for one if it is named.
    async fn end_several(
        &self,
        user: Uuid,
        client: &Client,
        all_but: Option<Uuid>,
        reason: EndReason,
    ) -> Result<u64, AuthError> {
        let deed = self.events.deed(client);
        let ended = self
            .store
            .end_sessions(user, all_but, reason, &deed)
            .await?;
        security_events::log_ends(&deed, user, &ended, reason);
        Ok(ended.len() as u64)
    }

    /// A session of the user, which is over now, and whether it was this that ended it.
    async fn end(
        &self,
        user: Uuid,
        client: &Client,
        id: Uuid,
        reason: EndReason,
    ) -> Result<(Session, bool), AuthError> {
        let deed = self.events.deed(client);
        if let Some(ended) = self.store.end_session(id, user, reason, &deed).await? {
            security_events::log_ends(&deed, user, &[id], reason);
            return Ok((ended, true));
        }
        let over = self.store.find_session_of_user(id, user).await?;
        Ok((over.ok_or(AuthError::SessionNotFound)?, false))
    }

    /// A page of a user's sessions, newest first; only the live ones unless `include_expired`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(
        &self,
        user_id: Uuid,
        include_expired: bool,
        page: &PageRequest,
    ) -> Result<Page<Session>, AuthError> {
        let now = self.clock.now();
        Ok(self
            .store
            .list_sessions(user_id, include_expired, page, now)
            .await?)
    }

    /// How many sessions [`Sessions::list`] lists in all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count(&self, user_id: Uuid, include_expired: bool) -> Result<i64, AuthError> {
        let now = self.clock.now();
        Ok(self
            .store
            .count_sessions(user_id, include_expired, now)
            .await?)
    }

    /// Whether a session lives now, and since when and why not.
    #[must_use]
    pub fn state(&self, session: &Session) -> (SessionStatus, Option<SessionEnd>) {
        let now = self.clock.now();
        (session.status(now), session.end(now))
    }
}

/// What cannot be an address or a username belongs to nobody, which the caller must not learn faster. No text
/// can be both: an address has an `@`, in whichever of its forms it was typed, and a username has none.
fn parse_identifier(text: &str) -> Option<Identifier> {
    let address = EmailAddress::parse(text).map(Identifier::Email);
    let username = || Username::parse(text).map(Identifier::Username);
    address.ok().or_else(|| username().ok())
}
