//! Many rows at once, in the SQL of either engine.

use super::Database;

/// Runs an `INSERT … SELECT` of the numbers from 1 to `count`. In its text, `{id EXPRESSION}` is the id of a number, `{bytes}` are
/// 32 bytes of the number, and `{at}` is a moment in 2025, later for greater numbers.
pub async fn insert(database: &Database, count: u64, insert: &str) {
    let is_sqlite = database.engine == "SQLite";
    let (begin_id, end_id, bytes, at) = if is_sqlite {
        (
            "unhex(printf('%032x', ",
            "))",
            "unhex(printf('%064x', number))",
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1735689600 + number, 'unixepoch')",
        )
    } else {
        (
            "lpad(to_hex(",
            "), 32, '0')::uuid",
            "decode(lpad(to_hex(number), 64, '0'), 'hex')",
            "to_timestamp(1735689600 + number)",
        )
    };
    let (target, values) = insert.split_once("SELECT").unwrap();
    let statement = format!(
        "{target} WITH RECURSIVE numbers (number) AS \
             (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {count}) \
         SELECT {values} FROM numbers"
    );
    let statement = statement
        .replace("{bytes}", bytes)
        .replace("{at}", at)
        .replace("{id ", begin_id)
        .replace('}', end_id);
    database.execute(&statement).await;
}

/// Lets PostgreSQL count the rows of its tables, as it does by itself after a minute.
pub async fn analyze(database: &Database) {
    if database.engine == "PostgreSQL" {
        database.execute("ANALYZE").await;
    }
}
