//! Erasing an account takes everything that is the account's, and nothing else.

use facestep::domain::id::InteractionId;

use crate::{
    database::{Database, on_each_engine, on_each_kept_engine},
    samples::*,
};

/// Every table that holds something of an account, and how its rows are told apart.
const OF_AN_ACCOUNT: [(&str, &str); 19] = [
    ("users", "id"),
    ("sessions", "user_id"),
    ("administrators", "user_id"),
    ("admin_invitations", "user_id"),
    ("identity_checks", "user_id"),
    ("grants", "user_id"),
    ("refresh_tokens", "'u' || substr(grant_id, 2)"),
    ("access_tokens", "'u' || substr(grant_id, 2)"),
    ("access_consents", "user_id"),
    ("runs", "user_id"),
    ("enrolments", "user_id"),
    ("data_keys", "'u' || substr(enrolment_id, 2)"),
    ("transform_keys", "'u' || substr(enrolment_id, 2)"),
    ("ceremonies", "user_id"),
    ("devices", "user_id"),
    ("device_keys", "user_id"),
    ("shown_captures", "user_id"),
    ("attempt_budgets", "user_id"),
    ("interactions", "'u' || substr(id, 2)"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_account_leaves_audit_events_only() {
    on_each_kept_engine(async |database: Database| {
        let erased = database
            .store
            .transact(|db| {
                fill(db, 1)?;
                fill(db, 2)?;
                db.erase_user(&user_id("u1"))
            })
            .await
            .unwrap();
        assert!(erased);
        for (table, owner) in OF_AN_ACCOUNT {
            let count =
                |user| database.count(&format!("SELECT count(*) AS n FROM {table} WHERE {owner} = '{user}'"));
            assert_eq!(count("u1"), 0, "{table}");
            assert!(count("u2") > 0, "{table}");
        }
        assert_eq!(database.count("SELECT count(*) AS n FROM audit_events"), 2);
        assert_eq!(database.count("SELECT count(*) AS n FROM clients"), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_erased_once_and_its_name_is_free_again() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (first, second, again) = store
            .transact(|db| {
                fill(db, 1)?;
                let first = db.erase_user(&user_id("u1"))?;
                Ok((first, db.erase_user(&user_id("u1"))?, db.insert_user(&user("u1"))?))
            })
            .await
            .unwrap();
        assert_eq!((first, second, again), (true, false, true));
        // What waited in a browser is gone with its session, not free for another browser to take up.
        let left = store.read(|db| db.find_interaction(&InteractionId::parse("i1").unwrap())).await.unwrap();
        assert_eq!(left, None);
    })
    .await;
}
