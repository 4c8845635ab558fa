//! Registrations: a user, their organization and their membership of it, in one transaction.

use uuid::Uuid;

use super::new_account::{NameTaken, NewAccount};
use super::user::FIND_RECIPIENT;
use crate::domain::{SecurityEventKind, User};
use crate::store::database::{Store, StoreError, Transaction};
use crate::store::email::verify::NewVerification;
use crate::store::password::reset_link::NewReset;

/// An account that a registration has made.
#[derive(Clone, Debug)]
pub struct Registered {
    pub user: User,
    /// Unverified accounts that had a name of this one, and that are deleted.
    pub replaced: Vec<Uuid>,
    /// Present if the account looks like any other, but has no claim on its address.
    pub concealed: Option<Concealed>,
}

/// The concealment of the fact that a registration's address is taken.
#[derive(Clone, Debug)]
pub struct Concealed {
    /// The address to which the mail to its owner went.
    pub notified: Option<String>,
}

/// The reasons why a registration makes no account.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    #[error("a name is taken: {0:?}")]
    NameTaken(NameTaken),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Transaction {
    /// Inserts the user of a registration whose address is taken, and mails the owner of that. The user has no claim on
    /// the address.
    async fn insert_concealed_user(
        &mut self,
        new: &NewAccount,
        concealment: Option<&NewReset>,
    ) -> Result<(User, Concealed), RegistrationError> {
        let taken = self.find_name_taken(new).await?;
        let Some(reset) = concealment.filter(|_| taken != NameTaken::Username) else {
            return Err(RegistrationError::NameTaken(taken));
        };
        let email = new.email.canonical();
        // No address begins like this, so it is nobody's.
        let nobodys = format!("!{}", new.user_id);
        let user = self.insert_user(new, &nobodys, Some(email), None).await?;
        let user = user.ok_or(RegistrationError::NameTaken(NameTaken::Username))?;
        self.insert_start(new).await?;
        let notified = self.mail_reset(reset, email, &FIND_RECIPIENT).await?;
        Ok((user, Concealed { notified }))
    }

    /// Writes what every registration comes with: its organization and its event.
    async fn insert_start(&mut self, new: &NewAccount) -> Result<(), StoreError> {
        self.insert_own_organization(new).await?;
        let event = new.deed.event(new.user_id, SecurityEventKind::Registered);
        self.insert_events(&[event]).await
    }
}

impl Store {
    /// Writes a user, their organization, their ownership of it and the mail that verifies their
    /// address: all of it or nothing. `concealment` is what the owner of the address is mailed if it is taken and that
    /// must not be told.
    pub async fn insert_account(
        &self,
        new: &NewAccount,
        verification: &NewVerification,
        concealment: Option<&NewReset>,
    ) -> Result<Registered, RegistrationError> {
        let mut tx = self.begin().await?;
        let (user, replaced) = tx.insert_user_in_place_of_unverified(new, None).await?;
        let (user, concealed) = if let Some(user) = user {
            tx.insert_start(new).await?;
            let (canonical, recipient) = (new.email.canonical(), new.email.as_str());
            tx.insert_verification(verification, new.user_id, canonical, recipient)
                .await?;
            (user, None)
        } else {
            let (user, concealed) = tx.insert_concealed_user(new, concealment).await?;
            (user, Some(concealed))
        };
        let registered = Registered {
            user,
            replaced,
            concealed,
        };
        Ok(tx.commit(registered).await?)
    }
}
