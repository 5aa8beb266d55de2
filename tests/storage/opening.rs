//! Opening: migrations run once, a newer database is refused, a bad place is told.

use facestep::{
    domain::{id::ClientId, keys::SigningAlgorithm},
    ports::{fault::Fault, store::Db},
    storage,
};

use crate::{
    database::{Database, on_each_kept_engine, on_sqlite_file},
    samples::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_start_together_migrate_once() {
    on_each_kept_engine(async |database: Database| {
        let fresh = match database.url.strip_prefix("sqlite:") {
            Some(path) => format!("sqlite:{path}.fresh"),
            None => {
                database.tamper("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
                database.url.clone()
            }
        };
        let starts: Vec<_> = (0..6)
            .map(|_| {
                let url = fresh.clone();
                std::thread::spawn(move || storage::open(&url).map(drop))
            })
            .collect();
        for start in starts {
            start.join().unwrap().unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_from_before_data_keys_is_revoked_and_wiped_by_the_migration() {
    // Its embedder is no longer in use, so nothing could compare with it: the person enrols again.
    on_each_kept_engine(async |database: Database| {
        database.store.transact(|db| fill(db, 1)).await.unwrap();
        database.tamper(
            "DROP TABLE data_keys; DROP TABLE transform_keys; DROP TABLE key_encryption_keys;
             ALTER TABLE enrolments DROP COLUMN renewal;
             ALTER TABLE enrolments DROP COLUMN coverage;
             DELETE FROM __diesel_schema_migrations WHERE version IN ('0006', '0007')",
        );
        let store = storage::open(&database.url).unwrap();
        assert_eq!(store.read(|db| db.find_enrolment_of(&user_id("u1"))).await.unwrap(), None);
        let id = enrolment("e1", "u1", "r1").id;
        let found = store.read(move |db| db.find_enrolment(&id)).await.unwrap().unwrap();
        assert!(found.revoked_at.is_some() && found.sealed_template.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_keys_from_before_they_were_numbered_sign_on_in_the_order_in_which_they_were_made() {
    // Migration 0015
    on_each_kept_engine(async |database: Database| {
        let keys = [
            ("new", SigningAlgorithm::ES256, 5),
            ("old", SigningAlgorithm::ES256, 2),
            ("rsa", SigningAlgorithm::RS256, 3),
        ]
        .map(|(id, algorithm, made)| signing_key(id, algorithm, made));
        let insert =
            move |db: &mut dyn Db| keys.iter().try_for_each(|key| db.insert_signing_key(key).map(drop));
        database.store.transact(insert).await.unwrap();
        database.tamper(
            "DROP INDEX signing_keys_by_generation;
             ALTER TABLE signing_keys DROP COLUMN generation;
             ALTER TABLE signing_keys DROP COLUMN signs_from;
             ALTER TABLE signing_keys DROP COLUMN withdrawn_at;
             ALTER TABLE signing_keys DROP COLUMN certificate;
             DELETE FROM __diesel_schema_migrations WHERE version = '0015'",
        );
        let store = storage::open(&database.url).unwrap();
        let read = store.read(|db| db.signing_keys()).await.unwrap();
        let told: Vec<_> = read.iter().map(|key| (key.id.as_str(), key.generation, key.signs_from)).collect();
        assert_eq!(told, [("old", 0, at(2)), ("new", 1, at(5)), ("rsa", 0, at(3))]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_program_is_refused() {
    on_each_kept_engine(async |database: Database| {
        database.tamper(
            "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('9999', CURRENT_TIMESTAMP)",
        );
        match storage::open(&database.url).map(drop) {
            Err(Fault::Internal(text)) => assert!(text.contains("newer program (migration 9999"), "{text}"),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_cannot_be_opened_is_told_without_the_url() {
    for url in ["sqlite:/proc/nowhere/facestep.db", "postgres://someone:hunter2@127.0.0.1:1/facestep"] {
        match storage::open(url).map(drop) {
            Err(Fault::Unavailable(text)) => assert!(!text.contains("hunter2"), "{text}"),
            other => panic!("{url}: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_in_memory_are_strangers_to_each_other() {
    let (one, other) = (storage::open("sqlite::memory:").unwrap(), storage::open("sqlite::memory:").unwrap());
    one.transact(|db| db.insert_client(&client("c1"))).await.unwrap();
    let found = other.read(|db| db.find_client(&ClientId::parse("c1").unwrap())).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sqlite_file_and_its_log_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    on_sqlite_file(async |database: Database| {
        database.store.transact(|db| db.insert_client(&client("c1"))).await.unwrap();
        let path = database.url.strip_prefix("sqlite:").unwrap();
        for file in [path.to_owned(), format!("{path}-wal")] {
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{file}");
        }
    })
    .await;
}
