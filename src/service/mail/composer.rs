//! Composing a message: its link, its words, its seal.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use super::content::{Content, Link, Template, moment};
use super::outgoing_email::OutgoingEmail;
use super::sender::Sender;
use super::templates::Templates;
use crate::domain::{Client, HashedToken, Id, PlainToken, TokenKind};
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::error::AuthError;
use crate::service::token::{Seal, SecretKeys, hash_token};
use crate::store::{CapturedLink, Message, NewLink, NewMessage, QueuedEmail};

/// The sender of mail, its links and how long it is tried.
#[derive(Clone, Debug)]
pub struct MailOptions {
    pub from: Sender,
    pub links: Links,
    /// Without a mail server: keep each message, and print its link to the log, so that a newcomer
    /// can go on.
    pub capture: bool,
    /// The time for which a message is tried before it is given up.
    pub retry_for: TimeDelta,
}

/// The target of each link.
#[derive(Clone, Debug)]
pub struct Links {
    pub verify_email: LinkTarget,
    /// OWASP's Forgot Password Cheat Sheet asks for a short life.
    pub reset_password: LinkTarget,
    pub confirm_email_change: LinkTarget,
    pub secure_account: LinkTarget,
    pub accept_invitation: LinkTarget,
}

/// The page that a link leads to, and the life of the link.
#[derive(Clone, Debug)]
pub struct LinkTarget {
    /// The URL, with `{token}` in its fragment: a fragment reaches no access log and no Referer.
    pub url: String,
    pub ttl: TimeDelta,
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
            seal: Seal::new(secrets, "latchkey outbox v1", random.clone())?,
            clock,
            random,
            written: Arc::new(Notify::new()),
        })
    }

    /// The language to write in to this client's user from now on; `None` if the client names none that we write.
    pub(in crate::service) fn language(&self, client: &Client) -> Option<&str> {
        self.templates.known_language(&client.languages)
    }

    /// Composes a link and the message that carries it to this client. `content` says everything else.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn compose_link(
        &self,
        template: Template,
        client: &Client,
        content: Content,
    ) -> Result<NewLink, AuthError> {
        let missing = || AuthError::Unexpected(format!("{template:?} has no link"));
        let target = self.target(template.link().ok_or_else(missing)?);
        let created_at = self.clock.now();
        let expires_at = created_at + target.ttl;
        let token = PlainToken::new(TokenKind::Mailed, self.random.bytes());
        let link = target.url.replace("{token}", &token.reveal());
        let content = Content {
            language: self.language_of(client),
            expires_at: Some(moment(expires_at)),
            link: Some(link.clone()),
            ..content
        };
        let mut message = self.seal(template, &content, created_at)?;
        message.captured_link = self.options.capture.then_some(CapturedLink(link));
        Ok(NewLink {
            token: hash_token(&token),
            message,
            created_at,
            expires_at,
        })
    }

    /// Composes a message without a link to this client. `content` says everything but the time.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(in crate::service) fn compose_unlinked(
        &self,
        template: Template,
        client: &Client,
        content: Content,
    ) -> Result<NewMessage, AuthError> {
        let now = self.clock.now();
        let content = Content {
            language: self.language_of(client),
            at: Some(moment(now)),
            ..content
        };
        self.seal(template, &content, now)
    }

    fn language_of(&self, client: &Client) -> String {
        self.templates.language(&client.languages).to_owned()
    }

    fn seal(
        &self,
        template: Template,
        content: &Content,
        now: DateTime<Utc>,
    ) -> Result<NewMessage, AuthError> {
        let id = Id::new(self.random.id(now));
        Ok(NewMessage {
            id,
            template: template.name(),
            captured_link: None,
            sealed: self.seal.close(id.uuid().as_bytes(), to_bytes(content)?)?,
            created_at: now,
            due_at: (!self.options.capture).then_some(now),
            give_up_at: now + self.options.retry_for,
        })
    }

    fn target(&self, link: Link) -> &LinkTarget {
        let links = &self.options.links;
        match link {
            Link::VerifyEmail => &links.verify_email,
            Link::ResetPassword => &links.reset_password,
            Link::ConfirmEmailChange => &links.confirm_email_change,
            Link::SecureAccount => &links.secure_account,
            Link::AcceptInvitation => &links.accept_invitation,
        }
    }

    /// Wakes the delivery of messages that are committed. Captured mail shows its link in the log: the only secret that
    /// the log ever holds, and only where the service listens on loopback.
    pub(in crate::service) fn publish(&self, written: &[QueuedEmail]) {
        if !self.options.capture {
            // Each wakes a worker, so that a slow mail server delays none of the others.
            for _ in written {
                self.written.notify_one();
            }
            return;
        }
        for email in written {
            let (to, template) = (&email.recipient, email.template);
            match &email.captured_link {
                Some(CapturedLink(link)) => {
                    tracing::info!(target: "latchkey::mail", to, template, "captured mail; its link: {link}");
                }
                None => {
                    tracing::info!(target: "latchkey::mail", to, template, "captured mail without a link");
                }
            }
        }
    }

    /// Reads a message of the outbox and writes it as an email.
    pub(super) fn outgoing_email(&self, message: &Message) -> Result<OutgoingEmail, Unreadable> {
        let name = &message.template;
        let template = Template::parse(name).ok_or_else(|| {
            Unreadable::Unknown(format!("this version knows no message {name:?}"))
        })?;
        let mut content = self.open(message)?;
        if let Some(language) = &message.language {
            content.language.clone_from(language);
        }
        let rendered = self.templates.render(template, &content);
        Ok(OutgoingEmail {
            id: message.id,
            from: self.options.from.clone(),
            to: message.recipient.clone(),
            date: message.created_at,
            rendered: rendered.map_err(|error| Unreadable::Unknown(error.to_string()))?,
        })
    }

    fn open(&self, message: &Message) -> Result<Content, Unreadable> {
        let bytes = self
            .seal
            .open(message.id.uuid().as_bytes(), &message.sealed);
        serde_json::from_slice(&bytes.ok_or(Unreadable::Sealed)?)
            .map_err(|error| Unreadable::Unknown(error.to_string()))
    }

    /// Returns the part of a message that may be kept once it is sent: all but its secrets, sealed anew.
    ///
    /// # Errors
    /// `Unexpected` when it cannot be sealed.
    pub(super) fn redacted(&self, message: &Message) -> Result<Vec<u8>, AuthError> {
        let content = self.open(message);
        let content =
            content.map_err(|_| AuthError::Unexpected("a mail's seal broke".to_owned()))?;
        let content = to_bytes(&content.without_secrets())?;
        self.seal.close(message.id.uuid().as_bytes(), content)
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
    let token = PlainToken::parse(TokenKind::Mailed, text).ok_or(AuthError::LinkInvalid)?;
    Ok(hash_token(&token))
}
