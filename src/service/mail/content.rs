//! The kinds of messages, and the content with which their templates are filled.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::{Client, Device, PendingRegistration, Role, without_links};

/// The kind of a message. Its name is that of its template, and is stored in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub(in crate::service) enum Template {
    /// To a new user, to verify the address.
    VerifyEmail,
    /// To the owner of an account, whose address somebody tried to register or to change to.
    AccountExists,
    ResetPassword,
    /// To a user who answered a notice with "this was not me".
    AccountSecured,
    /// To a new address, to verify it.
    ConfirmEmailChange,
    /// To the old address, before the change.
    EmailChangeRequested,
    /// To the old address, after it.
    EmailChanged,
    PasswordChanged,
    PasswordReset,
    NewDevice,
    RefreshTokenReused,
    /// To a user who set up an authenticator app.
    TotpAdded,
    TotpRemoved,
    RecoveryCodesRenewed,
    RecoveryCodeUsed,
    PasskeyAdded,
    PasskeyRemoved,
    /// To a user whose account had no password.
    PasswordSet,
    PasswordRemoved,
    /// To a user whose password somebody gave, with a wrong second factor.
    SecondFactorRefused,
    /// To a person who is invited to an organization, with or without an account.
    Invitation,
    /// To a member whose role somebody else changed.
    RoleChanged,
    /// To a former member of an organization.
    MemberRemoved,
    /// To the other owners of the organization.
    OrganizationDeleted,
    /// To the other owners of the organization.
    OwnerAdded,
}

impl Template {
    pub(super) const ALL: &'static [Self] = Self::VARIANTS;

    pub(super) fn name(self) -> &'static str {
        self.into()
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Returns the target of the message's link; `None` if it has no link.
    pub(in crate::service) fn link(self) -> Option<Link> {
        Some(match self {
            Self::VerifyEmail => Link::VerifyEmail,
            Self::AccountExists | Self::ResetPassword | Self::AccountSecured => Link::ResetPassword,
            Self::ConfirmEmailChange => Link::ConfirmEmailChange,
            Self::Invitation => Link::AcceptInvitation,
            Self::EmailChangeRequested
            | Self::EmailChanged
            | Self::PasswordChanged
            | Self::PasswordReset
            | Self::NewDevice
            | Self::RefreshTokenReused
            | Self::TotpAdded
            | Self::TotpRemoved
            | Self::RecoveryCodesRenewed
            | Self::RecoveryCodeUsed
            | Self::PasskeyAdded
            | Self::PasskeyRemoved
            | Self::PasswordSet
            | Self::PasswordRemoved
            | Self::SecondFactorRefused => Link::SecureAccount,
            Self::RoleChanged
            | Self::MemberRemoved
            | Self::OrganizationDeleted
            | Self::OwnerAdded => return None,
        })
    }
}

/// The target of a mailed link. Each has its own URL in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Link {
    VerifyEmail,
    ResetPassword,
    ConfirmEmailChange,
    /// The page behind "this was not me".
    SecureAccount,
    AcceptInvitation,
}

/// The content with which a template is filled. It is stored encrypted, so fields may be added but not renamed.
///
/// Anybody can register with any address, change theirs to it, or invite it, so a mail can carry words of a stranger to
/// a person who never asked for them: a username, the name of a device, the names in an invitation. Without them,
/// readers could not tell whether it was them. The words are short, contain no link, and rate limits bound the number
/// of mails (see `RateLimitedAction::Register`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::service) struct Content {
    /// The language of the template, such as `en`.
    #[serde(default = "english")]
    pub language: String,
    /// The link with its secret. `None` once the message is sent.
    pub link: Option<String>,
    /// The time at which the link expires, for people.
    #[serde(default)]
    pub expires_at: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    /// The new address, in messages about a change of address.
    #[serde(default)]
    pub new_email: Option<String>,
    /// The device, the address and the time of an event.
    #[serde(default)]
    pub event: Option<Event>,
    /// The name of the organization.
    #[serde(default)]
    pub organization: Option<String>,
    /// The name of the inviter.
    #[serde(default)]
    pub inviter: Option<String>,
    /// A role's name.
    #[serde(default)]
    pub role: Option<String>,
    /// The username of another member.
    #[serde(default)]
    pub member: Option<String>,
    /// The number of recovery codes that are left.
    #[serde(default)]
    pub codes_left: Option<u64>,
    /// The name of a passkey.
    #[serde(default)]
    pub passkey_name: Option<String>,
    /// The time of the event, for people.
    #[serde(default)]
    pub at: Option<String>,
}

