//! Sessions: login, refresh, who is calling, and every way to end one.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::even_time::evenly;
use super::limits::Subject;
use super::mail::Template;
use super::{Attempt, AuthError, Limits, Notices, Passwords, TokenPair, Tokens};
use crate::clock::Clock;
use crate::domain::{
    Client, EmailAddress, EndReason, Page, PageRequest, RefreshClaims, Replay, Session, SessionEnd,
    SessionStatus, SessionTtl, Standing, User, Username, Viewer,
};
use crate::random::Random;
use crate::store::{Credentials, Identifier, NewSession, RefreshedSession, Rotation, Store};

/// The rules about sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) tokens: Tokens,
    pub(crate) notices: Notices,
    pub(crate) limits: Limits,
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

/// A session with its next tokens.
pub struct Refreshed {
    pub tokens: TokenPair,
    pub session: Session,
}

/// Which sessions a logout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoke {
    Current,
    Named(Uuid),
    All,
}

impl Sessions {
    /// Checks a password and makes a session.
    ///
    /// # Errors
    /// `InvalidCredentials`, in the same words and time whether the user is unknown or the password
    /// wrong; `Overloaded`.
    pub async fn login(
        &self,
        identifier: &str,
        password: &str,
        client: Client,
    ) -> Result<Login, AuthError> {
        let parsed = parse_identifier(identifier);
        // Without an id of its own, a device is charged by the name alone: nothing is looked up for who
        // is refused, and so nothing is told by the time of that.
        let has_id = client.device.id.is_some();
        if !has_id {
            self.charge_login(parsed.as_ref(), None, &client).await?;
        }
        let found = match &parsed {
            Some(identifier) => {
                let device = Some(&client.device);
                self.store.find_credentials(identifier, device).await?
            }
            None => None,
        };
        if has_id {
            let charge = self.charge_login(parsed.as_ref(), found.as_ref(), &client);
            if let Err(refusal) = charge.await {
                return evenly(async { Err(refusal) }).await;
            }
        }
        let checked = self.passwords.check(password, found).await?;
        self.passwords.upgrade(&checked).await;
        let credentials = checked.credentials;
        if self.conceal_accounts && credentials.user.email_verified_at.is_none() {
            return Err(AuthError::InvalidCredentials);
        }
        let now = self.clock.now();
        let (expires_at, ends_at) = self.ttl.of_new(now);
        let session = NewSession {
            id: self.random.id(now),
            user_id: credentials.user.id,
            password_version: credentials.password_version,
            client,
            created_at: now,
            expires_at,
            ends_at,
        };
        let session = if credentials.device_known {
            self.store.insert_session(&session).await?
        } else {
            self.sign_in_new_device(&session, &credentials.user.username)
                .await?
        };
        // None: the password was changed between our check and now, so it was the old one.
        let session = session.ok_or(AuthError::InvalidCredentials)?;
        let tokens = self.tokens.issue(&session, &credentials.user.username)?;
        Ok(Login {
            tokens,
            session,
            user: credentials.user,
        })
    }

