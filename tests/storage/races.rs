//! Many at once: guards hold, one wins, nothing is counted twice or lost.

use std::sync::Arc;

use facestep::{
    domain::{
        face::attempts::DeviceScope,
        id::{CeremonyId, GrantId, InteractionId, RefreshId},
        keys::SigningAlgorithm,
        oidc::refresh::RefreshToken,
        user::User,
    },
    ports::{
        fault::Fault,
        store::{Db, Store},
    },
};
use tokio::sync::Barrier;

use crate::{
    database::{Database, on_each_engine, on_postgres},
    samples::*,
};

const TASKS: usize = 8;

/// Runs the same transaction from every task at once.
async fn at_once<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl Fn(&mut dyn Db, usize) -> Result<T, Fault> + Clone + Send + 'static,
) -> Vec<Result<T, Fault>> {
    let barrier = Arc::new(Barrier::new(TASKS));
    let tasks: Vec<_> = (0..TASKS)
        .map(|n| {
            let (store, barrier, work) = (store.clone(), barrier.clone(), work.clone());
            tokio::spawn(async move {
                barrier.wait().await;
                store.transact(move |db| work(db, n)).await
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

fn winners<T>(outcomes: &[Result<T, Fault>]) -> usize {
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Fault::Conflict(_)))));
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_read_the_same_version_one_saves() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        for round in 1..=20 {
            let read =
                store.read(|db| db.find_ceremony(&CeremonyId::parse("k1").unwrap())).await.unwrap().unwrap();
            let outcomes = at_once(&store, move |db, _| db.save_ceremony(&read)).await;
            assert_eq!(winners(&outcomes), 1);
            let read =
                store.read(|db| db.find_ceremony(&CeremonyId::parse("k1").unwrap())).await.unwrap().unwrap();
            assert_eq!(read.version, round);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_increment_is_lost_when_losers_try_again() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    for _ in 0..25 {
                        while let Err(fault) = store.transact(increment).await {
                            assert!(matches!(fault, Fault::Conflict(_)), "{fault:?}");
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let read = store
            .read(|db| db.find_interaction(&InteractionId::parse("i1").unwrap()))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(read.ceremonies_opened, 200);
        assert_eq!(read.version, 200);
    })
    .await;
}

fn increment(db: &mut dyn Db) -> Result<(), Fault> {
    let mut read = db.find_interaction(&InteractionId::parse("i1").unwrap())?.unwrap();
    read.ceremonies_opened += 1;
    db.save_interaction(&read)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_code_has_one_winner() {
    // RFC 6749 §4.1.2
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        for n in 0..50 {
            let name = move || GrantId::parse(&format!("race{n}")).unwrap();
            store.transact(move |db| db.insert_grant(&grant(name().as_str(), "c1", "u1"))).await.unwrap();
            let outcomes = at_once(&store, move |db, _| db.claim_grant(&name(), at(100))).await;
            let claimed: Vec<bool> = outcomes.into_iter().map(|outcome| outcome.unwrap()).collect();
            assert_eq!(claimed.iter().filter(|won| **won).count(), 1, "{claimed:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refresh_token_has_one_winner() {
    // RFC 9700 §4.14.2
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        let mut used = refresh_token("t1", "g1");
        for round in 0..50 {
            let hash = used.secret_hash.clone();
            let next = move |n: usize| RefreshToken {
                secret_hash: secret(&format!("{round}-{n}")).hash(),
                ..refresh_token("t1", "g1")
            };
            let outcomes = at_once(&store, move |db, n| db.rotate_refresh_token(&hash, &next(n))).await;
            let rotated: Vec<bool> = outcomes.into_iter().map(|outcome| outcome.unwrap()).collect();
            assert_eq!(rotated.iter().filter(|won| **won).count(), 1, "{rotated:?}");
            let read = store.read(|db| db.find_refresh_token(&RefreshId::parse("t1").unwrap())).await;
            used = read.unwrap().unwrap();
            let winner = rotated.iter().position(|won| *won).unwrap();
            assert_eq!(used.secret_hash, secret(&format!("{round}-{winner}")).hash());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_assertion_has_one_winner() {
    // RFC 7523 §3, item 7
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        for round in 0..20 {
            let outcomes = at_once(&store, move |db, _| {
                db.use_assertion(&used_assertion("c1", &format!("race-{round}")))
            })
            .await;
            let counted: Vec<bool> = outcomes.into_iter().map(|outcome| outcome.unwrap()).collect();
            assert_eq!(counted.iter().filter(|won| **won).count(), 1, "{counted:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_population_never_overspends() {
    on_each_engine(async |Database { store, .. }: Database| {
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut taken = 0;
                    for _ in 0..20 {
                        taken += usize::from(store.transact(|db| db.spend_population(3, 100)).await.unwrap());
                    }
                    taken
                })
            })
            .collect();
        let mut taken = 0;
        for task in tasks {
            taken += task.await.unwrap();
        }
        assert_eq!(taken, 100);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_a_budget_and_an_enrolment_are_each_made_once() {
    on_each_engine(async |Database { store, .. }: Database| {
        let outcomes = at_once(&store, |db, n| {
            let rival = User { id: user_id(&format!("rival{n}")), ..user("u0") };
            db.insert_user(&rival)
        })
        .await;
        assert_eq!(outcomes.into_iter().filter(|outcome| *outcome.as_ref().unwrap()).count(), 1);

        store
            .transact(|db| {
                db.insert_user(&user("u1"))?;
                (0..TASKS).try_for_each(|n| db.insert_run(&run(&format!("r{n}"), "u1", "i1")))
            })
            .await
            .unwrap();
        let outcomes = at_once(&store, |db, _| db.save_budget(&budget("u1", DeviceScope::Unknown))).await;
        assert_eq!(winners(&outcomes), 1);
        let outcomes = at_once(&store, |db, n| {
            db.insert_enrolment(&enrolment(&format!("e{n}"), "u1", &format!("r{n}")))
        })
        .await;
        assert_eq!(winners(&outcomes), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_erased_meanwhile_leaves_no_orphan() {
    on_each_engine(async |Database { store, .. }: Database| {
        for n in 0..10 {
            let name = move || format!("u{n}");
            store
                .transact(move |db| {
                    db.insert_user(&user(&name()))?;
                    db.insert_client(&client("c1")).map(drop)
                })
                .await
                .unwrap();
            let outcomes = at_once(&store, move |db, task| match task {
                0 => db.erase_user(&user_id(&name())).map(drop),
                _ => db.insert_grant(&grant(&format!("g{n}-{task}"), "c1", &name())),
            })
            .await;
            assert!(outcomes[0].is_ok());
            assert!(winners(&outcomes) >= 1);
            for task in 1..TASKS {
                let left = store
                    .read(move |db| db.find_grant(&GrantId::parse(&format!("g{n}-{task}")).unwrap()))
                    .await;
                assert_eq!(left.unwrap(), None);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_wait_for_each_other_one_is_a_conflict() {
    // SQLite has one writer, so nobody there can wait for another's lock.
    on_postgres(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                fill(db, 1)?;
                fill(db, 2)
            })
            .await
            .unwrap();
        let both_hold_one = Arc::new(std::sync::Barrier::new(2));
        let cross = |first: &'static str, second: &'static str| {
            let (store, both_hold_one) = (store.clone(), both_hold_one.clone());
            tokio::spawn(async move {
                let save = |db: &mut dyn Db, id| {
                    let read = db.find_ceremony(&CeremonyId::parse(id).unwrap())?.unwrap();
                    db.save_ceremony(&read)
                };
                let work = move |db: &mut dyn Db| {
                    save(db, first)?;
                    both_hold_one.wait();
                    save(db, second)
                };
                store.transact(work).await
            })
        };
        let (one, other) = (cross("k1", "k2"), cross("k2", "k1"));
        assert_eq!(winners(&[one.await.unwrap(), other.await.unwrap()]), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_make_the_next_signing_key_one_does() {
    on_each_engine(async |Database { store, .. }: Database| {
        for round in 0..20 {
            let outcomes = at_once(&store, move |db, n| {
                db.insert_signing_key(&signing_key(&format!("k{round}-{n}"), SigningAlgorithm::ES256, round))
            })
            .await;
            assert_eq!(outcomes.into_iter().filter(|outcome| *outcome.as_ref().unwrap()).count(), 1);
        }
    })
    .await;
}
