//! Versions of the policies and of clients: without gaps, never changed, and of two who write at once one wins.

use std::sync::Arc;

use facestep::{
    domain::{
        authn::{document::House, document::PolicyDocument, policy_set::Policy},
        change::{Author, Change},
        id::ClientId,
        session::SessionLifetimes,
        versions::{ClientVersion, PolicyVersion},
    },
    flows::{
        admin::policies::{PolicyDesk, Premises},
        policy_book::PolicyBook,
    },
    ports::{fault::Fault, store::Store},
    system::{SystemClock, SystemEntropy},
};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

fn version(number: i64, reason: &str) -> PolicyVersion {
    PolicyVersion {
        number,
        document: format!("{{\"contexts\":[],\"n\":{number}}}"),
        author: Author::Operator(user_id("u1")),
        reason: reason.into(),
        at: at(number),
    }
}

fn client_version(id: &str, number: i64) -> ClientVersion {
    ClientVersion {
        client: ClientId::parse(id).unwrap(),
        number,
        snapshot: (number != 2).then(|| json!({ "client_name": "Ö", "n": number })),
        author: Author::Installer,
        reason: String::new(),
        at: at(number),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_of_the_policies_are_read_back_as_they_were_written() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (none, numbers, found, page) = store
            .transact(|db| {
                let none = (db.policy_number()?, db.find_policy(1)?);
                for number in 1..=3 {
                    assert!(db.insert_policy(&version(number, "why"))?);
                }
                let numbers = (db.policy_number()?, db.insert_policy(&version(3, "again"))?);
                Ok((none, numbers, db.find_policy(3)?, db.policy_versions(3, 1)?))
            })
            .await
            .unwrap();
        assert_eq!(none, (0, None));
        assert_eq!(numbers, (3, false), "a number is taken once");
        assert_eq!(found, Some(version(3, "why")));
        assert_eq!(page, [version(2, "why")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_of_clients_are_counted_for_each_and_a_number_is_taken_once() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (numbers, page) = store
            .transact(|db| {
                for (id, number) in [("bank", 1), ("bank", 2), ("shop", 1), ("bank", 3)] {
                    db.insert_client_version(&client_version(id, number))?;
                }
                let number = |id: &str| ClientId::parse(id).unwrap();
                let numbers = [number("bank"), number("shop"), number("none")]
                    .map(|id| db.client_version_number(&id).unwrap());
                Ok((numbers, db.client_versions(&number("bank"), 3, 5)?))
            })
            .await
            .unwrap();
        assert_eq!(numbers, [3, 1, 0]);
        assert_eq!(page, [client_version("bank", 2), client_version("bank", 1)]);
        let taken = store.transact(|db| db.insert_client_version(&client_version("bank", 3))).await;
        assert!(matches!(taken, Err(Fault::Conflict(_))), "{taken:?}");
    })
    .await;
}

fn desk(store: &Arc<dyn Store>) -> PolicyDesk {
    let hour = SignedDuration::from_hours(1);
    let sessions = SessionLifetimes { idle: hour, absolute: hour, anonymous: hour };
    let book = Arc::new(PolicyBook::new(House::default()));
    let premises = Premises { sessions, any_resource: false };
    PolicyDesk::new(store.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy), book, premises)
}

fn document(name: &str) -> PolicyDocument {
    let mut document = PolicyDocument::shipped(&House::default());
    let policy = json!({ "name": name, "demand": { "acr": "urn:facestep:acr:face" } });
    document.policies.push(serde_json::from_value::<Policy>(policy).unwrap());
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_apply_at_once_one_wins_and_the_other_is_told() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (one, other) = (desk(&store), desk(&store));
        for round in 0..10 {
            let change = Change::by(Author::Installer);
            let (a, b) = (document(&format!("a{round}")), document(&format!("b{round}")));
            let (first, second) =
                tokio::join!(one.apply(&a, Some(round), &change), other.apply(&b, Some(round), &change));
            assert_eq!([&first, &second].iter().filter(|applied| applied.is_ok()).count(), 1);
            let winner = if first.is_ok() { a } else { b };
            let current = one.current().await.unwrap();
            assert_eq!((current.number, current.document), (round + 1, winner));
        }
        // Who names no version is put behind whoever was faster, and both are kept.
        let change = Change::by(Author::Installer);
        let (a, b) = (document("a"), document("b"));
        let (first, second) = tokio::join!(one.apply(&a, None, &change), other.apply(&b, None, &change));
        assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
        assert_eq!(one.current().await.unwrap().number, 12);
        let events = store.read(|db| db.search_events(&Default::default(), None, 100)).await.unwrap();
        assert_eq!(events.len(), 12, "each version has its event");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_in_use_and_how_long_a_session_lay_unused_are_read_back() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (groups, longest) = store
            .transact(|db| {
                fill(db, 1)?;
                fill(db, 2)?;
                db.set_groups(&user_id("u1"), &["staff".into(), "admins".into()])?;
                db.set_groups(&user_id("u2"), &["staff".into()])?;
                let mut session = session("s9", Some("u1"));
                session.longest_idle = SignedDuration::from_millis(61_001);
                db.insert_session(&session)?;
                Ok((db.groups_in_use()?, db.find_session(&session.token_hash)?.unwrap().longest_idle))
            })
            .await
            .unwrap();
        assert_eq!(groups, ["admins", "staff"]);
        assert_eq!(longest.as_millis(), 61_001);
    })
    .await;
}
