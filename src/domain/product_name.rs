//! What the service calls itself before people.

use std::str::FromStr;

use super::text::visible_line;

/// 1 to 60 characters of any script, in one line: it stands in the headers of mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductName(String);

impl FromStr for ProductName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        visible_line(text, 60).map(Self)
    }
}

impl ProductName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
