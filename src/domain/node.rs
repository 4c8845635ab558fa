//! Objects that have an id.

use super::words::words;

words! {
    /// A kind of object that has an id.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum NodeKind {
        User = "USER",
        Organization = "ORGANIZATION",
        Session = "SESSION",
        Membership = "MEMBERSHIP",
        Invitation = "INVITATION",
    }
}
