//! What happened to accounts. Written in the transaction in which it happens; never changed.

use chrono::{DateTime, Utc};
use constcat::concat;
use sqlx::FromRow;
use uuid::Uuid;

use super::StoreError;
use super::database::{Engine, Statement, Transaction};
use super::open::Store;
use super::query::Query;
use super::session_rows::parse_reason;
use super::users::Identifier;
use crate::domain::{Deed, Device, EndReason, Page, PageRequest, SecurityEvent, SecurityEventKind};

/// Rows of one statement: far below the number of parameters that either engine takes.
const MAX_AT_ONCE: usize = 500;

/// The columns of an [`EventRow`].
pub(super) const EVENT_COLUMNS: &str = "id, user_id, kind, occurred_at, ip_address, device_id, device_name, device_type, \
     user_agent, session_id, end_reason, operation, organization_id";

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

const PAGE_FROM_START: Statement =
    Statement::new(concat!(SELECT_PAGE, " ORDER BY id DESC LIMIT $4"));
const PAGE_FROM_END: Statement = Statement::new(concat!(SELECT_PAGE, " ORDER BY id ASC LIMIT $4"));
const SELECT_PAGE: &str = concat!(
    "SELECT ",
    EVENT_COLUMNS,
    " FROM security_events WHERE user_id = $1 AND id < $2 AND id > $3",
);

const COUNT: Statement =
    Statement::new("SELECT COUNT(*) AS count FROM security_events WHERE user_id = $1");

#[cfg(test)]
pub(super) const STATEMENTS: &[(&str, Statement)] = &[
    ("OBSERVED_BY_EMAIL", OBSERVED_BY_EMAIL),
    ("OBSERVED_BY_USERNAME", OBSERVED_BY_USERNAME),
    ("OBSERVED_BY_ID", OBSERVED_BY_ID),
    ("PAGE_FROM_START", PAGE_FROM_START),
    ("PAGE_FROM_END", PAGE_FROM_END),
    ("COUNT", COUNT),
];

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

#[derive(FromRow)]
struct EventRow {
    id: Uuid,
    user_id: Uuid,
    kind: String,
    occurred_at: DateTime<Utc>,
    ip_address: Option<String>,
    device_id: Option<String>,
    device_name: Option<String>,
    device_type: String,
    user_agent: Option<String>,
    session_id: Option<Uuid>,
    end_reason: Option<String>,
    operation: Option<String>,
    organization_id: Option<Uuid>,
}

impl TryFrom<EventRow> for SecurityEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let kind = row.kind.parse();
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            kind: kind.map_err(|_| StoreError::Unknown(row.kind))?,
            at: row.occurred_at,
            ip_address: row.ip_address,
            device: Device {
                id: row.device_id,
                name: row.device_name,
                kind: row.device_type,
                user_agent: row.user_agent,
            },
            session_id: row.session_id,
            end_reason: row.end_reason.as_deref().map(parse_reason),
            operation: row.operation,
            organization_id: row.organization_id,
        })
    }
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

/// Appends the statement that writes some events.
pub(super) fn push_events(query: &mut Query<'_>, events: &[SecurityEvent]) {
    query
        .push(concat!(
            "INSERT INTO security_events (",
            EVENT_COLUMNS,
            ") VALUES "
        ))
        .push_list(events, |query, event| {
            let device = &event.device;
            query
                .open_tuple()
                .bind(event.id)
                .bind(event.user_id)
                .bind(event.kind.as_str())
                .bind(event.at)
                .bind(&event.ip_address)
                .bind(&device.id)
                .bind(&device.name)
                .bind(&device.kind)
                .bind(&device.user_agent)
                .bind(event.session_id)
                .bind(event.end_reason.map(EndReason::as_str))
                .bind(&event.operation)
                .bind(event.organization_id)
                .close();
        });
}

impl Transaction {
    /// Writes events.
    pub(super) async fn insert_events(
        &mut self,
        events: &[SecurityEvent],
    ) -> Result<(), StoreError> {
        for chunk in events.chunks(MAX_AT_ONCE) {
            let mut query = self.empty_query();
            push_events(&mut query, chunk);
            query.remembered().execute().await?;
        }
        Ok(())
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

    /// Lists what happened to a user's account, the latest first.
    pub async fn list_security_events(
        &self,
        user_id: Uuid,
        request: &PageRequest,
    ) -> Result<Page<SecurityEvent>, StoreError> {
        let statement = if request.from_end {
            PAGE_FROM_END
        } else {
            PAGE_FROM_START
        };
        let (below, above) = request.bounds_of_latest_first();
        let rows: Vec<EventRow> = self
            .read
            .query(&statement)
            .bind(user_id)
            .bind(below)
            .bind(above)
            .bind(request.limit_and_one())
            .all()
            .await?;
        let events: Result<Vec<_>, _> = rows.into_iter().map(SecurityEvent::try_from).collect();
        Ok(Page::new(request, events?))
    }

    /// Counts the events that [`Store::list_security_events`] would list without a limit.
    pub async fn count_security_events(&self, user_id: Uuid) -> Result<i64, StoreError> {
        self.read.query(&COUNT).bind(user_id).scalar().await
    }
}
