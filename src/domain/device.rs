//! The device of a client, as its headers describe it.

use super::text::{shown, undeceiving};

/// The description of a device in the headers of its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// `X-Device-ID`: chosen by the client, the same at every login.
    pub id: Option<String>,
    /// `X-Device-Name`: for people.
    pub name: Option<String>,
    /// `X-Device-Type`, else `unknown`.
    pub kind: String,
    /// `User-Agent`.
    pub user_agent: Option<String>,
}

/// The maximum length of an `X-Device-ID`.
const MAX_ID: usize = 128;

/// The error for an `X-Device-ID` that no device can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be at most {MAX_ID} printable ASCII characters, without spaces")]
pub struct DeviceIdError;

impl Device {
    const MAX_NAME: usize = 100;
    const MAX_KIND: usize = 32;
    const MAX_USER_AGENT: usize = 512;
    const UNKNOWN: &str = "unknown";

    /// Returns a device that has said nothing about itself.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            id: None,
            name: None,
            kind: Self::UNKNOWN.to_owned(),
            user_agent: None,
        }
    }

    /// Reads the headers of a client. An empty header counts as absent. No name or type is refused, because only people
    /// read them: they are shortened, and lose the characters that cannot be shown. An invalid id is refused, because
    /// the account recognises the device by it.
    pub fn parse(
        id: Option<&str>,
        name: Option<&str>,
        kind: Option<&str>,
        user_agent: Option<&str>,
    ) -> Result<Self, DeviceIdError> {
        let given = |text: Option<&str>| {
            text.map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let id = given(id);
        if id
            .iter()
            .any(|id| id.len() > MAX_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Err(DeviceIdError);
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

    /// Returns the text by which an account recognises the device: its id, or else the `User-Agent` without version numbers,
    /// because an updated browser is still the same device.
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

    /// Returns the name under which the owner sees the device: its own, or else that of its browser.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.name.as_deref().or(self.user_agent.as_deref())
    }

    /// Returns whether both are the same client: by the id if both have one, or else by the browser or app in any version.
    /// This is no proof, only one more thing that the thief of a token must imitate.
    #[must_use]
    pub fn is_same_client(&self, other: &Self) -> bool {
        match (&self.id, &other.id) {
            (Some(id), Some(other_id)) => id == other_id,
            _ => self.product() == other.product(),
        }
    }

    /// Returns the `User-Agent` without versions: they follow a slash (RFC 9110 section 10.1.5), or are the numbers of
    /// operating systems.
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

/// Turns a text into one word of ASCII letters, digits, hyphens and underscores: `Mobile Phone` becomes `mobile-phone`.
fn word(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let is_kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let parts = text
        .split(|c: char| !is_kept(c))
        .filter(|part| !part.is_empty());
    let mut word = parts.collect::<Vec<_>>().join("-");
    word.truncate(Device::MAX_KIND); // ASCII, so every index is a boundary
    word.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop_oneof};

    use super::Device;
    use crate::domain::test_cases::{
        anything, for_accepted, is_one_visible_line, like, names, or_none,
    };

    type Headers = (
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
    );

    fn device_headers() -> impl Strategy<Value = Headers> {
        let kind = prop_oneof![1 => anything(), 9 => like("[A-Za-z0-9_-]{0,33}")];
        let id = prop_oneof![1 => anything(), 1 => like("[ -~]{0,20}"), 8 => like("[!-~]{0,130}")];
        let user_agent = prop_oneof![4 => anything(), 1 => like("(?s).{500,530}")];
        (
            or_none(id),
            or_none(names()),
            or_none(kind),
            or_none(user_agent),
        )
    }

    #[test]
    fn a_valid_device_can_be_shown_and_stays_the_same_client() {
        let parse = |(id, name, kind, user_agent): &Headers| {
            let [id, name, kind, user_agent] = [id, name, kind, user_agent].map(Option::as_deref);
            Device::parse(id, name, kind, user_agent).ok()
        };
        for_accepted(device_headers(), parse, |(.., user_agent), device| {
            if let Some(id) = &device.id {
                assert!((1..=128).contains(&id.len()));
                assert!(id.bytes().all(|byte| byte.is_ascii_graphic()));
            }
            if let Some(name) = &device.name {
                assert!((1..=100).contains(&name.chars().count()));
                assert!(is_one_visible_line(name));
            }
            assert!((1..=32).contains(&device.kind.len()));
            let allowed =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
            assert!(device.kind.chars().all(allowed));
            if let Some(agent) = &device.user_agent {
                assert!((1..=512).contains(&agent.chars().count()));
            }
            let (id, name, kind) = (&device.id, &device.name, Some(device.kind.clone()));
            let again = parse(&(id.clone(), name.clone(), kind, user_agent.clone())).unwrap();
            assert!(again.is_same_client(&device));
            assert_eq!(again, device);
        });
    }
}
