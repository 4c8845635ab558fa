//! The delivery of refresh tokens, from and to the client: in the body, or in a cookie.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Utc;

use crate::domain::{RefreshClaims, SessionId};
use crate::service;

/// The delivery that the request asked for. Prints nothing.
pub enum TokenDelivery {
    /// Refresh tokens are in the input, and in the response.
    Body,
    /// Refresh tokens are in a cookie, which no script can read.
    Cookie {
        /// The value of the request's cookie.
        presented: Option<String>,
    },
}

/// The change to the client's cookie. Prints nothing.
pub enum CookieChange {
    Set {
        token: String,
        until: chrono::DateTime<Utc>,
    },
    Clear,
}

/// The delivery of one request's refresh tokens.
pub struct RefreshTokens {
    delivery: TokenDelivery,
    /// The change to the cookie, once there is one.
    change: Mutex<Option<CookieChange>>,
}

impl RefreshTokens {
    pub fn new(delivery: TokenDelivery) -> Self {
        Self {
            delivery,
            change: Mutex::default(),
        }
    }

    /// Takes the change to the cookie, after the request was executed.
    pub fn take_change(&self) -> Option<CookieChange> {
        self.change().take()
    }

    /// Returns the refresh token for the body: an empty one if it goes into a cookie. Of several in one operation, the cookie
    /// gets the latest.
    pub fn deliver(&self, pair: &mut service::TokenPair) -> String {
        let token = std::mem::take(&mut pair.refresh_token);
        match self.delivery {
            TokenDelivery::Body => token,
            TokenDelivery::Cookie { .. } => {
                let until = pair.refresh_expires_at;
                *self.change() = Some(CookieChange::Set { token, until });
                String::new()
            }
        }
    }

    /// Returns the refresh token of the input, else the cookie's. `None` means that the body lacks one. In cookie mode, a
    /// missing cookie is an empty token, which is refused like any other invalid one.
    pub fn presented<'a>(&'a self, input: Option<&'a str>) -> Option<&'a str> {
        match &self.delivery {
            TokenDelivery::Body => input,
            TokenDelivery::Cookie { presented } => {
                let input = input.filter(|token| !token.is_empty());
                Some(input.or(presented.as_deref()).unwrap_or_default())
            }
        }
    }

    /// Clears the cookie if it is that of a session that has ended. It may be another session's, since the same browser may
    /// have signed in again.
    pub fn forget(&self, session_id: SessionId) {
        let TokenDelivery::Cookie {
            presented: Some(token),
        } = &self.delivery
        else {
            return;
        };
        let claims = RefreshClaims::open(token).map(|(claims, _)| claims);
        let is_of_session = claims.is_some_and(|claims| claims.session_id == session_id);
        let mut change = self.change();
        if is_of_session && change.is_none() {
            *change = Some(CookieChange::Clear);
        }
    }

    fn change(&self) -> MutexGuard<'_, Option<CookieChange>> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
