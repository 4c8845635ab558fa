//! Bringing a database to the schema that this version needs.

use sqlx::migrate::Migrator;

use super::StoreError;
use super::pool::{Pool, Store, on};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// How a database's schema stands to the one that this version needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// The same.
    Current,
    /// So many migrations are still to be applied.
    Pending(usize),
    /// A newer version of the service has migrated it.
    Newer,
}

impl Store {
    /// Applies what is missing. Nodes that start at once wait for one another: the migrator takes
    /// an advisory lock on PostgreSQL.
    ///
    /// # Errors
    /// When a migration fails, was changed after it was applied, or the database is newer.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // SQLite has no advisory lock.
        let _alone = self.lock_folder()?;
        on!(&self.write, |db| self.migrator().run(db).await)?;
        Ok(())
    }

    /// Compares the schema with the one this version needs; also tells whether the database answers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn migration_state(&self) -> Result<MigrationState, StoreError> {
        let known: Vec<i64> = self.migrator().iter().map(|step| step.version).collect();
        let applied = if self.has_migrations().await? {
            on!(&self.read, |db| {
                sqlx::query_scalar::<_, i64>(
                    "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version",
                )
                .fetch_all(db)
                .await
            })?
        } else {
            Vec::new()
        };
        let missing = known.iter().filter(|step| !applied.contains(step)).count();
        Ok(if missing > 0 {
            MigrationState::Pending(missing)
        } else if applied.iter().any(|step| !known.contains(step)) {
            MigrationState::Newer
        } else {
            MigrationState::Current
        })
    }

    async fn has_migrations(&self) -> Result<bool, StoreError> {
        let table: Option<String> = match &self.read {
            Pool::Sqlite(db) => {
                sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE name = '_sqlx_migrations'")
                    .fetch_optional(db)
                    .await?
            }
            Pool::Postgres(db) => {
                sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations')::text")
                    .fetch_one(db)
                    .await?
            }
        };
        Ok(table.is_some())
    }

    fn migrator(&self) -> &'static Migrator {
        match &self.write {
            Pool::Sqlite(_) => &SQLITE,
            Pool::Postgres(_) => &POSTGRES,
        }
    }
}
