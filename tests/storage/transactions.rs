//! All of a transaction or none of it, whatever happens in it or beside it.

use std::{
    sync::{Arc, mpsc},
    task::{Context, Waker},
};

use facestep::{
    domain::{id::InteractionId, user::User},
    ports::{
        fault::Fault,
        store::{Db, Store, Work},
    },
    storage,
};

use crate::{
    database::{Database, on_each_engine, on_each_kept_engine, on_sqlite_file},
    samples::*,
};

async fn find(store: &Arc<dyn Store>, id: &'static str) -> Option<User> {
    store.read(move |db| db.find_user(&user_id(id))).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_fails_leaves_nothing() {
    on_each_engine(async |Database { store, .. }: Database| {
        let failed: Result<(), Fault> = store
            .transact(|db| {
                db.insert_user(&user("u1"))?;
                Err(Fault::Conflict("on purpose"))
            })
            .await;
        assert!(matches!(failed, Err(Fault::Conflict("on purpose"))));
        assert!(find(&store, "u1").await.is_none());
        assert!(store.transact(|db| db.insert_user(&user("u1"))).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_panics_leaves_nothing_and_the_next_one_runs() {
    on_each_engine(async |Database { store, .. }: Database| {
        for _ in 0..40 {
            let failed: Result<(), Fault> = store
                .transact(|db| {
                    db.insert_user(&user("u1"))?;
                    panic!("on purpose")
                })
                .await;
            assert!(matches!(failed, Err(Fault::Internal(_))), "{failed:?}");
        }
        assert!(find(&store, "u1").await.is_none());
        assert!(store.transact(|db| db.insert_user(&user("u1"))).await.unwrap());
        let failed: Result<(), Fault> = store.read(|_| panic!("on purpose")).await;
        assert!(failed.is_err());
        assert!(find(&store, "u1").await.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_goes_on_after_a_fault_leaves_nothing() {
    on_each_engine(async |Database { store, .. }: Database| {
        let outcome = store
            .transact(|db| {
                db.insert_user(&user("u1"))?;
                assert!(db.insert_run(&run("r1", "nobody", "i1")).is_err());
                Ok(())
            })
            .await;
        assert!(outcome.is_err());
        assert!(find(&store, "u1").await.is_none());
        // The same for a guard that did not hold, which is no error of the database's.
        let outcome = store
            .transact(|db| {
                db.insert_user(&user("u1"))?;
                assert!(db.save_session(&session("s1", None)).is_err());
                Ok(())
            })
            .await;
        assert!(outcome.is_err());
        assert!(find(&store, "u1").await.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_cannot_write() {
    on_each_engine(async |Database { store, .. }: Database| {
        assert!(store.read(|db| db.insert_user(&user("u1"))).await.is_err());
        assert!(find(&store, "u1").await.is_none());
        assert!(store.transact(|db| db.insert_user(&user("u1"))).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_sees_what_it_wrote_itself() {
    on_each_engine(async |Database { store, .. }: Database| {
        let seen = store
            .transact(|db| {
                fill(db, 1)?;
                db.find_interaction(&InteractionId::parse("i1").unwrap())
            })
            .await;
        assert_eq!(seen.unwrap(), Some(interaction("i1", "c1", Some("s1"))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_one_group_do_not_drag_each_other_down() {
    on_each_engine(async |Database { store, .. }: Database| {
        let held = hold_the_writer(&store);
        let members: Vec<_> = (0..30)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { store.transact(move |db| member(db, n)).await })
            })
            .collect();
        held.release().await;
        for (n, member) in members.into_iter().enumerate() {
            assert_eq!(member.await.unwrap().is_ok(), n % 3 == 0, "member {n}");
        }
        for n in 0..30 {
            let found = store.read(move |db| db.find_user(&user_id(&format!("m{n}")))).await.unwrap();
            assert_eq!(found.is_some(), n % 3 == 0, "member {n}");
        }
    })
    .await;
}

/// Every third succeeds, fails, or panics.
fn member(db: &mut dyn Db, n: u32) -> Result<(), Fault> {
    db.insert_user(&user(&format!("m{n}")))?;
    match n % 3 {
        0 => Ok(()),
        1 => Err(Fault::Conflict("on purpose")),
        _ => panic!("on purpose"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_answered_before_it_is_committed() {
    on_sqlite_file(async |Database { store, .. }: Database| {
        // One group: `first` has run when `second` runs, and must wait for it with the commit.
        let held = hold_the_writer(&store);
        let queue = |work: Work| {
            let store = store.clone();
            let mut run = Box::pin(async move { store.transact(work).await });
            // Polled once, it stands in the queue; the order is ours.
            assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            run
        };
        let mut first = queue(Box::new(|db| db.insert_user(&user("first")).map(drop)));
        let (running, runs) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel();
        let second = queue(Box::new(move |db| {
            running.send(()).unwrap();
            goes_on.recv().unwrap();
            db.insert_user(&user("second")).map(drop)
        }));
        held.release().await;
        tokio::task::spawn_blocking(move || runs.recv()).await.unwrap().unwrap();
        assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(find(&store, "first").await.is_none(), "seen before its commit");
        go_on.send(()).unwrap();
        first.await.unwrap();
        assert!(find(&store, "first").await.is_some());
        second.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_reopening() {
    on_each_kept_engine(async |database: Database| {
        database.store.transact(|db| fill(db, 1)).await.unwrap();
        let again = storage::open(&database.url).unwrap();
        assert!(find(&again, "u1").await.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_commits_what_waits_even_when_the_caller_has_gone() {
    on_sqlite_file(async |mut database: Database| {
        let store = std::mem::replace(&mut database.store, storage::open("sqlite::memory:").unwrap());
        for n in 0..100 {
            let mut run = Box::pin(store.transact(move |db| db.insert_user(&user(&format!("u{n}")))));
            let _ = run.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        drop(store);
        assert_eq!(database.count("SELECT count(*) AS n FROM users"), 100);
    })
    .await;
}

/// Keeps a transaction open, so that what comes after it waits and then runs as one group on SQLite.
fn hold_the_writer(store: &Arc<dyn Store>) -> Held {
    let (running, runs) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    let store = store.clone();
    let task = tokio::spawn(async move {
        let hold = move |_: &mut dyn Db| {
            running.send(()).unwrap();
            goes_on.recv().unwrap();
            Ok(())
        };
        store.transact(hold).await
    });
    runs.recv().unwrap();
    Held { go_on, task }
}

struct Held {
    go_on: mpsc::Sender<()>,
    task: tokio::task::JoinHandle<Result<(), Fault>>,
}

impl Held {
    async fn release(self) {
        self.go_on.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}
