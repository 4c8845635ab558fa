//! The name of the service in mails and on pages.

use std::str::FromStr;

use super::text::{VisibleLineError, visible_line};

/// The name of the service: 1 to 60 characters of any script, on one line, because it stands in the headers of mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductName(String);

impl FromStr for ProductName {
    type Err = VisibleLineError;

    fn from_str(text: &str) -> Result<Self, VisibleLineError> {
        visible_line(text, 60).map(Self)
    }
}

impl ProductName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
