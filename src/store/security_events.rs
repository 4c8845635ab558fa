//! What happened to accounts. Written in the transaction in which it happens; never changed.

use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::StoreError;
use super::pool::{Store, on, statements, transaction};
use super::session_rows::parse_reason;
use super::users::Identifier;
use crate::domain::{Deed, Device, EndReason, Page, PageRequest, SecurityEvent, SecurityEventKind};

/// The columns of an [`EventRow`].
macro_rules! event_columns {
    () => {
        "id, user_id, kind, occurred_at, ip_address, device_id, device_name, device_type, \
         user_agent, session_id, end_reason, operation, organization_id"
    };
}
pub(super) use event_columns;

/// The statement that lists a page, read from either end of the list.
macro_rules! select_page {
    ($order:literal) => {
        concat!(
            "SELECT ",
            event_columns!(),
            " FROM security_events \
             WHERE user_id = $1 AND id < $2 AND id > $3 ORDER BY id ",
            $order,
            " LIMIT $4",
        )
    };
}

/// An event of whoever it is that is named so; of nobody, none, for the same work.
macro_rules! insert_observed {
    ($column:literal, $lock:literal) => {
        concat!(
            "WITH whose AS (SELECT id FROM users WHERE ",
            $column,
            " = $10",
            $lock,
            ") INSERT INTO security_events (",
            event_columns!(),
            ") SELECT $1, whose.id, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, $9, NULL \
             FROM whose",
        )
    };
}

/// By address, username and id. On PostgreSQL, an account whose deletion is under way is waited for.
pub(super) const OBSERVED_ON_POSTGRES: [&str; 3] = [
    insert_observed!("email_canonical", " FOR KEY SHARE"),
    insert_observed!("username_canonical", " FOR KEY SHARE"),
    insert_observed!("id", " FOR KEY SHARE"),
];

statements! {
    OBSERVED_BY_EMAIL = insert_observed!("email_canonical", "");
    OBSERVED_BY_USERNAME = insert_observed!("username_canonical", "");
    OBSERVED_BY_ID = insert_observed!("id", "");
    PAGE_FROM_START = select_page!("DESC");
    PAGE_FROM_END = select_page!("ASC");
    COUNT = "SELECT COUNT(*) AS count FROM security_events WHERE user_id = $1";
}

/// Rows of one statement: far below the number of parameters that either engine takes.
pub(super) const MOST_AT_ONCE: usize = 500;

/// Writes events inside the caller's transaction.
macro_rules! insert_events {
    ($tx:ident, $events:expr) => {{
        let events: &[$crate::domain::SecurityEvent] = $events;
        for some in events.chunks($crate::store::security_events::MOST_AT_ONCE) {
            $crate::store::security_events::insert_statement(some)
                .build()
                .execute(&mut *$tx)
                .await?;
        }
    }};
}
pub(super) use insert_events;

pub(super) fn insert_statement<DB: Database>(events: &[SecurityEvent]) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    Option<Uuid>: for<'q> Encode<'q, DB> + Type<DB>,
    DateTime<Utc>: for<'q> Encode<'q, DB> + Type<DB>,
    String: for<'q> Encode<'q, DB> + Type<DB>,
    Option<String>: for<'q> Encode<'q, DB> + Type<DB>,
    &'static str: for<'q> Encode<'q, DB> + Type<DB>,
    Option<&'static str>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(concat!(
        "INSERT INTO security_events (",
        event_columns!(),
        ") "
    ));
    query.push_values(events, |mut row, event| {
        let device = event.device.clone();
        row.push_bind(event.id)
            .push_bind(event.user_id)
            .push_bind(event.kind.word())
            .push_bind(event.at)
            .push_bind(event.ip_address.clone())
            .push_bind(device.id)
            .push_bind(device.name)
            .push_bind(device.kind)
            .push_bind(device.user_agent)
            .push_bind(event.session_id)
            .push_bind(event.end_reason.map(EndReason::word))
            .push_bind(event.operation.clone())
            .push_bind(event.organization_id);
    });
    query
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
        let kind = SecurityEventKind::parse(&row.kind);
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            kind: kind.ok_or(StoreError::Unknown(row.kind))?,
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

/// Binds an observation to the statement for what it names its account by.
macro_rules! observe {
    ($observation:expr, $statements:expr) => {{
        let observation: &Observation = $observation;
        let [by_email, by_username, by_id] = $statements;
        let statement = match &observation.whose {
            Identifier::Email(_) => by_email,
            Identifier::Username(_) => by_username,
            Identifier::Id(_) => by_id,
        };
        let deed = &observation.deed;
        let device = &deed.client.device;
        let insert = sqlx::query(statement)
            .bind(deed.id)
            .bind(observation.kind.word())
            .bind(deed.at)
            .bind(deed.client.address.to_string())
            .bind(&device.id)
            .bind(&device.name)
            .bind(&device.kind)
            .bind(&device.user_agent)
            .bind(observation.operation);
        match &observation.whose {
            Identifier::Email(email) => insert.bind(email.canonical()),
            Identifier::Username(name) => insert.bind(name.canonical()),
            Identifier::Id(id) => insert.bind(*id),
        }
    }};
}

impl Store {
    /// Writes what was observed, of those accounts that there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn insert_observations(&self, observed: &[Observation]) -> Result<(), StoreError> {
        if self.is_postgres() {
            // One by one: together they would hold many accounts at once, in any order.
            for observation in observed {
                on!(&self.write, |db| {
                    observe!(observation, OBSERVED_ON_POSTGRES)
                        .execute(db)
                        .await
                        .map(|_| ())
                })?;
            }
            return Ok(());
        }
        let statements = [OBSERVED_BY_EMAIL, OBSERVED_BY_USERNAME, OBSERVED_BY_ID];
        transaction!(&self.write, |tx| {
            for observation in observed {
                observe!(observation, statements).execute(&mut *tx).await?;
            }
        })
    }

    /// What happened to a user's account, the latest first.
    ///
    /// # Errors
    /// When the database fails.
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
        let rows: Vec<EventRow> = on!(&self.read, |db| {
            sqlx::query_as(statement)
                .bind(user_id)
                .bind(below)
                .bind(above)
                .bind(request.limit_and_one())
                .fetch_all(db)
                .await
        })?;
        let events: Result<Vec<_>, _> = rows.into_iter().map(SecurityEvent::try_from).collect();
        Ok(Page::new(request, events?))
    }

    /// How many events [`Store::list_security_events`] would list without a limit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_security_events(&self, user_id: Uuid) -> Result<i64, StoreError> {
        on!(&self.read, |db| {
            sqlx::query_scalar(COUNT).bind(user_id).fetch_one(db).await
        })
    }
}
