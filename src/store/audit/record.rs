//! The record of security events: events with the mail about them, and deferred events.

use constcat::concat;

use super::event::EVENT_COLUMNS;
use crate::domain::{AuditContext, Identifier, SecurityEvent, SecurityEventKind};
use crate::store::database::{Query, Statement, Store, StoreError, Transaction};
use crate::store::outbox::NewMemberEmail;

/// Inserts an event of the account with an email address, a username or an id; no row, for the same work, if there is
/// no such account. On PostgreSQL, waits for a deletion of the account that is in progress.
const DEFERRED_BY_EMAIL: Statement = Statement::of_each(
    concat!(BY_EMAIL, INSERT_DEFERRED),
    concat!(BY_EMAIL, " FOR KEY SHARE", INSERT_DEFERRED),
);

const DEFERRED_BY_USERNAME: Statement = Statement::of_each(
    concat!(BY_USERNAME, INSERT_DEFERRED),
    concat!(BY_USERNAME, " FOR KEY SHARE", INSERT_DEFERRED),
);

const DEFERRED_BY_ID: Statement = Statement::of_each(
    concat!(BY_ID, INSERT_DEFERRED),
    concat!(BY_ID, " FOR KEY SHARE", INSERT_DEFERRED),
);

const BY_EMAIL: &str = "WITH account AS (SELECT id FROM users WHERE email_canonical = $10";

const BY_USERNAME: &str = "WITH account AS (SELECT id FROM users WHERE username_canonical = $10";

const BY_ID: &str = "WITH account AS (SELECT id FROM users WHERE id = $10";

const INSERT_DEFERRED: &str = concat!(
    ") INSERT INTO security_events (",
    EVENT_COLUMNS,
    ") SELECT $1, account.id, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, $9, NULL FROM account",
);

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("DEFERRED_BY_EMAIL", DEFERRED_BY_EMAIL),
    ("DEFERRED_BY_USERNAME", DEFERRED_BY_USERNAME),
    ("DEFERRED_BY_ID", DEFERRED_BY_ID),
];

/// An event of an attempt on an account that was refused, or that needs no login.
#[derive(Clone, Debug)]
pub struct DeferredEvent {
    pub kind: SecurityEventKind,
    /// The account as the client named it. It may not exist.
    pub account: Identifier,
    pub audit: AuditContext,
}

impl DeferredEvent {
    fn statement(&self) -> Statement {
        match self.account {
            Identifier::Email(_) => DEFERRED_BY_EMAIL,
            Identifier::Username(_) => DEFERRED_BY_USERNAME,
            Identifier::Id(_) => DEFERRED_BY_ID,
        }
    }

    /// Binds the event to its statement.
    fn bind<'t>(&self, query: Query<'t>) -> Query<'t> {
        let audit = &self.audit;
        let device = &audit.client.device;
        let query = query
            .bind(audit.id)
            .bind(self.kind.as_str())
            .bind(audit.at)
            .bind(audit.client.address.to_string())
            .bind(&device.id)
            .bind(&device.name)
            .bind(&device.kind)
            .bind(&device.user_agent)
            .bind(audit.operation);
        match &self.account {
            Identifier::Email(email) => query.bind(email.canonical()),
            Identifier::Username(name) => query.bind(name.canonical()),
            Identifier::Id(id) => query.bind(*id),
        }
    }
}

impl Transaction {
    /// Inserts events, and emails to members.
    pub async fn record(
        &mut self,
        events: Vec<SecurityEvent>,
        emails: &[NewMemberEmail],
    ) -> Result<(), StoreError> {
        self.insert_events(events).await?;
        for email in emails {
            self.insert_member_email(email).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Inserts a deferred event if its account exists, without waiting for the disk.
    pub async fn insert_deferred_event(&self, event: &DeferredEvent) -> Result<(), StoreError> {
        let insert = event.statement().sql(self.engine());
        let mut query = self.write.relaxed_query().with_text(insert);
        query.push(" WHERE ").push_relaxed_condition();
        event.bind(query).execute().await?;
        Ok(())
    }
}
