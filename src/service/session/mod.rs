//! Sessions: login, refresh, authentication and end.
//!
//! `login` makes a session, after `credentials` has found the account; `refresh` exchanges its tokens, and
//! `switch_organization` changes its active organization. `authenticate` finds the caller of a request, and `receipts`
//! records what the access token shows about the session's refresh tokens. `anomaly` handles sessions that contradict a
//! token. `end` ends sessions, and `list` reads them.

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

pub use self::end::{LoggedOut, LogoutScope};
pub use self::login::Login;
pub use self::refresh::Refreshed;
pub use self::switch_organization::Switched;
use crate::domain::SessionTtl;
use crate::service::core::Core;
use crate::service::password::Passwords;
use crate::service::token::Tokens;

/// The rules about sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    core: Arc<Core>,
    passwords: Passwords,
    tokens: Arc<Tokens>,
    ttl: SessionTtl,
}

impl Sessions {
    #[must_use]
    pub fn new(core: Arc<Core>, passwords: Passwords, tokens: Tokens, ttl: SessionTtl) -> Self {
        Self {
            core,
            passwords,
            tokens: Arc::new(tokens),
            ttl,
        }
    }
}
