//! What may happen once happens once, one after the other; `races` has them at the same time.

use facestep::{
    domain::{
        id::{GrantId, InteractionId, RefreshId, SessionId},
        oidc::refresh::RefreshToken,
        secret::TokenHash,
    },
    ports::fault::Fault,
};

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
async fn a_refresh_token_is_rotated_once() {
    // RFC 9700 §4.14.2
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        let first = refresh_token("t1", "g1");
        let next = RefreshToken { secret_hash: secret("next").hash(), expires_at: at(99), ..first.clone() };
        let (used, rotated) = (first.secret_hash.clone(), next.clone());
        let won = store
            .transact(move |db| {
                Ok((db.rotate_refresh_token(&used, &rotated)?, db.rotate_refresh_token(&used, &rotated)?))
            })
            .await
            .unwrap();
        assert_eq!(won, (true, false));
        let read = store.read(|db| db.find_refresh_token(&RefreshId::parse("t1").unwrap())).await.unwrap();
        assert_eq!(read, Some(next));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_counts_once_for_its_client() {
    // RFC 7523 §3, item 7
    on_each_engine(async |Database { store, .. }: Database| {
        let used = store
            .transact(|db| {
                fill(db, 1)?;
                fill(db, 2)?;
                Ok(["jti", "other"].map(|jti| {
                    let first = db.use_assertion(&used_assertion("c1", jti)).unwrap();
                    (first, db.use_assertion(&used_assertion("c1", jti)).unwrap())
                }))
            })
            .await
            .unwrap();
        // `fill` used "jti" for either client.
        assert_eq!(used, [(false, false), (true, false)]);
        let gone = store.transact(|db| db.use_assertion(&used_assertion("c9", "jti"))).await;
        assert!(matches!(gone, Err(Fault::Conflict(_))), "{gone:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_session_revokes_what_does_not_outlive_it() {
    // OpenID Connect Core 1.0 §11
    on_each_engine(async |Database { store, .. }: Database| {
        let revoked = store
            .transact(|db| {
                fill(db, 1)?;
                let mut offline = grant("g9", "c1", "u1");
                offline.terms.scope = "openid offline_access".into();
                db.insert_grant(&offline)?;
                let session = SessionId::parse("s1").unwrap();
                let ended = db.revoke_grants_of_session(&session, at(100))?;
                let again = db.revoke_grants_of_session(&session, at(200))?;
                Ok((ended, again, db.find_grant(&g1())?, db.find_grant(&offline.id)?))
            })
            .await
            .unwrap();
        assert_eq!((revoked.0, revoked.1), (1, 0));
        assert_eq!(revoked.2.unwrap().revoked_at, Some(at(100)));
        assert_eq!(revoked.3.unwrap().revoked_at, None);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_opens_one_interaction() {
    // RFC 9126 §7.3
    on_each_engine(async |Database { store, .. }: Database| {
        let kept = pushed_request("p1", "c1");
        let (written, reference) = (kept.clone(), kept.reference);
        let opened = store
            .transact(move |db| {
                db.insert_client(&client("c1"))?;
                db.insert_pushed_request(&written)?;
                let [first, second] = ["i1", "i2"].map(|id| interaction(id, "c1", None));
                let unknown = pushed_request("p2", "c1").reference;
                Ok([
                    db.open_pushed_request(&reference, &first)?,
                    db.open_pushed_request(&reference, &second)?,
                    db.open_pushed_request(&unknown, &second)?,
                ])
            })
            .await
            .unwrap();
        assert_eq!(opened, [true, false, false]);
        let read = store.read(move |db| db.find_pushed_request(&written_reference())).await.unwrap();
        let read = read.unwrap();
        assert_eq!(read.opened_as, InteractionId::parse("i1"));
        assert_eq!(read.expires_at, interaction("i1", "c1", None).expires_at);
    })
    .await;
}

fn written_reference() -> TokenHash {
    pushed_request("p1", "c1").reference
}
