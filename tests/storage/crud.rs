//! What is written is read back, whole and by every key that the ports name.

use facestep::{
    domain::{
        authn::{
            ledger::{AssuranceEntry, Evidence, Method},
            policy::MissReason,
        },
        face::{
            attempts::DeviceScope,
            capture::FrameHash,
            ceremony::{CeremonyStage, Commitment, Transcript},
        },
        id::*,
        keys::SigningAlgorithm,
        oidc::interaction::InteractionEnd,
        secret::base64url,
        user::Username,
        workflow::run::{Consent, RunKind, RunStage},
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
        let bare = facestep::domain::user::User { verified: None, ..user("bare") };
        let (whole, other) = (user("u1"), user("u2"));
        let rival = facestep::domain::user::User { id: user_id("u9"), ..whole.clone() };
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
                let entry = AssuranceEntry {
                    method: Method::Face,
                    achieved_at: at(50),
                    evidence: Evidence::ChildRun(RunId::parse("r1").unwrap()),
                };
                read.sign_in(user_id("u1"), entry, &secret("newer"));
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
        assert!(read.csrf.matches("csrf"));
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
async fn signing_keys_come_newest_first() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                db.insert_signing_key(&signing_key("old", SigningAlgorithm::RS256, 1))?;
                db.insert_signing_key(&signing_key("new", SigningAlgorithm::ES256, 3))?;
                db.insert_signing_key(&signing_key("middle", SigningAlgorithm::ES256, 2))
            })
            .await
            .unwrap();
        let keys = store.read(|db| db.signing_keys()).await.unwrap();
        let names: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
        assert_eq!(names, ["new", "middle", "old"]);
        assert_eq!(keys[2].algorithm, SigningAlgorithm::RS256);
        assert_eq!(keys[0].sealed_private_jwk, [0, 255, 1]);
        assert_eq!(keys[0].created_at, at(3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_run_is_the_one_written_last_even_in_the_same_millisecond() {
    on_each_engine(async |Database { store, .. }: Database| {
        let parent = run("zz", "u1", "i1");
        let mut child = run("aa", "u1", "i1");
        child.kind = RunKind::Child { enrolment: EnrolmentId::parse("e1").unwrap() };
        child.stage = RunStage::Template;
        let (first, second) = (parent.clone(), child.clone());
        store
            .transact(move |db| {
                db.insert_user(&user("u1"))?;
                db.insert_run(&first)?;
                db.insert_run(&second)
            })
            .await
            .unwrap();
        // Saving an older run does not make it the latest.
        let mut agreed = parent.clone();
        agreed.consent("2026-01", at(60)).unwrap();
        let saved = agreed.clone();
        store.transact(move |db| db.save_run(&saved)).await.unwrap();
        let (latest, older) = store
            .read(|db| {
                let latest = db.find_latest_run(&InteractionId::parse("i1").unwrap())?;
                Ok((latest, db.find_run(&RunId::parse("zz").unwrap())?))
            })
            .await
            .unwrap();
        assert_eq!(latest, Some(child));
        agreed.version = 1;
        assert_eq!(older, Some(agreed));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_reads_back_at_every_stage() {
    on_each_engine(async |Database { store, .. }: Database| {
        store.transact(|db| db.insert_user(&user("u1"))).await.unwrap();
        let consent = Consent { text_version: "2026-01".into(), given_at: at(60) };
        let stages = [
            RunStage::Consent,
            RunStage::Identity { consent: consent.clone(), lookups: 0 },
            RunStage::Portrait { consent, evidence: evidence(), sealed_portrait: vec![0, 1, 255] },
            RunStage::Template,
            RunStage::Completed { at: at(61) },
            RunStage::Ended { at: at(62), reason: "other_person".into() },
        ];
        for (n, stage) in stages.into_iter().enumerate() {
            let mut written = run(&format!("r{n}"), "u1", "i1");
            written.stage = stage;
            let (copy, id) = (written.clone(), written.id.clone());
            store.transact(move |db| db.insert_run(&copy)).await.unwrap();
            assert_eq!(store.read(move |db| db.find_run(&id)).await.unwrap(), Some(written));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_one_enrolment_in_force_and_older_ones_stay_readable() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                db.insert_user(&user("u1"))?;
                db.insert_run(&run("r1", "u1", "i1"))?;
                db.insert_run(&run("r2", "u1", "i2"))?;
                db.insert_enrolment(&enrolment("e1", "u1", "r1"))
            })
            .await
            .unwrap();
        let second = store.transact(|db| db.insert_enrolment(&enrolment("e2", "u1", "r2"))).await;
        assert!(matches!(second, Err(Fault::Conflict(_))), "{second:?}");
        let in_force = store.read(|db| db.find_enrolment_of(&user_id("u1"))).await.unwrap();
        assert_eq!(in_force, Some(enrolment("e1", "u1", "r1")));
        store
            .transact(|db| {
                db.revoke_enrolment(&EnrolmentId::parse("e1").unwrap(), at(70))?;
                // The first revocation counts.
                db.revoke_enrolment(&EnrolmentId::parse("e1").unwrap(), at(80))?;
                assert_eq!(db.find_enrolment_of(&user_id("u1"))?, None);
                db.insert_enrolment(&enrolment("e2", "u1", "r2"))
            })
            .await
            .unwrap();
        let (in_force, revoked) = store
            .read(|db| {
                let revoked = db.find_enrolment(&EnrolmentId::parse("e1").unwrap())?;
                Ok((db.find_enrolment_of(&user_id("u1"))?, revoked))
            })
            .await
            .unwrap();
        assert_eq!(in_force, Some(enrolment("e2", "u1", "r2")));
        assert_eq!(revoked.unwrap().revoked_at, Some(at(70)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persona_is_replaced_by_one_with_the_same_document() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                db.put_persona(&persona("2"))?;
                db.put_persona(&persona("1"))?;
                let mut moved = persona("2");
                moved.behaviour = "down".into();
                moved.sealed_portrait = vec![];
                db.put_persona(&moved)
            })
            .await
            .unwrap();
        let all = store.read(|db| db.personas()).await.unwrap();
        let numbers: Vec<&str> = all.iter().map(|persona| persona.document_number.as_str()).collect();
        assert_eq!(numbers, ["1", "2"]);
        let read = store.read(|db| db.find_persona("2")).await.unwrap().unwrap();
        assert_eq!((read.behaviour.as_str(), read.sealed_portrait.len()), ("down", 0));
        assert_eq!(read.birth_date, persona("2").birth_date);
        assert!(store.read(|db| db.find_persona("3")).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceremony_reads_back_at_every_stage() {
    on_each_engine(async |Database { store, .. }: Database| {
        store
            .transact(|db| {
                db.insert_user(&user("u1"))?;
                db.insert_run(&run("r1", "u1", "i1"))?;
                db.insert_ceremony(&ceremony("k1", "u1", "r1"))
            })
            .await
            .unwrap();
        let hash = FrameHash::parse(&base64url(&[3; 32])).unwrap();
        let transcript = Transcript {
            revealed_at: vec![at(1), at(2)],
            committed: vec![Commitment { hash, at: at(3) }],
            finished_at: Some(at(4)),
        };
        let stages = [
            CeremonyStage::Connected,
            CeremonyStage::Captured { transcript },
            CeremonyStage::Spent,
            CeremonyStage::Concluded { passed: true },
            CeremonyStage::Abandoned,
        ];
        let find = async || {
            let found = store.read(|db| db.find_ceremony(&CeremonyId::parse("k1").unwrap())).await;
            found.unwrap().unwrap()
        };
        let mut expected = ceremony("k1", "u1", "r1");
        assert_eq!(find().await, expected);
        for stage in stages {
            let mut read = find().await;
            read.stage = stage.clone();
            store.transact(move |db| db.save_ceremony(&read)).await.unwrap();
            expected.stage = stage;
            expected.version += 1;
            assert_eq!(find().await, expected);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn budgets_are_kept_apart_by_account_and_by_device() {
    on_each_engine(async |Database { store, .. }: Database| {
        let known = || DeviceScope::Known(DeviceId::parse("d1").unwrap());
        store
            .transact(move |db| {
                fill(db, 1)?;
                fill(db, 2)?;
                let mut spent = db.find_budget(&user_id("u1"), &known())?.unwrap();
                assert_eq!(spent.version, 1);
                spent.failures_in_a_row = 5;
                spent.last_spent_at = None;
                spent.suspended_at = Some(at(99));
                db.save_budget(&spent)
            })
            .await
            .unwrap();
        let (saved, unknown, other, absent) = store
            .read(move |db| {
                Ok((
                    db.find_budget(&user_id("u1"), &known())?.unwrap(),
                    db.find_budget(&user_id("u1"), &DeviceScope::Unknown)?.unwrap(),
                    db.find_budget(&user_id("u2"), &DeviceScope::Unknown)?,
                    db.find_budget(&user_id("u2"), &known())?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(
            (saved.failures_in_a_row, saved.last_spent_at, saved.suspended_at),
            (5, None, Some(at(99)))
        );
        assert_eq!((unknown.failures_in_a_row, unknown.version), (1, 1));
        assert!(other.is_some() && absent.is_none());
        store.transact(|db| db.clear_budgets(&user_id("u1"))).await.unwrap();
        let (theirs, others) = store
            .read(move |db| {
                let theirs = db.find_budget(&user_id("u1"), &known())?;
                Ok((theirs, db.find_budget(&user_id("u2"), &DeviceScope::Unknown)?))
            })
            .await
            .unwrap();
        assert!(theirs.is_none() && others.is_some());
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
