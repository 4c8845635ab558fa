//! The way of a request's refresh tokens, to the client and back: in the body, or in a cookie.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use uuid::Uuid;

use crate::domain::RefreshClaims;
use crate::service;

/// The delivery that the request asked for. Prints nothing.
pub enum TokenDelivery {
    /// Refresh tokens stand in the answer, and in the input.
    Body,
    /// They travel in a cookie, out of scripts' reach.
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

/// The way of one request's refresh tokens, and what it comes to.
pub struct RefreshTokens {
    delivery: TokenDelivery,
    change: Mutex<Option<CookieChange>>,
}

impl RefreshTokens {
    pub fn new(delivery: TokenDelivery) -> Self {
        Self {
            delivery,
            change: Mutex::default(),
        }
    }

    /// Takes the change to the cookie, once the request is answered.
    pub fn take_change(&self) -> Option<CookieChange> {
        self.change().take()
    }

    /// The refresh token to give in the body: none, that is an empty one, if it goes into a cookie. Of
    /// several in one operation, the cookie is for the latest.
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

    /// The refresh token that was given, else the cookie's. `None` if the body should have one and has none;
    /// in cookie mode a missing cookie is an empty token, which belongs to nothing.
    pub fn presented<'a>(&'a self, given: Option<&'a str>) -> Option<&'a str> {
        match &self.delivery {
            TokenDelivery::Body => given,
            TokenDelivery::Cookie { presented } => {
                let given = given.filter(|token| !token.is_empty());
                Some(given.or(presented.as_deref()).unwrap_or_default())
            }
        }
    }

    /// A session is over. If the cookie is that session's, it need not be sent again; it may be another's,
    /// since somebody may have logged in beside.
    pub fn forget(&self, session_id: Uuid) {
        let TokenDelivery::Cookie {
            presented: Some(token),
        } = &self.delivery
        else {
            return;
        };
        let is_its = RefreshClaims::open(token).is_some_and(|(it, _)| it.session_id == session_id);
        let mut change = self.change();
        if is_its && change.is_none() {
            *change = Some(CookieChange::Clear);
        }
    }

    fn change(&self) -> MutexGuard<'_, Option<CookieChange>> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
