//! Composing a message: its link, its words, its seal.

use std::sync::Arc;

use aws_lc_rs::digest;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use super::content::{Content, Link, Template, moment};
use super::letter::{Letter, Sender};
use super::seal::Seal;
use super::templates::Templates;
use crate::domain::{Client, HashedToken, PlainToken};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::error::AuthError;
use crate::service::token::SecretKeys;
use crate::store::{Message, NewMessage};

/// The sender of mail, its links and how long it is tried.
#[derive(Clone, Debug)]
pub struct MailOptions {
    pub from: Sender,
    pub links: Links,
    /// Without a mail server: keep each message, and print its link to the log, so that a newcomer
    /// can go on.
    pub capture: bool,
    /// How long a message is tried before it is given up.
    pub retry_for: TimeDelta,
}

/// The URL of each link, with `{token}` in its fragment: a fragment reaches no access log and no
/// Referer.
#[derive(Clone, Debug)]
pub struct Links {
    pub verify_email: String,
    pub reset_password: String,
    pub confirm_email_change: String,
    pub secure_account: String,
    pub accept_invitation: String,
}

/// Composes messages, and reads those of the outbox. Cheap to clone.
#[derive(Clone)]
pub struct Mail {
    options: Arc<MailOptions>,
    templates: Arc<Templates>,
    clock: Clock,
    random: Random,
    seal: Seal,
    /// Tells this node's delivery that there is something to do.
    pub(super) written: Arc<Notify>,
}

/// A message ready to be written, and what to do once it is.
pub(in crate::service) struct Composed {
    pub message: NewMessage,
    /// The hash of the secret in the link, which the store keeps.
    pub token: HashedToken,
    link: String,
}

/// The reasons why a message of the outbox cannot be read.
pub(super) enum Unreadable {
    /// Its seal is another key's.
    Sealed,
    /// Nobody knows such a message, or its template fails.
    Unknown(String),
}

impl Mail {
    /// # Errors
    /// When the sealing key cannot be derived.
    pub fn new(
        secrets: &SecretKeys,
        options: MailOptions,
        templates: Templates,
        clock: Clock,
        random: Random,
    ) -> Result<Self, AuthError> {
        Ok(Self {
            options: Arc::new(options),
            templates: Arc::new(templates),
            seal: Seal::new(secrets, random.clone())?,
            clock,
            random,
            written: Arc::new(Notify::new()),
        })
    }

    /// The language to write in to this client's user from now on; `None` if the client names none that we write.
    pub(in crate::service) fn language(&self, client: &Client) -> Option<&str> {
        self.templates.known_language(&client.languages)
    }

    /// Returns the content of every message with a link to this client: their language, and until when the link works.
    pub(in crate::service) fn content(
        &self,
        client: &Client,
        expires_at: DateTime<Utc>,
    ) -> Content {
        Content {
            language: self.templates.language(&client.languages).to_owned(),
            expires_at: Some(moment(expires_at)),
            ..Content::default()
        }
    }

    /// Returns the content of every message without a link to this client: their language, and the time.
    pub(in crate::service) fn dated_content(&self, client: &Client) -> Content {
        Content {
            language: self.templates.language(&client.languages).to_owned(),
            at: Some(moment(self.clock.now())),
            ..Content::default()
        }
    }

