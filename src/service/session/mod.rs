//! Sessions: login, refresh, authentication and end.
//!
//! `login` checks a password, after `credentials` has found the account, `complete_login` a second factor, and `passkey_login`
//! a passkey. Every way to sign in ends in `sign_in`, which alone makes sessions. `freshness` asks for a recent proof of who
//! the user is, and `reauthenticate` gives it. `refresh` exchanges its tokens, and `switch_organization` changes its active
//! organization. `authenticate` finds the caller of a request, and `receipts` records what the access token shows about the
//! session's refresh tokens. `anomaly` handles sessions that contradict a token. `end` ends sessions, and `list` reads them.

pub mod anomaly;
pub mod authenticate;
pub mod complete_login;
pub mod credentials;
pub mod end;
pub mod freshness;
pub mod list;
pub mod login;
pub mod passkey_login;
pub mod reauthenticate;
pub mod receipts;
pub mod refresh;
pub mod sign_in;
pub mod switch_organization;

use std::sync::Arc;

pub use self::end::{LoggedOut, LogoutScope};
pub use self::reauthenticate::{Proof, Reauthenticated, StartedReauthentication};
pub use self::refresh::Refreshed;
pub use self::sign_in::Login;
pub use self::switch_organization::Switched;
use crate::service::core::Core;
use crate::service::passkey::Passkeys;
use crate::service::password::Passwords;
use crate::service::second_factor::SecondFactors;
use crate::service::token::Tokens;

/// The rules about sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    core: Arc<Core>,
    passwords: Passwords,
    second_factors: SecondFactors,
    passkeys: Passkeys,
    tokens: Arc<Tokens>,
}

impl Sessions {
    #[must_use]
    pub fn new(
        core: Arc<Core>,
        passwords: Passwords,
        second_factors: SecondFactors,
        passkeys: Passkeys,
        tokens: Tokens,
    ) -> Self {
        Self {
            core,
            passwords,
            second_factors,
            passkeys,
            tokens: Arc::new(tokens),
        }
    }
}
