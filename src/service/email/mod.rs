//! The email address of an account: its verification, and its change.
//!
//! `verify` mails links that verify an address and uses them up, `change` does so for a further address, and `correct`
//! replaces an address that was never verified.

pub mod change;
pub mod correct;
pub mod verify;

use chrono::{DateTime, TimeDelta, Utc};

use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::account::notice::Notices;
use crate::service::audit::SecurityEvents;
use crate::service::limits::Limits;
use crate::service::mail::Mail;
use crate::service::password::Passwords;
use crate::service::password::reset_link::PasswordResets;
use crate::store::Store;

/// The rules about addresses. Cheap to clone.
#[derive(Clone)]
pub struct EmailAddresses {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) mail: Mail,
    pub(crate) notices: Notices,
    pub(crate) resets: PasswordResets,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) options: EmailOptions,
}

/// The settings of addresses: how long links work, and whether it is told that an address is taken.
#[derive(Clone, Copy, Debug)]
pub struct EmailOptions {
    /// The life of a link that verifies a new user's address.
    pub verification_ttl: TimeDelta,
    /// The life of a link that confirms another address.
    pub change_ttl: TimeDelta,
    /// How long a registration that never verifies its address keeps it from others.
    pub unverified_ttl: TimeDelta,
    /// Whether nobody may learn that an address has an account.
    pub conceal_accounts: bool,
}

impl EmailOptions {
    /// Returns the moment before which a registration that is still unverified makes way for another.
    pub(in crate::service) fn unverified_before(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.unverified_ttl
    }
}
