//! What clients may register with, and what is said of people.

use facestep::domain::{
    oidc::initial_access::InitialAccessToken, secret::SecretToken, user::profile::Profile,
};
use serde_json::json;

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

fn token(text: &str, uses_left: u32) -> InitialAccessToken {
    let hash = SecretToken::from_outside(text).hash();
    InitialAccessToken { hash, uses_left, created_at: at(0), expires_at: at(1000) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_initial_access_token_is_spent_until_none_is_left_or_its_time_is_up() {
    // RFC 7591 §3
    on_each_engine(async |Database { store, .. }: Database| {
        let (twice, once) = (token("twice", 2), token("once", 1));
        let (kept, hash, late) = (twice.clone(), twice.hash.clone(), once.hash.clone());
        store
            .transact(move |db| {
                db.insert_initial_access(&twice)?;
                db.insert_initial_access(&once)
            })
            .await
            .unwrap();
        let find = hash.clone();
        assert_eq!(store.read(move |db| db.find_initial_access(&find)).await.unwrap(), Some(kept));
        let spend = async |hash: &facestep::domain::secret::TokenHash, now| {
            let hash = hash.clone();
            store.transact(move |db| db.spend_initial_access(&hash, at(now))).await.unwrap()
        };
        assert!(spend(&hash, 1).await && spend(&hash, 999).await);
        assert!(!spend(&hash, 2).await, "none is left");
        assert!(!spend(&late, 1000).await, "its time is up");
        let unknown = SecretToken::from_outside("unknown").hash();
        assert!(!spend(&unknown, 1).await);
        let purge =
            async |before| store.transact(move |db| db.purge_initial_access(at(before))).await.unwrap();
        assert_eq!((purge(1000).await, purge(1001).await), (0, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_spend_the_last_use_one_does() {
    // RFC 7591 §3
    on_each_engine(async |Database { store, .. }: Database| {
        let last = token("last", 1);
        let hash = last.hash.clone();
        store.transact(move |db| db.insert_initial_access(&last)).await.unwrap();
        let spending = (0..8).map(|_| {
            let (store, hash) = (store.clone(), hash.clone());
            tokio::spawn(async move {
                store.transact(move |db| db.spend_initial_access(&hash, at(1))).await.unwrap_or(false)
            })
        });
        let mut winners = 0;
        for spent in spending.collect::<Vec<_>>() {
            winners += usize::from(spent.await.unwrap());
        }
        assert_eq!(winners, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_person_reads_back_with_its_time() {
    // OpenID Connect Core 1.0 §5.1
    on_each_engine(async |Database { store, .. }: Database| {
        let said = json!({ "nickname": "Ada", "address": { "country": "UK" }, "email_verified": true });
        let profile = Profile::parse(said.as_object().unwrap().clone()).unwrap();
        let (kept, same) = (profile.clone(), profile.clone());
        let (set, missed) = store
            .transact(move |db| {
                db.insert_user(&user("u1"))?;
                let set = db.set_profile(&user_id("u1"), &kept, at(7))?;
                Ok((set, db.set_profile(&user_id("u2"), &same, at(7))?))
            })
            .await
            .unwrap();
        assert_eq!((set, missed), (true, false));
        let read = store.read(|db| db.find_user(&user_id("u1"))).await.unwrap().unwrap();
        assert_eq!((read.profile, read.created_at, read.updated_at), (profile, at(0), at(7)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_listed_saved_and_removed() {
    // RFC 7592 §2
    on_each_engine(async |Database { store, .. }: Database| {
        let mut changed = client("b");
        changed.metadata.software_id = Some("x".into());
        changed.sealed_secret = None;
        let kept = changed.clone();
        let (saved, missed) = store
            .transact(move |db| {
                db.insert_client(&client("b"))?;
                db.insert_client(&client("a"))?;
                Ok((db.save_client(&kept)?, db.save_client(&client("c"))?))
            })
            .await
            .unwrap();
        assert_eq!((saved, missed), (true, false));
        assert_eq!(store.read(|db| db.clients()).await.unwrap(), [client("a"), changed]);
        let removed = store
            .transact(|db| {
                let id = client("b").id;
                Ok((db.remove_client(&id)?, db.remove_client(&id)?, db.clients()?.len()))
            })
            .await
            .unwrap();
        assert_eq!(removed, (true, false, 1));
    })
    .await;
}
