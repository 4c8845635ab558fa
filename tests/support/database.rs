//! A database of its own for each service under test, on the engine that `LATCHKEY_TEST_DATABASE` names.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::Duration;

use latchkey::store::{DatabaseUrl, StatementMode, Store, StoreOptions};
use sqlx::{Connection, PgConnection};

use super::unique_name;

/// A fresh database on the engine under test, which is dropped with this value.
pub struct TestDatabase {
    pub url: String,
    _folder: Option<tempfile::TempDir>,
    _server: Option<ServerDatabase>,
}

impl TestDatabase {
    /// Creates a database. On a server, it is migrated; elsewhere, the service migrates it when it starts.
    pub async fn make() -> Self {
        match engine().as_str() {
            "memory" => Self {
                url: "sqlite::memory:".to_owned(),
                _folder: None,
                _server: None,
            },
            "file" => Self::file(),
            server => Self::on_server(ServerDatabase::migrated(server).await),
        }
    }

    /// Creates a database that several nodes or processes can share, so never one in memory.
    pub async fn shared() -> Self {
        match engine().as_str() {
            "memory" => Self::file(),
            _ => Self::make().await,
        }
    }

    /// Creates a database without tables, which several nodes or processes can share.
    pub async fn empty() -> Self {
        match engine().as_str() {
            "memory" | "file" => Self::file(),
            server => Self::on_server(ServerDatabase::empty(server).await),
        }
    }

    /// Returns an SQLite file that the caller keeps, on every engine under test.
    pub fn sqlite_file(path: &Path) -> Self {
        Self {
            url: format!("sqlite:{}", path.display()),
            _folder: None,
            _server: None,
        }
    }

    fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}/test.db", folder.path().display()),
            _folder: Some(folder),
            _server: None,
        }
    }

    fn on_server(database: ServerDatabase) -> Self {
        Self {
            url: database.url(),
            _folder: None,
            _server: Some(database),
        }
    }
}

/// Returns the engine that the suite runs on.
pub fn engine() -> String {
    std::env::var("LATCHKEY_TEST_DATABASE").unwrap_or_else(|_| "memory".to_owned())
}

/// A database of its own on a PostgreSQL server.
struct ServerDatabase {
    server: String,
    name: String,
}

impl ServerDatabase {
    async fn empty(server: &str) -> Self {
        let database = Self {
            server: server.to_owned(),
            name: unique_name().replace('-', "_"),
        };
        let create = format!("CREATE DATABASE {}", database.name);
        ask(server, &create).await.unwrap();
        database
    }

    /// Copies a database that was migrated once for all tests, which is five times as fast as migrating each.
    async fn migrated(server: &str) -> Self {
        let template = template_name();
        let database = Self {
            server: server.to_owned(),
            name: unique_name().replace('-', "_"),
        };
        let copy = format!("CREATE DATABASE {} TEMPLATE {template}", database.name);
        if ask(server, &copy).await.is_err() {
            make_template(server, &template).await;
            ask(server, &copy).await.unwrap();
        }
        database
    }

    fn url(&self) -> String {
        url_on(&self.server, &self.name)
    }
}

/// Drops the database, because hundreds of 8 MB each would fill a small disk.
impl Drop for ServerDatabase {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // The runtime of the test cannot block here on its own task, so another thread does.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                // A stopped server has no databases to drop.
                let _ = runtime.block_on(ask(&self.server, &drop));
            });
        });
    }
}

/// Returns a hash that changes with the migrations.
fn template_name() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let files = fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let text = fs::read(&path).unwrap();
        (path, text)
    });
    let mut hasher = DefaultHasher::new();
    files.collect::<BTreeMap<_, _>>().hash(&mut hasher);
    format!("latchkey_template_{:016x}", hasher.finish())
}

/// Creates the template, unless another process has. The template gets its name once it is complete.
async fn make_template(server: &str, template: &str) {
    let mut lock = PgConnection::connect(server).await.unwrap();
    sqlx::query("SELECT pg_advisory_lock(4711)")
        .execute(&mut lock)
        .await
        .unwrap();
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(template)
            .fetch_one(&mut lock)
            .await
            .unwrap();
    if !exists {
        let draft = ServerDatabase::empty(server).await;
        let url: DatabaseUrl = draft.url().parse().unwrap();
        let options = StoreOptions {
            statements: StatementMode::Prepared,
            max_connections: 1,
            acquire_timeout: Duration::from_secs(30),
            timeout: Duration::from_mins(1),
        };
        let store = Store::open(&url, options).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await;
        let rename = format!("ALTER DATABASE {} RENAME TO {template}", draft.name);
        ask(server, &rename).await.unwrap();
    }
    lock.close().await.unwrap();
}

fn url_on(server: &str, database: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{database}")
}

async fn ask(server: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(&mut connection)
        .await?;
    connection.close().await
}
