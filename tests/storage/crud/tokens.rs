//! Refresh tokens, opaque access tokens, and what clients got for themselves.

use facestep::domain::{
    id::{ClientId, GrantId, RefreshId},
    oidc::{access_token::TokenSource, client_grant::ClientGrant},
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_reads_back_as_it_was_written() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        let (read, none) = store
            .read(|db| {
                let find = |name: &str| RefreshId::parse(name).unwrap();
                Ok((db.find_refresh_token(&find("t1"))?, db.find_refresh_token(&find("t2"))?))
            })
            .await
            .unwrap();
        assert_eq!(read, Some(refresh_token("t1", "g1")));
        assert_eq!(none, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opaque_token_is_found_by_its_hash_whatever_it_rests_on() {
    on_each_engine(async |Database { store, .. }: Database| {
        let own = access_token("own", TokenSource::ClientGrant(GrantId::parse("cg1").unwrap()));
        let (kept, expected) = (own.clone(), own.claims.clone());
        let found = store
            .transact(move |db| {
                fill(db, 1)?;
                db.insert_access_token(&kept)?;
                Ok([
                    db.find_access_token(&own.hash)?,
                    db.find_access_token(&secret("access-1").hash())?,
                    db.find_access_token(&secret("access-2").hash())?,
                ])
            })
            .await
            .unwrap();
        assert_eq!(found, [Some(expected.clone()), Some(expected), None]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_got_for_itself_reads_back_and_is_revoked_once() {
    on_each_engine(async |Database { store, .. }: Database| {
        let id = || GrantId::parse("cg1").unwrap();
        let (written, revoked) = store
            .transact(move |db| {
                fill(db, 1)?;
                let written = db.find_client_grant(&id())?;
                db.revoke_client_grant(&id(), at(100))?;
                db.revoke_client_grant(&id(), at(200))?;
                Ok((written, db.find_client_grant(&id())?))
            })
            .await
            .unwrap();
        assert_eq!(written, Some(client_grant("cg1", "c1")));
        assert_eq!(revoked, Some(ClientGrant { revoked_at: Some(at(100)), ..client_grant("cg1", "c1") }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_client_takes_all_that_it_held_with_it() {
    // RFC 7592 §2.3
    on_each_engine(async |Database { store, .. }: Database| {
        let left = store
            .transact(|db| {
                fill(db, 1)?;
                assert!(db.remove_client(&ClientId::parse("c1").unwrap())?);
                let refresh = db.find_refresh_token(&RefreshId::parse("t1").unwrap())?;
                let access = db.find_access_token(&secret("access-1").hash())?;
                Ok((refresh, access, db.find_client_grant(&GrantId::parse("cg1").unwrap())?))
            })
            .await
            .unwrap();
        assert_eq!(left, (None, None, None));
    })
    .await;
}