    /// A message with a link of its own. `content` says all but the link.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn compose(
        &self,
        template: Template,
        content: Content,
    ) -> Result<Composed, AuthError> {
        let token = PlainToken::new(self.random.bytes());
        let missing = || AuthError::Unexpected(format!("{template:?} has no link"));
        let url = self.url(template.link().ok_or_else(missing)?);
        let link = url.replace("{token}", &token.reveal());
        let content = Content {
            link: Some(link.clone()),
            ..content
        };
        Ok(Composed {
            message: self.compose_unlinked(template, &content)?,
            token: hash_token(&token),
            link,
        })
    }

    /// A message without a link.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn compose_unlinked(
        &self,
        template: Template,
        content: &Content,
    ) -> Result<NewMessage, AuthError> {
        let now = self.clock.now();
        let id = self.random.id(now);
        Ok(NewMessage {
            id,
            template: template.name(),
            sealed: self.seal.close(id, to_bytes(content)?)?,
            created_at: now,
            due_at: (!self.options.capture).then_some(now),
            give_up_at: now + self.options.retry_for,
        })
    }

    fn url(&self, link: Link) -> &str {
        let links = &self.options.links;
        match link {
            Link::VerifyEmail => &links.verify_email,
            Link::ResetPassword => &links.reset_password,
            Link::ConfirmEmailChange => &links.confirm_email_change,
            Link::SecureAccount => &links.secure_account,
            Link::AcceptInvitation => &links.accept_invitation,
        }
    }

    /// To be called once a message is written to somebody; `None` if it was not. Captured mail shows
    /// its link in the log. That is the only secret that the log ever holds, and only where the service
    /// listens on loopback.
    pub(in crate::service) fn announce(&self, composed: &Composed, recipient: Option<&str>) {
        let Some(to) = recipient else { return };
        if self.options.capture {
            tracing::info!(
                target: "latchkey::mail",
                to,
                template = composed.message.template,
                "captured mail; its link: {}",
                composed.link
            );
        } else {
            self.written.notify_one();
        }
    }

    /// To be called once a message without a link is written to somebody; `None` if it was not.
    pub(in crate::service) fn announce_unlinked(&self, sent: &NewMessage, recipient: Option<&str>) {
        let Some(to) = recipient else { return };
        if self.options.capture {
            let template = sent.template;
            tracing::info!(target: "latchkey::mail", to, template, "captured mail without a link");
        } else {
            self.written.notify_one();
        }
    }

    /// Reads a message of the outbox and writes it as a letter.
    pub(super) fn letter(&self, message: &Message) -> Result<Letter, Unreadable> {
        let name = &message.template;
        let template = Template::parse(name).ok_or_else(|| {
            Unreadable::Unknown(format!("this version knows no message {name:?}"))
        })?;
        let mut content = self.open(message)?;
        if let Some(language) = &message.language {
            content.language.clone_from(language);
        }
        let rendered = self.templates.render(template, &content);
        Ok(Letter {
            id: message.id,
            from: self.options.from.clone(),
            to: message.recipient.clone(),
            date: message.created_at,
            rendered: rendered.map_err(Unreadable::Unknown)?,
        })
    }

    fn open(&self, message: &Message) -> Result<Content, Unreadable> {
        let bytes = self.seal.open(message.id, &message.sealed);
        serde_json::from_slice(&bytes.ok_or(Unreadable::Sealed)?)
            .map_err(|error| Unreadable::Unknown(error.to_string()))
    }

    /// Returns the part of a message that may be kept once it is sent: all but its secrets, sealed anew.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(super) fn wiped(&self, message: &Message) -> Result<Vec<u8>, AuthError> {
        let content = self.open(message);
        let content =
            content.map_err(|_| AuthError::Unexpected("a mail's seal broke".to_owned()))?;
        self.seal
            .close(message.id, to_bytes(&content.without_secrets())?)
    }

    /// When to give a message up that is tried from now on.
    pub(super) fn retry_for(&self) -> TimeDelta {
        self.options.retry_for
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sealed => f.write_str("it was sealed under another SECRET_KEY"),
            Self::Unknown(reason) => f.write_str(reason),
        }
    }
}

fn to_bytes(content: &Content) -> Result<Vec<u8>, AuthError> {
    serde_json::to_vec(content).map_err(|error| AuthError::Unexpected(format!("a mail: {error}")))
}

/// Reads the token of a mailed link, into the form that it is searched by.
///
/// # Errors
/// `LinkInvalid` for what cannot be one.
pub(in crate::service) fn read_token(text: &str) -> Result<HashedToken, AuthError> {
    let token = PlainToken::parse(text).ok_or(AuthError::LinkInvalid)?;
    Ok(hash_token(&token))
}

/// The form of a mailed token that is stored and searched by.
fn hash_token(token: &PlainToken) -> HashedToken {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.bytes()).as_ref());
    HashedToken(hash)
}
