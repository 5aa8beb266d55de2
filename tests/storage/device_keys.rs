//! Keys that browsers sign their captures with: one account's each, used and revoked under the same rules on every engine.

use facestep::{
    domain::{device::KeyBinding, id::DeviceId},
    ports::fault::Fault,
};

use crate::{
    database::{Database, on_each_engine, on_each_kept_engine},
    samples::*,
};

fn device_id(name: &str) -> DeviceId {
    DeviceId::parse(name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_read_back_as_it_was_bound_and_in_the_order_of_binding() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (bound, found, all) = store
            .transact(|db| {
                fill(db, 1)?;
                let bound = KeyBinding { revoked_at: Some(at(99)), ..key_binding(9, "u1", None) };
                db.bind_device_key(&bound)?;
                db.bind_device_key(&key_binding(5, "u1", None))?;
                let found = db.find_device_key(&bound.key.thumbprint())?;
                Ok((bound, found, db.device_keys_of(&user_id("u1"))?))
            })
            .await
            .unwrap();
        assert_eq!(found.as_ref(), Some(&bound));
        assert_eq!(all, [key_binding(1, "u1", Some("d1")), key_binding(5, "u1", None), bound]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_one_accounts() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1).and_then(|()| fill(db, 2))).await.unwrap();
        let second = store.transact(|db| db.bind_device_key(&key_binding(1, "u2", None))).await;
        assert!(matches!(second, Err(Fault::Conflict(_))), "{second:?}");
        let revoked = store
            .transact(|db| {
                db.revoke_device_key(&user_id("u2"), &key_binding(1, "u1", None).key.thumbprint(), at(50))
            })
            .await
            .unwrap();
        assert!(!revoked, "another account's key");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_revoked_once_and_cannot_be_used() {
    on_each_engine(async |Database { store, .. }: Database| {
        let key = key_binding(1, "u1", None).key.thumbprint();
        let named = key.clone();
        let (first, second, kept) = store
            .transact(move |db| {
                fill(db, 1)?;
                let first = db.revoke_device_key(&user_id("u1"), &named, at(50))?;
                let second = db.revoke_device_key(&user_id("u1"), &named, at(60))?;
                Ok((first, second, db.find_device_key(&named)?))
            })
            .await
            .unwrap();
        assert_eq!((first, second), (true, false));
        assert_eq!(kept.map(|kept| (kept.revoked_at, kept.device)), Some((Some(at(50)), None)));
        let used = store.transact(move |db| db.use_device_key(&key, &device_id("d1"), at(70))).await;
        assert!(matches!(used, Err(Fault::Conflict(_))), "{used:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_holds_the_key_that_it_used_last() {
    on_each_engine(async |Database { store, .. }: Database| {
        let kept = store
            .transact(|db| {
                fill(db, 1)?;
                db.bind_device_key(&key_binding(5, "u1", None))?;
                db.release_device(&device_id("d1"))?;
                db.use_device_key(&key_binding(5, "u1", None).key.thumbprint(), &device_id("d1"), at(80))?;
                db.device_keys_of(&user_id("u1"))
            })
            .await
            .unwrap();
        let held: Vec<_> = kept.into_iter().map(|kept| (kept.device, kept.last_used_at)).collect();
        assert_eq!(held, [(None, at(21)), (Some(device_id("d1")), at(80))]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_key_is_not_that_of_its_thumbprint_is_damaged() {
    on_each_kept_engine(async |database: Database| {
        database.store.transact(|db| fill(db, 1)).await.unwrap();
        let other = key_binding(2, "u1", None).key.jwk();
        database.tamper(&format!("UPDATE device_keys SET public_jwk = '{other}'"));
        let read = database.store.read(|db| db.device_keys_of(&user_id("u1"))).await;
        assert!(matches!(read, Err(Fault::Damaged(_))), "{read:?}");
    })
    .await;
}
