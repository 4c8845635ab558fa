//! Statements behind the service's back, for states that its API does not lead to (yet).

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Runs one statement without binds on a shared database; answers how many rows it changed.
pub async fn execute(url: &str, statement: &str) -> u64 {
    try_execute(url, statement).await.unwrap()
}

/// Likewise, or what the database has against it.
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

/// Asks for one text.
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

/// An id as a literal of the engine.
pub fn id(url: &str, id: &str) -> String {
    if url.starts_with("sqlite:") {
        format!("x'{}'", id.replace('-', ""))
    } else {
        format!("'{id}'")
    }
}

/// Bytes as a literal of the engine, from their hexadecimal form.
pub fn bytes(url: &str, hex: &str) -> String {
    if url.starts_with("sqlite:") {
        format!("X'{hex}'")
    } else {
        format!("'\\x{hex}'::bytea")
    }
}

/// The names of all tables of ours.
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

/// Every row of a table as text, in which bytes are hexadecimal.
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
