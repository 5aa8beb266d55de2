//! Logout notices on their way, and what a logout ends.

use facestep::domain::{
    id::{ClientId, GrantId, LogoutNoticeId, SessionId, Subject},
    oidc::logout::notice::LogoutNotice,
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

fn notice(id: &str, milliseconds: i64) -> LogoutNotice {
    LogoutNotice::open(
        LogoutNoticeId::parse(id).unwrap(),
        ClientId::parse("c1").unwrap(),
        Subject::parse("u1").unwrap(),
        SessionId::parse("s1").unwrap(),
        at(milliseconds),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_due_from_its_time_on_claimed_once_and_comes_again() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                db.insert_client(&client("c1"))?;
                db.insert_logout_notice(&notice("n2", 20))?;
                db.insert_logout_notice(&notice("n1", 10))
            })
            .await
            .unwrap();
        let due = async |now: i64, most: u32| {
            store.read(move |db| db.due_logout_notices(at(now), most)).await.unwrap()
        };
        assert_eq!(due(9, 9).await, []);
        assert_eq!(due(19, 9).await, [notice("n1", 10)]);
        assert_eq!(due(20, 9).await, [notice("n1", 10), notice("n2", 20)]);
        assert_eq!(due(20, 1).await, [notice("n1", 10)]);
        let claim =
            async || store.transact(|db| db.claim_logout_notice(&notice("n1", 10), at(60))).await.unwrap();
        assert_eq!((claim().await, claim().await), (true, false));
        assert_eq!(due(20, 9).await, [notice("n2", 20)]);
        let later = LogoutNotice { next_try_at: at(100), tries: 1, ..notice("n1", 10) };
        let put_back = later.clone();
        store.transact(move |db| db.postpone_logout_notice(&put_back)).await.unwrap();
        assert_eq!(due(100, 9).await, [notice("n2", 20), later]);
        store.transact(|db| db.remove_logout_notice(&LogoutNoticeId::parse("n2").unwrap())).await.unwrap();
        assert_eq!(due(100, 9).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_nodes_that_claim_a_notice_one_wins() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                db.insert_client(&client("c1"))?;
                db.insert_logout_notice(&notice("n1", 10))
            })
            .await
            .unwrap();
        let claims: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    store.transact(|db| db.claim_logout_notice(&notice("n1", 10), at(60))).await.unwrap()
                })
            })
            .collect();
        let mut won = 0;
        for claim in claims {
            won += usize::from(claim.await.unwrap());
        }
        assert_eq!(won, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_takes_what_waits_in_it_along_and_leaves_its_grants() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| fill(db, 1)).await.unwrap();
        let id = || SessionId::parse("s1").unwrap();
        let (ended, again) = store
            .transact(move |db| Ok((db.remove_session(&id())?, db.remove_session(&id())?)))
            .await
            .unwrap();
        assert_eq!((ended, again), (true, false));
        let (waiting, grants) = store
            .read(move |db| {
                let waiting = db.find_interaction(&interaction("i1", "c1", None).id)?;
                Ok((waiting, db.grants_in_session(&id())?))
            })
            .await
            .unwrap();
        assert_eq!((waiting, grants.len()), (None, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_a_session_is_handed_over_but_not_what_has_ended() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                db.insert_client(&client("c1"))?;
                db.insert_session(&session("s1", None))?;
                db.insert_session(&session("s2", None))?;
                let mut over = interaction("i2", "c1", Some("s1"));
                db.insert_interaction(&interaction("i1", "c1", Some("s1")))?;
                db.insert_interaction(&over)?;
                over.end = Some(facestep::domain::oidc::interaction::InteractionEnd::Answered);
                db.save_interaction(&over)?;
                let [from, to] = ["s1", "s2"].map(|name| SessionId::parse(name).unwrap());
                db.hand_over_interactions(&from, &to)
            })
            .await
            .unwrap();
        let (waits, over) = store
            .read(|db| {
                let waits = db.find_interaction(&interaction("i1", "c1", None).id)?;
                Ok((waits, db.find_interaction(&interaction("i2", "c1", None).id)?))
            })
            .await
            .unwrap();
        let session = |name| Some(SessionId::parse(name).unwrap());
        assert_eq!(waits.as_ref().map(|i| (i.session.clone(), i.version)), Some((session("s2"), 1)));
        assert_eq!(over.unwrap().session, session("s1"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grants_of_one_person_to_one_client_are_revoked_alone() {
    on_each_engine(async |Database { store, .. }: Database| {
        let revoked = store
            .transact(|db| {
                fill(db, 1)?;
                fill(db, 2)?;
                let user = user_id("u1");
                db.revoke_grants_to(&user, &ClientId::parse("c2").unwrap(), at(8))?;
                let find = |db: &mut dyn facestep::ports::store::Db, id: &str| {
                    db.find_grant(&GrantId::parse(id).unwrap()).map(|grant| grant.unwrap().revoked_at)
                };
                let before = find(db, "g1")?;
                db.revoke_grants_to(&user, &ClientId::parse("c1").unwrap(), at(9))?;
                Ok((before, find(db, "g1")?, find(db, "g2")?))
            })
            .await
            .unwrap();
        assert_eq!(revoked, (None, Some(at(9)), None));
    })
    .await;
}
