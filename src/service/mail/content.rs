//! Which messages there are, and what each says beside its template.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::{Client, Device, PendingRegistration, Role, without_links};

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
    /// To whoever is invited into an organization, account or not.
    Invitation,
    /// To a member whose role another changed.
    RoleChanged,
    /// To somebody who belonged to an organization.
    MemberRemoved,
    /// To its other owners.
    OrganizationDeleted,
    /// To its other owners.
    OwnerAdded,
}

impl Template {
    pub(super) const ALL: [Self; 16] = [
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
        Self::Invitation,
        Self::RoleChanged,
        Self::MemberRemoved,
        Self::OrganizationDeleted,
        Self::OwnerAdded,
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
            Self::Invitation => "invitation",
            Self::RoleChanged => "role_changed",
            Self::MemberRemoved => "member_removed",
            Self::OrganizationDeleted => "organization_deleted",
            Self::OwnerAdded => "owner_added",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Where the message's link leads; `None` if it has none.
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
            | Self::RefreshTokenReused => Link::SecureAccount,
            Self::RoleChanged
            | Self::MemberRemoved
            | Self::OrganizationDeleted
            | Self::OwnerAdded => return None,
        })
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
    AcceptInvitation,
}

/// What a template is filled with. Stored sealed, so a field may be added, and not renamed.
///
/// Anybody can register with any address, change theirs to it, or invite it, and so has us mail words of theirs to
/// somebody who never asked for that: a username, what a device calls itself, the names of an invitation. Without them
/// the reader could not tell whether it was them. They are few, they hold no link, and limits say how many mails there
/// are (see `Attempt::Register`).
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
    /// The name of the organization that it is about.
    #[serde(default)]
    pub organization: Option<String>,
    /// What an inviter is called.
    #[serde(default)]
    pub inviter: Option<String>,
    /// A role's name.
    #[serde(default)]
    pub role: Option<String>,
    /// The username of another member.
    #[serde(default)]
    pub member: Option<String>,
    /// When what is told of happened, for people.
    #[serde(default)]
    pub at: Option<String>,
}

/// What a notice tells of the request that gave rise to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::service) struct Event {
    /// What the device calls itself; `None` if it does not say.
    pub device: Option<String>,
    /// The IP address; `None` where the reader may be a stranger, whose address somebody mistyped.
    pub address: Option<String>,
    /// For people.
    pub at: String,
}

impl Event {
    /// For the owner of an account.
    pub(in crate::service) fn of(client: &Client, at: DateTime<Utc>) -> Self {
        Self {
            address: Some(client.address.to_string()),
            ..Self::without_address(&client.device, at)
        }
    }

    /// For the owner of an address that nobody has verified yet.
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
    /// The same, and who registered, when and from which device.
    pub(in crate::service) fn about_registration(self, registration: &PendingRegistration) -> Self {
        let event = Event::without_address(&registration.device, registration.registered_at);
        Self {
            username: Some(registration.username.clone()),
            event: Some(event),
            ..self
        }
    }

    /// What to try a template with: all that its messages say, and no more.
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

    /// The same, with nothing that somebody else typed left that a program could show as a link.
    pub(super) fn without_foreign_links(&self) -> Self {
        let defused = |text: &Option<String>| text.as_deref().map(without_links);
        Self {
            // Ours.
            language: self.language.clone(),
            link: self.link.clone(),
            expires_at: self.expires_at.clone(),
            role: self.role.clone(),
            at: self.at.clone(),
            // Theirs.
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
        }
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
