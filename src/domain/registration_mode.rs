//! Who may register.

use std::fmt;
use std::str::FromStr;

/// Who may register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationMode {
    /// Everybody.
    #[default]
    Open,
    /// Those with an invitation to an organization.
    Invitation,
    /// Nobody.
    Closed,
}

impl fmt::Display for RegistrationMode {
    /// As the setting has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Closed => "closed",
        })
    }
}

impl FromStr for RegistrationMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "open" => Ok(Self::Open),
            "invitation" => Ok(Self::Invitation),
            "closed" => Ok(Self::Closed),
            _ => Err("must be open, invitation or closed".to_owned()),
        }
    }
}
