//! The authentication of a caller by an access token.

use super::Sessions;
use crate::domain::{Client, SessionState, Viewer};
use crate::service::error::AuthError;

impl Sessions {
    /// Verifies an access token, and finds its session and user. The signature costs no I/O, the session at most one
    /// statement.
    ///
    /// # Errors
    /// `Unauthenticated`, `TokenExpired`, `SessionEnded`, `SessionLost`.
    pub async fn authenticate(
        &self,
        access_token: &str,
        client: &Client,
    ) -> Result<Viewer, AuthError> {
        let claims = self.tokens.verify_access(access_token)?;
        let now = self.core.clock.now();
        let Some((user, mut session)) = self.core.store.find_viewer(claims.sid).await? else {
            return Err(match self.absent_session(claims.sid, now).await? {
                AuthError::SessionEnded(None) => AuthError::Unauthenticated,
                error => error,
            });
        };
        if user.id != claims.sub {
            return Err(AuthError::Unauthenticated);
        }
        if let SessionState::Ended(end) = session.state(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        self.note_access(&user, &mut session, &claims, client, now)
            .await?;
        Ok(Viewer {
            generation: claims.generation,
            active_organization: claims.active_organization(),
            user,
            session,
        })
    }
}
