//! Workflow runs, enrolments and personas.

use facestep::{
    domain::{
        id::{EnrolmentId, InteractionId, RunId},
        key_encryption::KeyPurpose,
        workflow::run::{Consent, RunKind, RunStage},
    },
    ports::fault::Fault,
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

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
                db.insert_enrolment(&enrolment("e1", "u1", "r1"))?;
                for purpose in KeyPurpose::ALL {
                    db.use_key_encryption_key(&kek(purpose, "first", 1))?;
                }
                db.put_enrolment_keys(&EnrolmentId::parse("e1").unwrap(), &keys("first", 1))
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
        let (in_force, revoked, revoked_keys) = store
            .read(|db| {
                let id = EnrolmentId::parse("e1").unwrap();
                let revoked = db.find_enrolment(&id)?;
                Ok((db.find_enrolment_of(&user_id("u1"))?, revoked, db.find_enrolment_keys(&id)?))
            })
            .await
            .unwrap();
        assert_eq!(in_force, Some(enrolment("e2", "u1", "r2")));
        let revoked = revoked.unwrap();
        assert_eq!(revoked.revoked_at, Some(at(70)));
        assert!(revoked.sealed_template.is_empty(), "what is revoked is wiped");
        assert_eq!(revoked_keys, None, "and so are its keys");
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
