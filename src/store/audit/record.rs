//! The record of what happened: events with the mail that tells people of them, and observations of what was only
//! tried.

use constcat::concat;

use super::event::EVENT_COLUMNS;
use crate::domain::{Deed, Identifier, SecurityEvent, SecurityEventKind};
use crate::store::database::{Engine, Query, Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewLetter;

/// An event of the account that an email address, a username or an id names; none if there is no such account, for the
/// same work. On PostgreSQL, an account whose deletion is under way is waited for.
const OBSERVED_BY_EMAIL: Statement = Statement::of_each(
    concat!(BY_EMAIL, INSERT_OBSERVED),
    concat!(BY_EMAIL, " FOR KEY SHARE", INSERT_OBSERVED),
);

const OBSERVED_BY_USERNAME: Statement = Statement::of_each(
    concat!(BY_USERNAME, INSERT_OBSERVED),
    concat!(BY_USERNAME, " FOR KEY SHARE", INSERT_OBSERVED),
);

const OBSERVED_BY_ID: Statement = Statement::of_each(
    concat!(BY_ID, INSERT_OBSERVED),
    concat!(BY_ID, " FOR KEY SHARE", INSERT_OBSERVED),
);

const BY_EMAIL: &str = "WITH account AS (SELECT id FROM users WHERE email_canonical = $10";

const BY_USERNAME: &str = "WITH account AS (SELECT id FROM users WHERE username_canonical = $10";

const BY_ID: &str = "WITH account AS (SELECT id FROM users WHERE id = $10";

const INSERT_OBSERVED: &str = concat!(
    ") INSERT INTO security_events (",
    EVENT_COLUMNS,
    ") SELECT $1, account.id, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, $9, NULL FROM account",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("OBSERVED_BY_EMAIL", OBSERVED_BY_EMAIL),
    ("OBSERVED_BY_USERNAME", OBSERVED_BY_USERNAME),
    ("OBSERVED_BY_ID", OBSERVED_BY_ID),
];

/// The events and letters that were written.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub events: Vec<SecurityEvent>,
    /// Where each letter went; `None` if its user has no verified address.
    pub recipients: Vec<Option<String>>,
}

/// Something that was tried on an account and refused, or asked for by anybody.
#[derive(Clone, Debug)]
pub struct Observation {
    pub kind: SecurityEventKind,
    /// Whose account it was tried on; there may be none.
    pub whose: Identifier,
    pub deed: Deed,
    /// The field of the API.
    pub operation: &'static str,
}

impl Observation {
    fn statement(&self) -> Statement {
        match self.whose {
            Identifier::Email(_) => OBSERVED_BY_EMAIL,
            Identifier::Username(_) => OBSERVED_BY_USERNAME,
            Identifier::Id(_) => OBSERVED_BY_ID,
        }
    }

    /// Binds this observation to its statement.
    fn bind<'t>(&self, query: Query<'t>) -> Query<'t> {
        let deed = &self.deed;
        let device = &deed.client.device;
        let query = query
            .bind(deed.id)
            .bind(self.kind.as_str())
            .bind(deed.at)
            .bind(deed.client.address.to_string())
            .bind(&device.id)
            .bind(&device.name)
            .bind(&device.kind)
            .bind(&device.user_agent)
            .bind(self.operation);
        match &self.whose {
            Identifier::Email(email) => query.bind(email.canonical()),
            Identifier::Username(name) => query.bind(name.canonical()),
            Identifier::Id(id) => query.bind(*id),
        }
    }
}

impl Transaction {
    /// Writes events and letters.
    pub async fn record(
        &mut self,
        events: Vec<SecurityEvent>,
        letters: &[NewLetter],
    ) -> Result<Told, StoreError> {
        self.insert_events(&events).await?;
        let mut recipients = Vec::with_capacity(letters.len());
        for letter in letters {
            recipients.push(self.insert_letter(letter).await?);
        }
        Ok(Told { events, recipients })
    }
}

impl Store {
    /// Writes observations of those accounts that there are.
    pub async fn insert_observations(&self, observed: &[Observation]) -> Result<(), StoreError> {
        match self.engine() {
            // One by one: together they would hold many accounts at once, in any order.
            Engine::Postgres => {
                for observation in observed {
                    let query = self.write.query(&observation.statement());
                    observation.bind(query).execute().await?;
                }
                Ok(())
            }
            Engine::Sqlite => {
                let mut tx = self.begin().await?;
                for observation in observed {
                    let query = tx.query(&observation.statement());
                    observation.bind(query).execute().await?;
                }
                tx.commit(()).await
            }
        }
    }
}
