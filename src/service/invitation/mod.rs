//! Invitations into organizations. `invite` makes and mails one, `answer` accepts or declines it, `revoke` withdraws it, and
//! `read` shows those that a user may see.

pub mod answer;
pub mod invite;
pub mod read;
pub mod revoke;

use chrono::TimeDelta;

pub use self::answer::Invite;
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::audit::SecurityEvents;
use crate::service::limits::Limits;
use crate::service::mail::Mail;
use crate::service::organization::mail::Letters;
use crate::store::Store;

/// The rules about invitations. Cheap to clone.
#[derive(Clone)]
pub struct Invitations {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) mail: Mail,
    pub(crate) letters: Letters,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    /// The time for which an invitation waits for its answer.
    pub(crate) ttl: TimeDelta,
}
