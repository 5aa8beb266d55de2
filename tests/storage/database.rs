//! Fresh databases on every engine, and raw SQL behind the store's back.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection, sql_query, sql_types::BigInt,
};
use facestep::{ports::store::Store, storage};
use tempfile::TempDir;

/// A fresh database, gone when dropped.
pub struct Database {
    pub store: Arc<dyn Store>,
    pub url: String,
    _folder: Option<TempDir>,
    _postgres: Option<PostgresDatabase>,
}

/// Runs a case on SQLite in memory and on [`on_each_kept_engine`].
pub async fn on_each_engine(case: impl AsyncFn(Database)) {
    println!("on SQLite in memory");
    let url = "sqlite::memory:".to_owned();
    let store = storage::open(&url).unwrap();
    case(Database { store, url, _folder: None, _postgres: None }).await;
    on_each_kept_engine(case).await;
}

/// Runs a case on SQLite in a file and on PostgreSQL: where a database can be opened a second time.
pub async fn on_each_kept_engine(case: impl AsyncFn(Database)) {
    on_sqlite_file(&case).await;
    on_postgres(&case).await;
}

/// Runs a case on PostgreSQL.
pub async fn on_postgres(case: impl AsyncFn(Database)) {
    let Some(postgres) = PostgresDatabase::create() else { return };
    println!("on PostgreSQL");
    let url = postgres.url.clone();
    let store = storage::open(&url).unwrap();
    case(Database { store, url, _folder: None, _postgres: Some(postgres) }).await;
}

/// Runs a case on SQLite in a file.
pub async fn on_sqlite_file(case: impl AsyncFn(Database)) {
    println!("on SQLite in a file");
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("facestep.db").display());
    let store = storage::open(&url).unwrap();
    case(Database { store, url, _folder: Some(folder), _postgres: None }).await;
}

impl Database {
    /// Runs statements without asking the store.
    pub fn tamper(&self, sql: &str) {
        match Raw::open(&self.url) {
            Raw::Sqlite(mut connection) => connection.batch_execute(sql).unwrap(),
            Raw::Postgres(mut connection) => connection.batch_execute(sql).unwrap(),
        }
    }

    /// What a `SELECT count(*) AS n …` counts.
    pub fn count(&self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let count: Count = match Raw::open(&self.url) {
            Raw::Sqlite(mut connection) => sql_query(sql).get_result(&mut connection).unwrap(),
            Raw::Postgres(mut connection) => sql_query(sql).get_result(&mut connection).unwrap(),
        };
        count.n
    }
}

enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Raw {
    fn open(url: &str) -> Self {
        match url.strip_prefix("sqlite:") {
            Some(path) => {
                let mut connection = SqliteConnection::establish(path).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                Self::Sqlite(connection)
            }
            None => Self::Postgres(PgConnection::establish(url).unwrap()),
        }
    }
}

/// A database of one case's own on the test server.
struct PostgresDatabase {
    server: String,
    name: String,
    url: String,
}

impl PostgresDatabase {
    fn create() -> Option<Self> {
        let Ok(server) = env::var("FACESTEP_TEST_POSTGRES_URL") else {
            let required = env::var("CI_REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
            assert!(!required, "CI_REQUIRE_POSTGRES=1, and FACESTEP_TEST_POSTGRES_URL is not set");
            println!("PostgreSQL skipped: FACESTEP_TEST_POSTGRES_URL is not set");
            return None;
        };
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("facestep_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        PgConnection::establish(&server).unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Some(Self { server, name, url: url.into() })
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let dropped = PgConnection::establish(&self.server)
            .unwrap()
            .batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        if let Err(error) = dropped {
            println!("{} was left behind: {error}", self.name);
        }
    }
}
