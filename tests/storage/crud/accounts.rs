//! Accounts, sessions and known devices.

use facestep::{
    domain::{
        authn::ledger::{AssuranceEntry, BoundKey, Evidence, Method, Showing},
        face::way::Way,
        id::{RunId, SessionId},
        user::{User, Username},
        workflow::definition::WorkflowName,
    },
    ports::fault::Fault,
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_found_by_id_and_by_name_and_a_name_is_taken_once() {
    on_each_engine(async |Database { store, .. }: Database| {
        let bare = User { verified: None, ..user("bare") };
        let (whole, other) = (user("u1"), user("u2"));
        let rival = User { id: user_id("u9"), ..whole.clone() };
        store
            .transact(move |db| {
                assert!(db.insert_user(&whole)?);
                // Refused without spoiling the transaction, on PostgreSQL too.
                assert!(!db.insert_user(&rival)?);
                assert!(db.insert_user(&bare)?);
                db.insert_user(&other)
            })
            .await
            .unwrap();
        let (by_id, by_name, bare, none) = store
            .read(|db| {
                Ok((
                    db.find_user(&user_id("u1"))?,
                    db.find_user_by_name(&Username::parse("U1@example.org").unwrap())?,
                    db.find_user(&user_id("bare"))?,
                    db.find_user(&user_id("u9"))?,
                ))
            })
            .await
            .unwrap();
        let by_id = by_id.unwrap();
        assert_eq!(by_id.verified, Some(verified()));
        assert_eq!(by_id.created_at, at(0));
        assert_eq!(by_id.password.0, "$argon2id$of-u1");
        assert_eq!(by_name.unwrap().id, by_id.id);
        assert_eq!(bare.unwrap().verified, None);
        assert!(none.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_found_by_its_newest_cookie_only() {
    on_each_engine(async |Database { store, .. }: Database| {
        let anonymous = session("s1", None);
        let first_cookie = anonymous.token_hash.clone();
        let written = anonymous.clone();
        store
            .transact(move |db| {
                db.insert_user(&user("u1"))?;
                db.insert_session(&written)
            })
            .await
            .unwrap();
        let signed_in = store
            .transact(move |db| {
                let mut read = db.find_session(&first_cookie)?.unwrap();
                assert_eq!((read.version, read.user.clone()), (0, None));
                let showing = Showing {
                    workflow: Some(WorkflowName::child()),
                    proofed_at: Some(at(40)),
                    ..Showing::new(RunId::parse("r1").unwrap(), Way::Distance)
                };
                let key = BoundKey { thumbprint: "t".into(), bound_at: at(41) };
                let entry = AssuranceEntry {
                    device_key: Some(key),
                    ..AssuranceEntry::own(Method::Face, at(50), Evidence::ChildRun(showing))
                };
                read.sign_in(user_id("u1"), entry, &secret("newer"), secret("newer csrf")).unwrap();
                db.save_session(&read)?;
                assert!(db.find_session(&first_cookie)?.is_none());
                Ok(read)
            })
            .await
            .unwrap();
        let read = store.read(|db| db.find_session(&secret("newer").hash())).await.unwrap().unwrap();
        assert_eq!(read.version, 1);
        assert_eq!(read.ledger, signed_in.ledger);
        assert_eq!(read.user, signed_in.user);
        assert_eq!((read.opened_at, read.seen_at), (signed_in.opened_at, signed_in.seen_at));
        assert!(read.csrf.matches("newer csrf"));
        let by_id = store.read(|db| db.find_session_by_id(&SessionId::parse("s1").unwrap())).await.unwrap();
        assert_eq!(by_id.unwrap().token_hash, read.token_hash);

        // A field that becomes empty again is written too.
        store
            .transact(move |db| {
                let mut read = db.find_session(&secret("newer").hash())?.unwrap();
                read.user = None;
                db.save_session(&read)
            })
            .await
            .unwrap();
        let read = store.read(|db| db.find_session(&secret("newer").hash())).await.unwrap().unwrap();
        assert_eq!((read.user, read.version), (None, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_known_to_the_account_that_succeeded_on_it_only() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (mine, theirs) = store
            .transact(|db| {
                db.insert_user(&user("u1"))?;
                db.insert_user(&user("u2"))?;
                db.insert_device(&device("d1", "u1"))?;
                let cookie = secret("device").hash();
                Ok((db.find_device(&user_id("u1"), &cookie)?, db.find_device(&user_id("u2"), &cookie)?))
            })
            .await
            .unwrap();
        assert_eq!(mine.unwrap().first_success_at, at(11));
        assert!(theirs.is_none());
        // The same browser may become known to another account.
        store.transact(|db| db.insert_device(&device("d2", "u2"))).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_owner_is_not_there_is_a_conflict() {
    on_each_engine(async |Database { store, .. }: Database| {
        let orphan = store.transact(|db| db.insert_run(&run("r1", "nobody", "i1"))).await;
        assert!(matches!(orphan, Err(Fault::Conflict(_))), "{orphan:?}");
    })
    .await;
}