    /// Charged to the name that was given, whether or not somebody has it; but to a device of its own
    /// if it has signed in before and has an id, which nobody guesses as they would a browser's name.
    async fn charge_login(
        &self,
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
            return self.limits.charge(attempt, client, &[subject]).await;
        }
        let name = match identifier {
            Some(Identifier::Email(email)) => email.canonical(),
            Some(Identifier::Username(name)) => name.canonical(),
            Some(Identifier::Id(_)) | None => "",
        };
        let subject = (Subject::Account, name);
        self.limits.charge(Attempt::Login, client, &[subject]).await
    }

    /// The owner of the account hears of a device that was not seen before.
    async fn sign_in_new_device(
        &self,
        new: &NewSession,
        username: &str,
    ) -> Result<Option<Session>, AuthError> {
        let notice = self
            .notices
            .compose(Template::NewDevice, username, &new.client)?;
        let signed_in = self
            .store
            .insert_session_of_new_device(new, &notice.new)
            .await?;
        Ok(signed_in.map(|signed_in| {
            self.notices.announce(&notice, &signed_in.notified);
            signed_in.session
        }))
    }

    /// Finds out who is calling: the token's signature costs no I/O, its session one statement.
    ///
    /// # Errors
    /// `Unauthenticated`, `TokenExpired`, `SessionEnded`.
    pub async fn authenticate(&self, access_token: &str) -> Result<Viewer, AuthError> {
        let claims = self.tokens.verify_access(access_token)?;
        let Some(mut viewer) = self.store.find_viewer(claims.sid).await? else {
            // Its user may be gone, and then it is told so.
            let end = self.store.find_tombstone(claims.sid).await?;
            return Err(match end {
                Some(end) => AuthError::SessionEnded(Some(end)),
                None => AuthError::Unauthenticated,
            });
        };
        if viewer.user.id != claims.sub {
            return Err(AuthError::Unauthenticated);
        }
        let now = self.clock.now();
        if let Some(end) = viewer.session.end(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        let session = &mut viewer.session;
        if session.received_at.is_none() && session.generation == claims.generation {
            self.store
                .mark_session_received(session.id, session.generation, now)
                .await?;
            session.received_at = Some(now);
            session.last_used_at = now;
        }
        Ok(viewer)
    }

    /// Exchanges a refresh token for the next one. A client that lost the answer may ask again; a
    /// token that somebody copied ends its session (RFC 9700 section 4.14.2).
    ///
    /// # Errors
    /// `RefreshTokenInvalid`, `SessionEnded`.
    pub async fn refresh(&self, token: &str, client: Client) -> Result<Refreshed, AuthError> {
        let claims = self.tokens.verify_refresh(token);
        let session = claims.as_ref().map(|it| it.session_id.to_string());
        let subjects: Vec<_> = session
            .iter()
            .map(|id| (Subject::Session, id.as_str()))
            .collect();
        self.limits
            .charge(Attempt::Refresh, &client, &subjects)
            .await?;
        let claims = claims?;
        let now = self.clock.now();
        let rotation = Rotation {
            session_id: claims.session_id,
            generation: claims.generation,
            client,
            now,
            expires_at: now + self.ttl.idle,
        };
        let refreshed = match self.store.rotate_session(&rotation).await? {
            Some(rotated) => rotated,
            None => self.refused_rotation(claims, &rotation.client, now).await?,
        };
        Ok(Refreshed {
            tokens: self.tokens.issue(&refreshed.session, &refreshed.username)?,
            session: refreshed.session,
        })
    }

    /// Why a genuine token did not rotate its session: it is over, the answer was lost, or the token
    /// was copied.
    async fn refused_rotation(
        &self,
        claims: RefreshClaims,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<RefreshedSession, AuthError> {
        let Some(found) = self.store.find_refreshed_session(claims.session_id).await? else {
            let end = self.store.find_tombstone(claims.session_id).await?;
            return Err(AuthError::SessionEnded(end));
        };
        let session = &found.session;
        if let Some(end) = session.end(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        match session.standing(claims.generation, &client.device, now) {
            Standing::Replay(Replay::AnswerLost | Replay::TabsRaced) => Ok(found),
            Standing::Reused => Err(self.end_reused(&found, claims, client).await?),
            // Only a rotation can have refused us, and after one the token is no longer current.
            Standing::Current => Err(AuthError::Unexpected("a rotation was undone".to_owned())),
        }
    }

    async fn end_reused(
        &self,
        found: &RefreshedSession,
        claims: RefreshClaims,
        client: &Client,
    ) -> Result<AuthError, AuthError> {
        let session = &found.session;
        let notice = self
            .notices
            .compose(Template::RefreshTokenReused, &found.username, client)?;
        let end = SessionEnd {
            at: self.clock.now(),
            reason: EndReason::RefreshTokenReused,
        };
        let ended = self
            .store
            .end_reused_session(session, end, &notice.new)
            .await?;
        let Some(notified) = ended else {
            // Something else ended it first, and that is the truth to tell.
            let found = self
                .store
                .find_session_of_user(session.id, session.user_id)
                .await?;
            return Ok(AuthError::SessionEnded(found.and_then(|it| it.end(end.at))));
        };
        self.notices.announce(&notice, &notified);
        tracing::warn!(
            session = %session.id,
            user = %session.user_id,
            address = %client.address,
            shown = claims.generation,
            newest = session.generation,
            "a refresh token was used again: the session is ended"
        );
        Ok(AuthError::SessionEnded(Some(end)))
    }

    /// Ends the current session, one that is named, or all. Answers how many ended.
    ///
    /// # Errors
    /// `SessionNotFound` when the named one is not the viewer's.
    pub async fn logout(&self, viewer: &Viewer, which: Revoke) -> Result<u64, AuthError> {
        match which {
            Revoke::All => {
                let end = self.end_now(EndReason::LogoutAll);
                Ok(self.store.end_sessions(viewer.user.id, end).await?)
            }
            Revoke::Current => self.end(viewer, viewer.session.id, EndReason::Logout).await,
            Revoke::Named(id) => self.end(viewer, id, EndReason::Logout).await,
        }
    }

    async fn end(&self, viewer: &Viewer, id: Uuid, reason: EndReason) -> Result<u64, AuthError> {
        let user = viewer.user.id;
        if self
            .store
            .end_session(id, user, self.end_now(reason))
            .await?
            .is_some()
        {
            return Ok(1);
        }
        match self.store.find_session_of_user(id, user).await? {
            Some(_) => Ok(0), // over already
            None => Err(AuthError::SessionNotFound),
        }
    }

    /// Ends one of the viewer's sessions; one that is over already is answered as it is.
    ///
    /// # Errors
    /// `SessionNotFound` when it is not the viewer's.
    pub async fn revoke(&self, viewer: &Viewer, id: Uuid) -> Result<Session, AuthError> {
        let user = viewer.user.id;
        let end = self.end_now(EndReason::Revoked);
        if let Some(ended) = self.store.end_session(id, user, end).await? {
            return Ok(ended);
        }
        let over = self.store.find_session_of_user(id, user).await?;
        over.ok_or(AuthError::SessionNotFound)
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

    fn end_now(&self, reason: EndReason) -> SessionEnd {
        SessionEnd {
            at: self.clock.now(),
            reason,
        }
    }
}

/// What cannot be an address or a username belongs to nobody, which the caller must not learn faster.
fn parse_identifier(text: &str) -> Option<Identifier> {
    if text.contains('@') {
        EmailAddress::parse(text).ok().map(Identifier::Email)
    } else {
        Username::parse(text).ok().map(Identifier::Username)
    }
}
