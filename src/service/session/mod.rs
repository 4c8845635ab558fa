//! Sessions: how they begin, go on and end, and who calls in them.
//!
//! `login` begins one, once `credentials` has found the account that somebody names; `refresh` exchanges its tokens, and
//! `switch_organization` changes the organization that it acts for. `authenticate` finds out who calls, and `receipts`
//! what the call tells of the session's refresh tokens. `anomaly` handles sessions that are not as a token says. `end`
//! ends sessions, `list` reads them.

pub mod anomaly;
pub mod authenticate;
pub mod credentials;
pub mod end;
pub mod list;
pub mod login;
pub mod receipts;
pub mod refresh;
pub mod switch_organization;

use std::sync::Arc;

pub use self::end::Revoke;
pub use self::login::Login;
pub use self::refresh::Refreshed;
pub use self::switch_organization::Switched;
use crate::domain::SessionTtl;
use crate::platform::clock::Clock;
use crate::platform::random::Random;
use crate::service::account::notice::Notices;
use crate::service::audit::SecurityEvents;
use crate::service::limits::Limits;
use crate::service::password::Passwords;
use crate::service::token::Tokens;
use crate::store::Store;

/// The rules about sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) passwords: Passwords,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) notices: Notices,
    pub(crate) limits: Limits,
    pub(crate) events: SecurityEvents,
    pub(crate) ttl: SessionTtl,
    /// Whether nobody may learn that an address has an account: then a login that would tell an
    /// account from one that only looks like it must wait for the proof of its address.
    pub(crate) conceal_accounts: bool,
}
