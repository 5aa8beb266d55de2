//! Key-encryption keys, and what they wrap.

use facestep::{
    domain::{
        id::{EnrolmentId, KekId},
        key_encryption::{KeyEncryptionKey, KeyPurpose, WrappedKey},
        workflow::enrolment::Enrolment,
    },
    ports::{
        fault::Fault,
        store::{Db, KeptKey},
    },
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

const TEMPLATE: KeyPurpose = KeyPurpose::Template;

fn named(id: &str) -> KekId {
    KekId::parse(id).unwrap()
}

fn e1() -> EnrolmentId {
    EnrolmentId::parse("e1").unwrap()
}

fn rotated(db: &mut dyn Db) -> Result<(), Fault> {
    fill(db, 1)?;
    db.use_key_encryption_key(&kek(TEMPLATE, "second", 9))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_of_each_purpose_is_in_use_and_those_before_stay_known() {
    on_each_engine(async |Database { store, .. }: Database| {
        let known = store
            .transact(|db| {
                rotated(db)?;
                db.key_encryption_keys()
            })
            .await
            .unwrap();
        let old = KeyEncryptionKey { in_use: false, ..kek(TEMPLATE, "first", 8) };
        let second = kek(TEMPLATE, "second", 9);
        assert_eq!(known, [old, kek(KeyPurpose::Transform, "first", 8), second]);
        // One that was in use before may be used again.
        let known = store
            .transact(|db| {
                db.use_key_encryption_key(&kek(TEMPLATE, "first", 10))?;
                db.key_encryption_keys()
            })
            .await
            .unwrap();
        let in_use: Vec<&str> = known.iter().filter(|key| key.in_use).map(|key| key.id.as_str()).collect();
        assert_eq!(in_use, ["transform-first", "template-first"]);
        // A name belongs to one purpose.
        let taken = KeyEncryptionKey { purpose: KeyPurpose::Transform, ..kek(TEMPLATE, "first", 11) };
        let refused = store.transact(move |db| db.use_key_encryption_key(&taken)).await;
        assert!(matches!(refused, Err(Fault::Conflict(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_given_up_only_when_nothing_is_wrapped_by_it_any_more() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(rotated).await.unwrap();
        let retire = |id: &'static str| store.transact(move |db| db.retire_key_encryption_key(&named(id)));
        assert!(!retire("template-second").await.unwrap(), "it is in use");
        assert!(!retire("nobody").await.unwrap());
        let refused = retire("template-first").await;
        assert!(matches!(refused, Err(Fault::Conflict(_))), "{refused:?}");
        let count = store.read(|db| db.count_wrapped(TEMPLATE, &named("template-first"))).await.unwrap();
        assert_eq!(count, 1);
        let moved = store
            .transact(|db| {
                let kept = db.wrapped_by_others(TEMPLATE, &named("template-second"), None, 10)?;
                assert_eq!(db.wrapped_by_others(TEMPLATE, &named("template-second"), Some(&e1()), 10)?, []);
                let anew = WrappedKey { kek: named("template-second"), bytes: vec![2; 61] };
                let read = KeptKey { enrolment: e1(), renewal: 0, wrapped: keys("first", 1).data };
                assert_eq!(kept, std::slice::from_ref(&read));
                // Only what is still as it was read is put anew.
                let stale = KeptKey { wrapped: keys("first", 9).data, ..read.clone() };
                Ok((db.rewrap(TEMPLATE, &stale, &anew)?, db.rewrap(TEMPLATE, &read, &anew)?))
            })
            .await
            .unwrap();
        assert_eq!(moved, (false, true));
        assert!(retire("template-first").await.unwrap());
        let gone = store.transact(|db| db.put_enrolment_keys(&e1(), &keys("first", 3))).await;
        assert!(matches!(gone, Err(Fault::Conflict(_))), "nothing is wrapped by what was given up: {gone:?}");
        let kept = store.read(|db| db.find_enrolment_keys(&e1())).await.unwrap().unwrap();
        assert_eq!(kept.data, WrappedKey { kek: named("template-second"), bytes: vec![2; 61] });
        assert_eq!(kept.transform, keys("first", 1).transform);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_replaces_the_row_that_it_was_made_of_and_no_other() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        let renewed = || Enrolment {
            sealed_template: vec![9; 9],
            renewal: 1,
            proof: vec![1; 32],
            ..enrolment("e1", "u1", "r1")
        };
        let stale = store.transact(move |db| db.renew_enrolment(&renewed(), &[7; 32])).await;
        assert!(matches!(stale, Err(Fault::Conflict(_))), "{stale:?}");
        let read = store
            .transact(move |db| {
                db.renew_enrolment(&renewed(), &enrolment("e1", "u1", "r1").proof)?;
                db.put_enrolment_keys(&e1(), &keys("first", 5))?;
                Ok((db.find_enrolment(&e1())?, db.find_enrolment_keys(&e1())?))
            })
            .await
            .unwrap();
        assert_eq!(read, (Some(renewed()), Some(keys("first", 5))));
        store.transact(|db| db.revoke_enrolment(&e1(), at(70))).await.unwrap();
        let revoked = store.transact(move |db| db.renew_enrolment(&renewed(), &[1; 32])).await;
        assert!(matches!(revoked, Err(Fault::Conflict(_))), "{revoked:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn enrolments_in_force_are_gone_through_in_order() {
    on_each_engine(async |Database { store, .. }: Database| {
        let pages = store
            .transact(|db| {
                (1..=4).try_for_each(|n| fill(db, n))?;
                db.revoke_enrolment(&EnrolmentId::parse("e2").unwrap(), at(70))?;
                let first = db.enrolments_in_force(None, 2)?;
                let second = db.enrolments_in_force(first.last(), 2)?;
                Ok([first, second])
            })
            .await
            .unwrap();
        let names = pages.map(|page| page.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>());
        assert_eq!(names, [vec!["e1", "e3"], vec!["e4"]]);
    })
    .await;
}
