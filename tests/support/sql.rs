//! Statements behind the service's back, for states that its API does not lead to (yet).

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Runs one statement without binds on a shared database; answers how many rows it changed.
pub async fn execute(url: &str, statement: &str) -> u64 {
    let statement = AssertSqlSafe(statement.to_owned());
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let done = sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        done.rows_affected()
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let done = sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        done.rows_affected()
    }
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
