//! The ids of records. Each kind of record has its own type of id, so that the compiler refuses the id of a session where
//! the id of a user belongs.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id of a record: a UUIDv7, so that ids sort by the time of their creation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<Kind>(Uuid, PhantomData<Kind>);

pub type ChallengeId = Id<kind::Challenge>;
pub type EmailVerificationId = Id<kind::EmailVerification>;
pub type InvitationId = Id<kind::Invitation>;
pub type MembershipId = Id<kind::Membership>;
pub type MessageId = Id<kind::Message>;
pub type NoticeId = Id<kind::Notice>;
pub type OrganizationId = Id<kind::Organization>;
pub type PasskeyId = Id<kind::Passkey>;
pub type SecurityEventId = Id<kind::SecurityEvent>;
pub type SessionId = Id<kind::Session>;
pub type UserId = Id<kind::User>;

/// The kinds of records, which tell the types of ids apart. They have no values.
pub mod kind {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Challenge {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum EmailVerification {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Invitation {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Membership {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Message {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Notice {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Organization {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Passkey {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum SecurityEvent {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Session {}

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum User {}
}

impl<Kind> Id<Kind> {
    /// The first id in order. No record has it.
    pub const NIL: Self = Self::new(Uuid::nil());
    /// The last id in order. No record has it.
    pub const MAX: Self = Self::new(Uuid::max());

    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    #[must_use]
    pub const fn uuid(&self) -> Uuid {
        self.0
    }
}

impl<Kind> FromStr for Id<Kind> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self::new)
    }
}

impl<Kind> fmt::Display for Id<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<Kind> fmt::Debug for Id<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
