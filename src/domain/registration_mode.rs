//! The people who may register.

use std::fmt;
use std::str::FromStr;

/// The people who may register.
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
    /// Writes the value of the setting.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Closed => "closed",
        })
    }
}

/// The error for a text that names no registration mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be open, invitation or closed")]
pub struct RegistrationModeError;

impl FromStr for RegistrationMode {
    type Err = RegistrationModeError;

    fn from_str(text: &str) -> Result<Self, RegistrationModeError> {
        match text.to_ascii_lowercase().as_str() {
            "open" => Ok(Self::Open),
            "invitation" => Ok(Self::Invitation),
            "closed" => Ok(Self::Closed),
            _ => Err(RegistrationModeError),
        }
    }
}
