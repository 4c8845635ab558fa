//! Registration: a user, their organization and their membership, in one transaction.

use super::new_account::{NameTaken, NewAccount};
use super::user::FIND_RECIPIENT;
use crate::domain::{SecurityEventKind, User};
use crate::store::database::{Committed, Store, StoreError, Transaction};
use crate::store::email::verify::NewVerification;
use crate::store::outbox::NewLink;

/// The reasons why a registration makes no account.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    #[error("a name is taken: {0:?}")]
    NameTaken(NameTaken),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Inserts the user of a registration whose address is taken, and mails the owner of the address. The user has no
    /// claim on the address.
    async fn insert_concealed_user(
        &mut self,
        new: &NewAccount,
        concealment: Option<&NewLink>,
    ) -> Result<User, RegistrationError> {
        let taken = self.find_name_taken(new).await?;
        let Some(reset) = concealment.filter(|_| taken != NameTaken::Username) else {
            return Err(RegistrationError::NameTaken(taken));
        };
        let email = new.email.canonical();
        // The placeholder is no valid address, because it contains no `@`.
        let placeholder = format!("!{}", new.user_id);
        let user = self
            .insert_user(new, &placeholder, Some(email), None)
            .await?;
        let user = user.ok_or(RegistrationError::NameTaken(NameTaken::Username))?;
        self.insert_organization_and_event(new).await?;
        self.mail_reset(reset, email, &FIND_RECIPIENT).await?;
        Ok(user)
    }

    /// Inserts the organization and the event of a registration.
    async fn insert_organization_and_event(&mut self, new: &NewAccount) -> Result<(), StoreError> {
        self.insert_own_organization(new).await?;
        let event = new.audit.event(new.user_id, SecurityEventKind::Registered);
        self.insert_events(vec![event]).await
    }
}

impl Store {
    /// Writes a user, their organization, their ownership of it and the mail that verifies their address: all of it or
    /// nothing. `concealment` is the mail to the owner of a taken address; with it, the caller cannot see that the
    /// address is taken.
    pub async fn insert_account(
        &self,
        new: &NewAccount,
        verification: &NewVerification,
        concealment: Option<&NewLink>,
    ) -> Result<Committed<User>, RegistrationError> {
        let mut tx = self.begin().await?;
        let user = tx.insert_user_in_place_of_unverified(new, None).await?;
        let user = if let Some(user) = user {
            tx.insert_organization_and_event(new).await?;
            let (canonical, recipient) = (new.email.canonical(), new.email.as_str());
            tx.insert_verification(verification, new.user_id, canonical, recipient)
                .await?;
            user
        } else {
            tx.insert_concealed_user(new, concealment).await?
        };
        Ok(tx.commit(user).await?)
    }
}
