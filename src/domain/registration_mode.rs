//! Who may register.

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
