//! Statements that bypass the service, for states that its API cannot create.

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Runs a statement without binds on a shared database, and returns the number of rows that it changed.
pub async fn execute(url: &str, statement: &str) -> u64 {
    try_execute(url, statement).await.unwrap()
}

/// Runs a statement as [`execute`] does, and returns the database's error if it fails.
pub async fn try_execute(url: &str, statement: &str) -> Result<u64, String> {
    let statement = AssertSqlSafe(statement.to_owned());
    let changed = if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let done = sqlx::query(statement).execute(&mut connection).await;
        connection.close().await.unwrap();
        done.map(|done| done.rows_affected())
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let done = sqlx::query(statement).execute(&mut connection).await;
        connection.close().await.unwrap();
        done.map(|done| done.rows_affected())
    };
    changed.map_err(|error| error.to_string())
}

/// A transaction that holds a lock of a PostgreSQL database.
pub struct Lock(PgConnection);

impl Lock {
    /// Runs a statement that locks rows or a table.
    pub async fn take(url: &str, statement: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let lock = AssertSqlSafe(format!("BEGIN; {statement}"));
        sqlx::raw_sql(lock).execute(&mut connection).await.unwrap();
        Self(connection)
    }

    /// Ends the transaction. The server holds the lock of a connection that is merely dropped a little longer.
    pub async fn release(mut self) {
        let ended = sqlx::raw_sql("ROLLBACK").execute(&mut self.0).await;
        ended.unwrap();
    }
}

/// Returns the text that a query selects.
pub async fn text(url: &str, query: &str) -> String {
    let query = AssertSqlSafe(query.to_owned());
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::query_scalar(query)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query_scalar(query)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }
}

/// Returns an id as a literal of the engine.
pub fn id(url: &str, id: &str) -> String {
    if url.starts_with("sqlite:") {
        format!("x'{}'", id.replace('-', ""))
    } else {
        format!("'{id}'")
    }
}

/// Returns bytes as a literal of the engine, from their hexadecimal form.
pub fn bytes(url: &str, hex: &str) -> String {
    if url.starts_with("sqlite:") {
        format!("X'{hex}'")
    } else {
        format!("'\\x{hex}'::bytea")
    }
}

/// Copies a session `count` times. The ids start with these eight hexadecimal digits. The copies expire at a
/// moment, given as a literal, or when the session does.
pub async fn copy_session(url: &str, session: &str, ids: &str, copies: u64, expiry: Option<&str>) {
    let new_id = if url.starts_with("sqlite:") {
        format!("unhex(printf('{ids}00007000%016x', number))")
    } else {
        format!("('{ids}00007000' || lpad(to_hex(number), 16, '0'))::uuid")
    };
    let session = id(url, session);
    let expiries = expiry.map_or("expires_at, purge_at, ends_at".to_owned(), |at| {
        format!("{at}, {at}, {at}")
    });
    let copy = format!(
        "WITH RECURSIVE numbers (number) AS \
             (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {copies}) \
         INSERT INTO sessions (id, user_id, generation, rotated_at, received_at, device_type, ip_address, created_at, \
             last_used_at, epoch, expires_at, purge_at, ends_at) \
         SELECT {new_id}, user_id, generation, rotated_at, received_at, device_type, ip_address, created_at, \
             last_used_at, epoch, {expiries} FROM sessions, numbers WHERE sessions.id = {session}"
    );
    assert_eq!(execute(url, &copy).await, copies);
}

/// Returns the names of all tables of the service.
pub async fn tables(url: &str) -> Vec<String> {
    let query = if url.starts_with("sqlite:") {
        "SELECT GROUP_CONCAT(name) FROM sqlite_schema WHERE type = 'table'
         AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%' ESCAPE '\\'"
    } else {
        "SELECT STRING_AGG(table_name, ',') FROM information_schema.tables
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'"
    };
    let names = text(url, query).await;
    names.split(',').map(str::to_owned).collect()
}

/// Returns every row of a table as text, with bytes in hexadecimal.
pub async fn rows(url: &str, table: &str) -> Vec<String> {
    if url.starts_with("sqlite:") {
        let columns = text(
            url,
            &format!("SELECT GROUP_CONCAT(name) FROM pragma_table_info('{table}')"),
        )
        .await;
        let value = |name: &str| {
            format!(
                "COALESCE(CASE typeof({name}) WHEN 'blob' THEN hex({name}) ELSE {name} END, '')"
            )
        };
        let values: Vec<_> = columns.split(',').map(value).collect();
        let row = values.join(" || ' ' || ");
        let query = format!("SELECT COALESCE(GROUP_CONCAT({row}, char(10)), '') FROM {table}");
        text(url, &query).await.lines().map(str::to_owned).collect()
    } else {
        let query = format!("SELECT COALESCE(STRING_AGG(t::text, chr(10)), '') FROM {table} AS t");
        text(url, &query).await.lines().map(str::to_owned).collect()
    }
}
