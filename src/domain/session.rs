//! A signed-in device: how long it lives, and how it ends.

use chrono::{DateTime, TimeDelta, Utc};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use super::text::{shown, undeceiving};

/// A signed-in device of a user, as it is stored.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: Uuid,
    pub user_id: Uuid,
    /// Counts the refresh tokens of this session, from 1. Only the newest one rotates.
    pub generation: i64,
    /// When `generation` was reached.
    pub rotated_at: DateTime<Utc>,
    /// When a token of this generation was first shown to us, which proves that the client received
    /// it; `None` until then.
    pub received_at: Option<DateTime<Utc>>,
    /// When `generation` was last handed out again so late that the answer before must have been lost.
    pub replayed_at: Option<DateTime<Utc>>,
    /// The device at login, or at the latest rotation.
    pub device: Device,
    /// The client's address at login, or at the latest rotation.
    pub ip_address: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    /// When the session ends unless it is refreshed before. Never after `ends_at`.
    pub expires_at: DateTime<Utc>,
    /// When the session ends however often it is refreshed.
    pub ends_at: DateTime<Utc>,
    /// Set when somebody or something ended the session before its time.
    pub ended: Option<SessionEnd>,
    /// The organization that its access tokens act for, as long as its user belongs to that.
    pub organization_id: Option<Uuid>,
}

/// What a client tells about itself in its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// `X-Device-ID`: chosen by the client, stable over logins.
    pub id: Option<String>,
    /// `X-Device-Name`: for people.
    pub name: Option<String>,
    /// `X-Device-Type`, else `unknown`.
    pub kind: String,
    /// `User-Agent`.
    pub user_agent: Option<String>,
}

impl Device {
    const MAX_ID: usize = 128;
    const MAX_NAME: usize = 100;
    const MAX_KIND: usize = 32;
    const MAX_USER_AGENT: usize = 512;
    const UNKNOWN: &str = "unknown";

    /// One of which nothing is told.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            id: None,
            name: None,
            kind: Self::UNKNOWN.to_owned(),
            user_agent: None,
        }
    }

    /// Reads what a client says of itself; an empty text is as good as none. The name and the type are there for people to
    /// read, and nobody is refused for them: they are cut, and what is not fit to be shown is left out.
    ///
    /// # Errors
    /// Says what is wrong with the id, by which the account knows the device again.
    pub fn parse(
        id: Option<&str>,
        name: Option<&str>,
        kind: Option<&str>,
        user_agent: Option<&str>,
    ) -> Result<Self, String> {
        let given = |text: Option<&str>| {
            text.map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let id = given(id);
        if id
            .iter()
            .any(|id| id.len() > Self::MAX_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Err(format!(
                "must be at most {} printable ASCII characters, without spaces",
                Self::MAX_ID
            ));
        }
        let name = name.and_then(|name| shown(name, Self::MAX_NAME));
        let kind = kind.map(word).unwrap_or_default();
        let kind = if kind.is_empty() {
            Self::UNKNOWN.to_owned()
        } else {
            kind
        };
        let user_agent = user_agent.map(|text| undeceiving(text, Self::MAX_USER_AGENT));
        let user_agent = given(user_agent.as_deref());
        Ok(Self {
            id,
            name,
            kind,
            user_agent,
        })
    }

    /// By what an account knows a device again: the id that it chose, or else what its browser says
    /// of itself, without version numbers, since an update does not make another device of it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        match (&self.id, &self.user_agent) {
            (Some(id), _) => format!("id:{id}"),
            (None, user_agent) => {
                let agent = user_agent.as_deref().unwrap_or_default();
                let version = |c: char| c.is_ascii_digit() || c == '.';
                format!("ua:{}", agent.replace(version, ""))
            }
        }
    }

    /// How to call the device before its owner: by its own name, or by its browser's.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.name.as_deref().or(self.user_agent.as_deref())
    }

    /// Tells whether the headers are those of the same client: by the id if both have one, else by the
    /// browser or app, in whatever version. Not a proof, only one more thing that a thief of a token
    /// must get right.
    #[must_use]
    pub fn is_same_client(&self, other: &Self) -> bool {
        match (&self.id, &other.id) {
            (Some(id), Some(other_id)) => id == other_id,
            _ => self.product() == other.product(),
        }
    }

    /// The `User-Agent` without versions: without what follows a slash (RFC 9110 section 10.1.5), and
    /// without numbers, which the versions of systems are.
    fn product(&self) -> String {
        let agent = self.user_agent.as_deref().unwrap_or_default();
        let mut is_version = false;
        let is_product = |c: &char| {
            is_version = match c {
                '/' => true,
                ' ' | ';' | '(' | ')' | ',' => false,
                _ => is_version,
            };
            !is_version && !c.is_ascii_digit() && !matches!(c, '.' | '_')
        };
        agent.chars().filter(is_product).collect()
    }
}

/// That a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    pub at: DateTime<Utc>,
    pub reason: EndReason,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum EndReason {
    Logout,
    LogoutAll,
    Revoked,
    PasswordChanged,
    PasswordReset,
    RefreshTokenReused,
    Idle,
    Expired,
    AccountDeleted,
    AccountSecured,
    Lost,
}

impl EndReason {
    /// The name of it in the API, in the database, in tokens and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Whether a session can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    Active,
    Expired,
    Revoked,
}

/// How long sessions live.
#[derive(Clone, Copy, Debug)]
pub struct SessionTtl {
    /// Without a refresh.
    pub idle: TimeDelta,
    /// In all.
    pub absolute: TimeDelta,
    /// On record, after its end.
    pub retention: TimeDelta,
}

/// One word of ASCII letters, digits, hyphens and underscores: `Mobile Phone` becomes `mobile-phone`.
fn word(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let is_kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let parts = text
        .split(|c: char| !is_kept(c))
        .filter(|it| !it.is_empty());
    let mut word = parts.collect::<Vec<_>>().join("-");
    word.truncate(Device::MAX_KIND); // ASCII, so every index is a boundary
    word.trim_matches('-').to_owned()
}

impl SessionTtl {
    /// The two deadlines of a session that begins now: unless refreshed, and in any case.
    #[must_use]
    pub fn of_new(&self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let ends_at = now + self.absolute;
        ((now + self.idle).min(ends_at), ends_at)
    }

    /// Tells whether a session with this id would still be on record, however early it ended. Its id
    /// is a `UUIDv7`, which has the time of the login.
    #[must_use]
    pub fn is_on_record(&self, id: Uuid, now: DateTime<Utc>) -> bool {
        let millis = (id.as_u128() >> 80).try_into().ok();
        let made_at = millis.and_then(DateTime::from_timestamp_millis);
        made_at.is_some_and(|made_at| now - made_at < self.retention)
    }
}

impl Session {
    /// When and why the session is over at this moment; `None` while it lives.
    #[must_use]
    pub fn end(&self, now: DateTime<Utc>) -> Option<SessionEnd> {
        if self.ended.is_some() {
            return self.ended;
        }
        (self.expires_at <= now).then(|| SessionEnd {
            at: self.expires_at,
            reason: if self.expires_at == self.ends_at {
                EndReason::Expired
            } else {
                EndReason::Idle
            },
        })
    }

    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> SessionStatus {
        match self.end(now).map(|end| end.reason) {
            None => SessionStatus::Active,
            Some(EndReason::Idle | EndReason::Expired) => SessionStatus::Expired,
            Some(_) => SessionStatus::Revoked,
        }
    }
}
