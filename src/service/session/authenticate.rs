//! Who calls: the session that an access token names, and its user.

use super::Sessions;
use crate::domain::{Client, Viewer};
use crate::service::error::AuthError;

impl Sessions {
    /// Finds out who is calling: the token's signature costs no I/O, its session one statement.
    ///
    /// # Errors
    /// `Unauthenticated`, `TokenExpired`, `SessionEnded`, `SessionLost`.
    pub async fn authenticate(
        &self,
        access_token: &str,
        client: &Client,
    ) -> Result<Viewer, AuthError> {
        let claims = self.tokens.verify_access(access_token)?;
        let now = self.clock.now();
        let Some((user, mut session)) = self.store.find_viewer(claims.sid).await? else {
            return Err(match self.absent_session(claims.sid, now).await? {
                AuthError::SessionEnded(None) => AuthError::Unauthenticated,
                told => told,
            });
        };
        if user.id != claims.sub {
            return Err(AuthError::Unauthenticated);
        }
        if let Some(end) = session.end(now) {
            return Err(AuthError::SessionEnded(Some(end)));
        }
        self.note_access(&user, &mut session, &claims, client, now)
            .await?;
        Ok(Viewer {
            generation: claims.generation,
            acting: claims.acting(),
            user,
            session,
        })
    }
}
