//! A row that does not parse is a fault that names it, never a panic and never a value.

use facestep::{
    domain::{face::attempts::DeviceScope, id::*, key_encryption::KeyPurpose},
    ports::{fault::Fault, store::Db},
};

use crate::{
    database::{Database, on_each_kept_engine},
    samples::*,
};

type Read = fn(&mut dyn Db) -> Result<(), Fault>;

const DAMAGES: [(&str, &str, Read); 14] = [
    ("UPDATE users SET verified = '{' WHERE id = 'u1'", "users.verified of row \"u1\"", |db| {
        db.find_user(&user_id("u1")).map(drop)
    }),
    ("UPDATE users SET username = 'Not Folded' WHERE id = 'u1'", "users.username of row \"u1\"", |db| {
        db.find_user(&user_id("u1")).map(drop)
    }),
    ("UPDATE sessions SET seen_at = 9223372036854775807", "sessions.seen_at of row \"s1\"", |db| {
        db.find_session_by_id(&SessionId::parse("s1").unwrap()).map(drop)
    }),
    ("UPDATE clients SET authentication = 'tls'", "clients.authentication of row \"c1\"", |db| {
        db.find_client(&ClientId::parse("c1").unwrap()).map(drop)
    }),
    ("UPDATE interactions SET missed = ''", "interactions.missed of row \"i1\"", |db| {
        db.find_interaction(&InteractionId::parse("i1").unwrap()).map(drop)
    }),
    ("UPDATE grants SET assurance = 'null'", "grants.assurance of row \"g1\"", |db| {
        db.find_grant(&GrantId::parse("g1").unwrap()).map(drop)
    }),
    ("UPDATE runs SET stage = '{\"step\":\"approved\"}'", "runs.stage of row \"r1\"", |db| {
        db.find_run(&RunId::parse("r1").unwrap()).map(drop)
    }),
    ("UPDATE enrolments SET evidence = '[]'", "enrolments.evidence of row \"e1\"", |db| {
        db.find_enrolment_of(&user_id("u1")).map(drop)
    }),
    ("UPDATE enrolments SET evidence = '{}', renewal = -1", "enrolments.renewal of row \"e1\"", |db| {
        db.wrapped_by_others(KeyPurpose::Template, &KekId::parse("none").unwrap(), None, 9).map(drop)
    }),
    (
        "UPDATE key_encryption_keys SET used_since = 9223372036854775807",
        "key_encryption_keys.used_since of row \"template-first\"",
        |db| db.key_encryption_keys().map(drop),
    ),
    ("UPDATE ceremonies SET challenge = 'smile'", "ceremonies.challenge of row \"k1\"", |db| {
        db.find_ceremony(&CeremonyId::parse("k1").unwrap()).map(drop)
    }),
    // Its keys refer to it by its id.
    ("DELETE FROM device_keys; UPDATE devices SET id = 'a b'", "devices.id of row \"a b\"", |db| {
        db.find_device(&user_id("u1"), &secret("device").hash()).map(drop)
    }),
    (
        "UPDATE attempt_budgets SET last_spent_at = -9223372036854775807",
        "attempt_budgets.last_spent_at of row \"u1/unknown\"",
        |db| db.find_budget(&user_id("u1"), &DeviceScope::Unknown).map(drop),
    ),
    ("DELETE FROM audit_head", "audit_head.id of row \"1\"", |db| db.audit_head().map(drop)),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_does_not_parse_is_named_with_its_table_and_column() {
    on_each_kept_engine(async |database: Database| {
        database.store.transact(|db| fill(db, 1)).await.unwrap();
        for (damage, place, read) in DAMAGES {
            database.tamper(damage);
            match database.store.read(read).await {
                Err(Fault::Damaged(text)) => assert_eq!(text, place),
                other => panic!("{damage}: {other:?}"),
            }
        }
    })
    .await;
}
