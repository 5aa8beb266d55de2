//! Clients, interactions, grants and signing keys.

use facestep::domain::{
    authn::policy::MissReason,
    id::{ClientId, GrantId, KeyId, SessionId},
    keys::{SigningAlgorithm, SigningKey},
    oidc::interaction::InteractionEnd,
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_reads_back_as_it_was_written_and_its_name_is_taken_once() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (added, again) = store
            .transact(|db| Ok((db.insert_client(&client("c1"))?, db.insert_client(&client("c1"))?)))
            .await
            .unwrap();
        assert_eq!((added, again), (true, false));
        let read = store.read(|db| db.find_client(&ClientId::parse("c1").unwrap())).await.unwrap();
        assert_eq!(read, Some(client("c1")));
        let none = store.read(|db| db.find_client(&ClientId::parse("c2").unwrap())).await.unwrap();
        assert_eq!(none, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_reads_back_as_it_was_saved() {
    on_each_engine(async |Database { store, .. }: Database| {
        let opened = interaction("i1", "c1", None);
        let id = opened.id.clone();
        let written = opened.clone();
        store
            .transact(move |db| {
                db.insert_client(&client("c1"))?;
                db.insert_session(&session("s1", None))?;
                db.insert_interaction(&written)
            })
            .await
            .unwrap();
        let mut read = store.read(move |db| db.find_interaction(&id)).await.unwrap().unwrap();
        assert_eq!(read, opened);
        read.session = Some(SessionId::parse("s1").unwrap());
        read.account_chosen_at = Some(at(5));
        read.allowed_at = Some(at(6));
        read.missed = Some(MissReason::FaceNotVerified);
        read.ceremonies_opened = 3;
        read.end = Some(InteractionEnd::Refused);
        let saved = read.clone();
        store.transact(move |db| db.save_interaction(&saved)).await.unwrap();
        let id = opened.id.clone();
        let again = store.read(move |db| db.find_interaction(&id)).await.unwrap().unwrap();
        read.version = 1;
        assert_eq!(again, read);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_found_by_id_and_by_code() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        let (by_id, by_code, none) = store
            .read(|db| {
                Ok((
                    db.find_grant(&GrantId::parse("g1").unwrap())?,
                    db.find_grant_by_code(&secret("code-g1").hash())?,
                    db.find_grant_by_code(&secret("code-g2").hash())?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(by_id, Some(grant("g1", "c1", "u1")));
        assert_eq!(by_code, by_id);
        assert_eq!(none, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_keys_come_back_whole_and_two_of_one_number_are_one() {
    on_each_engine(async |Database { store, .. }: Database| {
        let certified = SigningKey {
            certificate: Some(vec![48, 0]),
            withdrawn_at: Some(at(9)),
            ..signing_key("certified", SigningAlgorithm::ES256, 1)
        };
        let first = signing_key("first", SigningAlgorithm::ES256, 0);
        let other = signing_key("other", SigningAlgorithm::RS256, 1);
        let again = signing_key("again", SigningAlgorithm::ES256, 1);
        let keys = [certified.clone(), first.clone(), other.clone(), again];
        let added = store
            .transact(move |db| {
                keys.iter().map(|key| db.insert_signing_key(key)).collect::<Result<Vec<_>, _>>()
            })
            .await
            .unwrap();
        assert_eq!(added, [true, true, true, false]);
        assert_eq!(store.read(|db| db.signing_keys()).await.unwrap(), [first, certified, other]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signing_key_is_withdrawn_certified_wiped_and_forgotten_once() {
    on_each_engine(async |Database { store, .. }: Database| {
        let key = signing_key("k1", SigningAlgorithm::EdDsa, 0);
        let beside = signing_key("k2", SigningAlgorithm::EdDsa, 1);
        let both = [key.clone(), beside.clone()];
        store
            .transact(move |db| both.iter().try_for_each(|key| db.insert_signing_key(key).map(drop)))
            .await
            .unwrap();
        let did = store
            .transact(|db| {
                let id = KeyId::parse("k1").unwrap();
                let mut did = Vec::new();
                for _ in 0..2 {
                    did.push(db.withdraw_signing_key(&id, at(7))?);
                    did.push(db.certify_signing_key(&id, &[1, 2])?);
                    did.push(db.destroy_signing_key(&id)?);
                }
                Ok(did)
            })
            .await
            .unwrap();
        assert_eq!(did, [true, true, true, false, false, false]);
        let changed = SigningKey {
            withdrawn_at: Some(at(7)),
            certificate: Some(vec![1, 2]),
            sealed_private_jwk: Vec::new(),
            ..key
        };
        assert_eq!(store.read(|db| db.signing_keys()).await.unwrap(), [changed, beside.clone()]);
        for is_there in [true, false] {
            let forgotten = store.transact(|db| db.forget_signing_key(&KeyId::parse("k1").unwrap()));
            assert_eq!(forgotten.await.unwrap(), is_there);
        }
        assert_eq!(store.read(|db| db.signing_keys()).await.unwrap(), [beside]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_allowed_a_client_reads_back_is_replaced_and_forgotten() {
    on_each_engine(async |Database { store, .. }: Database| {
        let mut consent = access_consent("u1", "c1");
        consent.allowed.resources.insert("https://api.example/ü".into());
        consent.allowed.claims.insert("email".into());
        let mut wider = consent.clone();
        wider.allowed.scopes.insert("profile".into());
        let (first, second, replaced) =
            (access_consent("u1", "c1"), access_consent("u1", "c2"), wider.clone());
        store
            .transact(move |db| {
                assert!(db.insert_user(&user("u1"))? && db.insert_user(&user("u2"))?);
                assert!(db.insert_client(&client("c1"))? && db.insert_client(&client("c2"))?);
                for consent in [&first, &second, &access_consent("u2", "c1"), &replaced] {
                    db.put_access_consent(consent)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        let of_first = store.read(|db| db.access_consents_of(&user_id("u1"))).await.unwrap();
        assert_eq!(of_first, [wider.clone(), access_consent("u1", "c2")]);
        let name = ClientId::parse("c1").unwrap();
        let found = store.read(move |db| db.find_access_consent(&user_id("u1"), &name)).await.unwrap();
        assert_eq!(found, Some(wider));
        let name = ClientId::parse("c1").unwrap();
        let (first, again) = store
            .transact(move |db| {
                let first = db.remove_access_consent(&user_id("u1"), &name)?;
                Ok((first, db.remove_access_consent(&user_id("u1"), &name)?))
            })
            .await
            .unwrap();
        assert_eq!((first, again), (true, false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_reads_back_and_goes_with_its_client() {
    // RFC 9126 §2.2
    on_each_engine(async |Database { store, .. }: Database| {
        let kept = pushed_request("p1", "c1");
        let (written, reference) = (kept.clone(), kept.reference.clone());
        store
            .transact(move |db| {
                db.insert_client(&client("c1"))?;
                db.insert_pushed_request(&written)
            })
            .await
            .unwrap();
        let find = async || {
            let reference = reference.clone();
            store.read(move |db| db.find_pushed_request(&reference)).await.unwrap()
        };
        assert_eq!(find().await, Some(kept));
        store.transact(|db| db.remove_client(&ClientId::parse("c1").unwrap())).await.unwrap();
        assert_eq!(find().await, None);
    })
    .await;
}