/// The request that caused a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::service) struct Event {
    /// The name of the device; `None` if it gives none.
    pub device: Option<String>,
    /// The IP address; `None` if the reader may be a stranger whose address somebody mistyped.
    pub address: Option<String>,
    /// The time, for people.
    pub at: String,
}

impl Event {
    /// Returns the event for the owner of an account.
    pub(in crate::service) fn of(client: &Client, at: DateTime<Utc>) -> Self {
        Self {
            address: Some(client.address.to_string()),
            ..Self::without_address(&client.device, at)
        }
    }

    /// Returns the event for the owner of an address that is not verified yet.
    pub(in crate::service) fn without_address(device: &Device, at: DateTime<Utc>) -> Self {
        const MAX_CHARS: usize = 100;
        let label = device.label();
        Self {
            device: label.map(|label| label.chars().take(MAX_CHARS).collect()),
            address: None,
            at: moment(at),
        }
    }
}

impl Content {
    /// Describes a registration: who made it, when and from which device.
    pub(in crate::service) fn of_registration(registration: &PendingRegistration) -> Self {
        let event = Event::without_address(&registration.device, registration.registered_at);
        Self {
            username: Some(registration.username.clone()),
            event: Some(event),
            ..Self::default()
        }
    }

    /// Returns contents to test a template with: exactly the fields that its messages have.
    pub(super) fn samples(template: Template, language: &str) -> Vec<Self> {
        let is_notice = template.link() == Some(Link::SecureAccount);
        let is_to_unverified = matches!(
            template,
            Template::VerifyEmail | Template::ConfirmEmailChange
        );
        let is_invitation = template == Template::Invitation;
        let is_letter = template.link().is_none();
        let text = |stands: bool, text: &str| stands.then(|| text.to_owned());
        let names_address = matches!(
            template,
            Template::EmailChangeRequested | Template::EmailChanged
        );
        let is_about_codes = matches!(
            template,
            Template::RecoveryCodesRenewed | Template::RecoveryCodeUsed
        );
        let event = |device: Option<&str>| {
            (is_notice || is_to_unverified).then(|| Event {
                device: device.map(str::to_owned),
                address: text(is_notice, "192.0.2.1"),
                at: "2026-06-01 12:00 UTC".to_owned(),
            })
        };
        let full = Self {
            language: language.to_owned(),
            link: text(!is_letter, "https://example.com/#token=lkm_example"),
            expires_at: text(!is_letter, "2026-06-02 12:00 UTC"),
            username: text(is_notice || is_to_unverified || is_letter, "ada"),
            new_email: text(names_address, "ada@example.com"),
            event: event(Some("Ada's laptop")),
            organization: text(is_invitation || is_letter, "Analytical Engines"),
            inviter: text(is_invitation, "Charles"),
            role: text(is_invitation || template == Template::RoleChanged, "ADMIN"),
            member: text(template == Template::OwnerAdded, "charles"),
            codes_left: is_about_codes.then_some(3),
            passkey_name: text(template == Template::PasskeyAdded, "iCloud Keychain"),
            at: text(is_letter, "2026-06-01 12:00 UTC"),
        };
        let sparse = Self {
            event: event(None),
            ..full.clone().without_secrets()
        };
        let mut samples = vec![full.clone(), sparse];
        if full.role.is_some() {
            samples.extend(Role::ALL.map(|role| Self {
                role: Some(role.as_str().to_owned()),
                ..full.clone()
            }));
        }
        samples
    }

    /// Returns the content in which no text that a stranger typed can be shown as a link.
    pub(super) fn without_foreign_links(&self) -> Self {
        let defused = |text: &Option<String>| text.as_deref().map(without_links);
        Self {
            // Texts of the service.
            language: self.language.clone(),
            link: self.link.clone(),
            expires_at: self.expires_at.clone(),
            role: self.role.clone(),
            codes_left: self.codes_left,
            at: self.at.clone(),
            // Texts of users.
            username: defused(&self.username),
            new_email: defused(&self.new_email),
            event: self.event.as_ref().map(|event| Event {
                device: defused(&event.device),
                address: event.address.clone(),
                at: event.at.clone(),
            }),
            organization: defused(&self.organization),
            inviter: defused(&self.inviter),
            member: defused(&self.member),
            passkey_name: defused(&self.passkey_name),
        }
    }

    /// Returns the part of the content that may be kept once the message is sent.
    pub(super) fn without_secrets(self) -> Self {
        Self { link: None, ..self }
    }
}

/// Formats a time in a way that is unambiguous in every language.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn english() -> String {
    "en".to_owned()
}
