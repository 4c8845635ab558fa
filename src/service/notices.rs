//! Notices, so that nobody loses an account silently; and what happens when somebody answers "this was
//! not me".

use chrono::TimeDelta;

use super::mail::{Composed, Content, Event, Mail, Template, hash_token};
use super::{Attempt, AuthError, Limits, PasswordResets, SecurityEvents, security_events};
use crate::clock::Clock;
use crate::domain::{Client, EndReason, PlainToken, SecurityEventKind};
use crate::random::Random;
use crate::store::{NewNotice, Notified, Secured, Store};

/// The rules about notices. Cheap to clone.
#[derive(Clone)]
pub struct Notices {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) mail: Mail,
    pub(crate) resets: PasswordResets,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    /// How long the link in a notice works.
    pub(crate) ttl: TimeDelta,
}

/// A notice ready to be written, and its mail.
pub(super) struct Notice {
    pub new: NewNotice,
    mail: Composed,
}

impl Notices {
    /// What to tell the owner of an account about what this client does just now.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(super) fn compose(
        &self,
        template: Template,
        username: &str,
        client: &Client,
    ) -> Result<Notice, AuthError> {
        self.compose_with(template, username, client, None)
    }

    /// Likewise about a change to another address.
    ///
    /// # Errors
    /// As [`Notices::compose`].
    pub(super) fn compose_with(
        &self,
        template: Template,
        username: &str,
        client: &Client,
        new_email: Option<&str>,
    ) -> Result<Notice, AuthError> {
        let now = self.clock.now();
        let expires_at = now + self.ttl;
        let mail = self.mail.compose(
            template,
            Content {
                username: Some(username.to_owned()),
                new_email: new_email.map(str::to_owned),
                event: Some(Event::of(client, now)),
                ..self.mail.content(client, expires_at)
            },
        )?;
        Ok(Notice {
            new: NewNotice {
                id: self.random.id(now),
                token: mail.token.clone(),
                message: mail.message.clone(),
                created_at: now,
                expires_at,
            },
            mail,
        })
    }

    /// To be called once a notice is written.
    pub(super) fn announce(&self, notice: &Notice, notified: &Notified) {
        self.mail.announce(&notice.mail, notified.0.as_deref());
    }

    /// "This was not me": ends every session, voids the password, brings the account back to the
    /// address that the notice was mailed to, and mails a link there to choose a new password.
    ///
    /// # Errors
    /// `LinkInvalid` when the link is unknown, used or expired.
    pub async fn secure_account(&self, token: &str, client: &Client) -> Result<Secured, AuthError> {
        self.limits
            .charge(Attempt::SecureAccount, client, &[], None)
            .await?;
        let token = PlainToken::parse(token).ok_or(AuthError::LinkInvalid)?;
        let (reset, mail) = self.resets.compose(Template::AccountSecured, client)?;
        let deed = self.events.deed(client);
        let secured = self
            .store
            .secure_account(&hash_token(&token), &deed, &reset)
            .await?;
        let secured = secured.ok_or(AuthError::LinkInvalid)?;
        let kind = SecurityEventKind::AccountSecured;
        security_events::log(&deed.event(secured.user_id, kind));
        let ended = &secured.ended_sessions;
        security_events::log_ends(&deed, secured.user_id, ended, EndReason::Revoked);
        self.mail.announce(&mail, Some(&secured.email));
        Ok(secured)
    }
}
