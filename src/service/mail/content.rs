//! Which messages there are, and what each says beside its template.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::Client;

/// Which message it is. Its name is that of its template, and stands in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Template {
    /// To a new user: prove that the address is yours.
    VerifyEmail,
    /// To somebody with an account, whose address was used to register or change to.
    AccountExists,
    ResetPassword,
    /// To whoever said "this was not me".
    AccountSecured,
    /// To a new address: prove that it is yours.
    ConfirmEmailChange,
    /// To the old address, before the change.
    EmailChangeRequested,
    /// To the old address, after it.
    EmailChanged,
    PasswordChanged,
    PasswordReset,
    NewDevice,
    RefreshTokenReused,
}

impl Template {
    pub(super) const ALL: [Self; 11] = [
        Self::VerifyEmail,
        Self::AccountExists,
        Self::ResetPassword,
        Self::AccountSecured,
        Self::ConfirmEmailChange,
        Self::EmailChangeRequested,
        Self::EmailChanged,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::NewDevice,
        Self::RefreshTokenReused,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::AccountExists => "account_exists",
            Self::ResetPassword => "reset_password",
            Self::AccountSecured => "account_secured",
            Self::ConfirmEmailChange => "confirm_email_change",
            Self::EmailChangeRequested => "email_change_requested",
            Self::EmailChanged => "email_changed",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::NewDevice => "new_device",
            Self::RefreshTokenReused => "refresh_token_reused",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Where the message's link leads.
    pub(in crate::service) fn link(self) -> Link {
        match self {
            Self::VerifyEmail => Link::VerifyEmail,
            Self::AccountExists | Self::ResetPassword | Self::AccountSecured => Link::ResetPassword,
            Self::ConfirmEmailChange => Link::ConfirmEmailChange,
            Self::EmailChangeRequested
            | Self::EmailChanged
            | Self::PasswordChanged
            | Self::PasswordReset
            | Self::NewDevice
            | Self::RefreshTokenReused => Link::SecureAccount,
        }
    }
}

/// What a mailed link is for. Each has a URL of its own in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Link {
    VerifyEmail,
    ResetPassword,
    ConfirmEmailChange,
    /// "This was not me."
    SecureAccount,
}

/// What a template is filled with. Stored sealed, so a field may be added, and not renamed.
///
/// Usernames appear in notices alone, which go to proved addresses: anybody can register with any
/// address, and must not have us mail words of theirs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::service) struct Content {
    /// Which language's template to take, such as `en`.
    #[serde(default = "english")]
    pub language: String,
    /// The secret. `None` once the message is sent.
    pub link: Option<String>,
    /// Until when the link works, for people.
    #[serde(default)]
    pub expires_at: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    /// Of a change of address.
    #[serde(default)]
    pub new_email: Option<String>,
    /// What happened where and when.
    #[serde(default)]
    pub event: Option<Event>,
}

/// What a notice tells of the request that gave rise to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::service) struct Event {
    /// What the device calls itself; `None` if it does not say.
    pub device: Option<String>,
    pub address: String,
    /// For people.
    pub at: String,
}

impl Event {
    pub(in crate::service) fn of(client: &Client, at: DateTime<Utc>) -> Self {
        const MAX_CHARS: usize = 100;
        let label = client.device.label();
        Self {
            device: label.map(|label| label.chars().take(MAX_CHARS).collect()),
            address: client.address.to_string(),
            at: moment(at),
        }
    }
}

impl Content {
    /// What to try a template with: all that its messages say, and no more.
    pub(super) fn samples(template: Template, language: &str) -> Vec<Self> {
        let is_notice = template.link() == Link::SecureAccount;
        let names_address = matches!(
            template,
            Template::EmailChangeRequested | Template::EmailChanged
        );
        let event = |device: Option<&str>| Event {
            device: device.map(str::to_owned),
            address: "192.0.2.1".to_owned(),
            at: "2026-06-01 12:00 UTC".to_owned(),
        };
        let full = Self {
            language: language.to_owned(),
            link: Some("https://example.com/#token=lkm_example".to_owned()),
            expires_at: Some("2026-06-02 12:00 UTC".to_owned()),
            username: is_notice.then(|| "ada".to_owned()),
            new_email: names_address.then(|| "ada@example.com".to_owned()),
            event: is_notice.then(|| event(Some("Ada's laptop"))),
        };
        let sparse = Self {
            event: is_notice.then(|| event(None)),
            ..full.clone().without_secrets()
        };
        vec![full, sparse]
    }

    /// What may be kept of a message that was sent.
    pub(super) fn without_secrets(self) -> Self {
        Self { link: None, ..self }
    }
}

/// The same in every language, and unmistakable.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn english() -> String {
    "en".to_owned()
}
