//! The caller of a request.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ActiveOrganization, Actor, FreshSession, Session, User};

/// The caller: a user, and the session of their access token.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub user: User,
    pub session: Session,
    /// The session's generation when the access token was issued.
    pub generation: i64,
    /// The active organization that the access token names.
    pub active_organization: Option<ActiveOrganization>,
}

impl Viewer {
    /// Returns the caller as the actor in an organization.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            user_id: self.user.id,
            active_organization: self.active_organization.clone(),
        }
    }

    /// Returns the session if the caller proved who they are in it within the given time: with a second factor if the account
    /// has one.
    #[must_use]
    pub fn fresh_session(&self, now: DateTime<Utc>, ttl: TimeDelta) -> Option<FreshSession> {
        let latest_proof = match self.user.second_factor_since {
            Some(_) => self.session.second_factor_at,
            None => Some(self.session.authenticated_at),
        };
        let proven_after = now - ttl;
        let is_fresh = latest_proof.is_some_and(|at| at > proven_after);
        is_fresh.then_some(FreshSession {
            session_id: self.session.id,
            user_id: self.user.id,
            proven_after,
        })
    }
}
