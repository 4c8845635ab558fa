//! The objects of the API that have an id.

use strum::{EnumString, IntoStaticStr};

/// A kind of object that has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum NodeKind {
    User,
    Organization,
    Session,
    Membership,
    Invitation,
}

impl NodeKind {
    /// Returns the name of the kind in the API, in the database, in tokens and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
