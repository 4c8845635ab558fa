//! Migrations of a database to the schema that this version needs.

use sqlx::migrate::{MigrateError, Migrator};

use super::error::StoreError;
use super::pool::AnyConnections;
use super::sqlite;
use super::statement::{Engine, Statement};
use super::store::Store;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// The relation of a database's schema to the one that this version needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// They are the same.
    Current,
    /// This many migrations are still to be applied.
    Pending(usize),
    /// A newer version of the service has migrated the database.
    Newer,
}

/// A migration that was applied: its version, and the checksum of its text.
type Applied = (i64, Vec<u8>);

/// Reads the role on PostgreSQL, the schema in which it would create tables, and whether it may.
const PRIVILEGES: Statement = Statement::of_each(
    "",
    "SELECT quote_ident(current_user), quote_ident(current_schema()), \
     coalesce(has_schema_privilege(current_schema(), 'CREATE'), false), current_setting('search_path')",
);

const HAS_MIGRATIONS: Statement = Statement::of_each(
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations') AS has_migrations",
    "SELECT to_regclass('_sqlx_migrations') IS NOT NULL AS has_migrations",
);

const APPLIED: Statement =
    Statement::new("SELECT version, checksum FROM _sqlx_migrations WHERE success");

#[cfg(test)]
pub const STATEMENTS: &[(&str, Statement)] = &[
    ("PRIVILEGES", PRIVILEGES),
    ("HAS_MIGRATIONS", HAS_MIGRATIONS),
    ("APPLIED", APPLIED),
];

/// Silences PostgreSQL's notices on a connection; warnings remain.
const WITHOUT_NOTICES: &str = "SET client_min_messages = warning";

impl Store {
    /// Applies the missing migrations, and changes nothing if there are none. Nodes that start at the same time wait
    /// for one another: the migrator takes an advisory lock on PostgreSQL.
    ///
    /// # Errors
    /// When a migration fails or was changed after it was applied, the database is newer, or the role may not create
    /// tables.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // SQLite has no advisory lock.
        let _lock = self.folder.as_deref().map(sqlite::lock).transpose()?;
        let applied = self.applied_migrations().await?;
        match self.compare(&applied) {
            MigrationState::Newer => return Err(StoreError::Newer),
            MigrationState::Current if self.is_unchanged(&applied) => return Ok(()),
            MigrationState::Current | MigrationState::Pending(_) => {}
        }
        self.check_may_migrate().await?;
        // Without a timeout, because a migration may take long.
        let migrated = match &self.write.connections {
            AnyConnections::Sqlite(connections) => {
                let mut connection = connections.take().await?;
                let migrated = Box::pin(self.migrator().run(&mut *connection)).await;
                if migrated.is_ok() {
                    connection.give_back();
                }
                migrated
            }
            AnyConnections::Postgres(connections) => {
                // The migrator creates its table if it is missing; if it exists, PostgreSQL sends a notice each time. Other
                // statements do not use this connection.
                let mut connection = connections.take().await?;
                sqlx::raw_sql(WITHOUT_NOTICES)
                    .execute(&mut *connection)
                    .await?;
                Box::pin(self.migrator().run(&mut *connection)).await
            }
        };
        migrated.map_err(|error| match error {
            MigrateError::VersionMissing(_) => StoreError::Newer,
            error => error.into(),
        })
    }

    /// Compares the schema with the one that this version needs. Also shows whether the database answers.
    pub async fn migration_state(&self) -> Result<MigrationState, StoreError> {
        Ok(self.compare(&self.applied_migrations().await?))
    }

    /// Checks that migrations may create tables.
    ///
    /// # Errors
    /// When the role may not create tables; the error contains the statement that grants the right. When the database
    /// does not answer.
    pub async fn check_may_migrate(&self) -> Result<(), StoreError> {
        if self.engine() == Engine::Sqlite {
            return Ok(());
        }
        let (role, schema, is_allowed, search_path): (String, Option<String>, bool, String) =
            self.read.query(&PRIVILEGES).one().await?;
        if self.is_pooled {
            return Err(StoreError::Refused(
                "migrations need a lock that a pooler in transaction mode does not keep: run latchkey migrate once with \
                 DATABASE_URL leading to PostgreSQL itself"
                    .to_owned(),
            ));
        }
        match schema {
            Some(_) if is_allowed => Ok(()),
            Some(schema) => Err(StoreError::Refused(format!(
                "the role {role} may not make tables in the schema {schema}; run, as the owner of the database: \
                 GRANT CREATE ON SCHEMA {schema} TO {role}"
            ))),
            None => Err(StoreError::Refused(format!(
                "there is no schema that the role {role} may use (search_path is {search_path}); run, as the owner of the \
                 database: CREATE SCHEMA name AUTHORIZATION {role}, or GRANT USAGE, CREATE ON SCHEMA name TO {role}"
            ))),
        }
    }

    fn compare(&self, applied: &[Applied]) -> MigrationState {
        let is_applied = |version| applied.iter().any(|(applied, _)| *applied == version);
        let steps = self.migrator().iter();
        let missing = steps.filter(|step| !is_applied(step.version)).count();
        let is_known = |(version, _): &Applied| self.migrator().version_exists(*version);
        if missing > 0 {
            MigrationState::Pending(missing)
        } else if applied.iter().all(is_known) {
            MigrationState::Current
        } else {
            MigrationState::Newer
        }
    }

    /// Returns whether the applied migrations have the same text as those of this version.
    fn is_unchanged(&self, applied: &[Applied]) -> bool {
        self.migrator().iter().all(|step| {
            let same = |(version, checksum): &Applied| {
                *version == step.version && *checksum == *step.checksum
            };
            applied.iter().any(same)
        })
    }

    async fn applied_migrations(&self) -> Result<Vec<Applied>, StoreError> {
        if !self.has_migrations().await? {
            return Ok(Vec::new());
        }
        self.read.query(&APPLIED).all().await
    }

    async fn has_migrations(&self) -> Result<bool, StoreError> {
        self.read.query(&HAS_MIGRATIONS).scalar().await
    }

    fn migrator(&self) -> &'static Migrator {
        match self.engine() {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        }
    }
}
