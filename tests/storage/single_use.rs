//! What may happen once happens once, one after the other; `races` has them at the same time.

use facestep::domain::id::GrantId;

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

fn g1() -> GrantId {
    GrantId::parse("g1").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_claimed_once() {
    // RFC 6749 §4.1.2
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        assert!(store.transact(|db| db.claim_grant(&g1(), at(100))).await.unwrap());
        assert!(!store.transact(|db| db.claim_grant(&g1(), at(200))).await.unwrap());
        let read = store.read(|db| db.find_grant(&g1())).await.unwrap().unwrap();
        assert_eq!(read.redeemed_at, Some(at(100)));
        assert!(!store.transact(|db| db.claim_grant(&GrantId::parse("g2").unwrap(), at(1))).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_code_is_not_claimed() {
    // RFC 6749 §4.1.2
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        store
            .transact(|db| {
                db.revoke_grant(&g1(), at(100))?;
                db.revoke_grant(&g1(), at(200))
            })
            .await
            .unwrap();
        assert!(!store.transact(|db| db.claim_grant(&g1(), at(300))).await.unwrap());
        let read = store.read(|db| db.find_grant(&g1())).await.unwrap().unwrap();
        assert_eq!((read.redeemed_at, read.revoked_at), (None, Some(at(100))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_a_users_grants_leaves_other_users_grants() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (theirs, others) = store
            .transact(|db| {
                fill(db, 1)?;
                fill(db, 2)?;
                db.revoke_grants_of(&user_id("u1"), at(100))?;
                Ok((db.find_grant(&g1())?, db.find_grant(&GrantId::parse("g2").unwrap())?))
            })
            .await
            .unwrap();
        assert_eq!(theirs.unwrap().revoked_at, Some(at(100)));
        assert_eq!(others.unwrap().revoked_at, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_population_spends_no_more_than_its_budget_in_each_window() {
    on_each_engine(async |Database { store, .. }: Database| {
        let spend =
            async |window, most| store.transact(move |db| db.spend_population(window, most)).await.unwrap();
        assert!(spend(7, 2).await);
        assert!(spend(7, 2).await);
        assert!(!spend(7, 2).await);
        let has_room =
            async |window, most| store.read(move |db| db.has_population_room(window, most)).await.unwrap();
        assert!(!has_room(7, 2).await);
        assert!(has_room(7, 3).await && has_room(8, 1).await, "asking counts nothing");
        // A success gives one back, and never more than were taken.
        store.transact(|db| db.refund_population(7)).await.unwrap();
        assert!(spend(7, 2).await);
        assert!(!spend(7, 2).await);
        assert!(spend(8, 2).await);
        for _ in 0..5 {
            store.transact(|db| db.refund_population(8)).await.unwrap();
        }
        assert!(spend(8, 1).await);
        assert!(!spend(8, 1).await);
        assert!(!spend(9, 0).await);
        // A refund for a window that was dropped changes nothing.
        store.transact(|db| db.refund_population(1)).await.unwrap();
    })
    .await;
}
