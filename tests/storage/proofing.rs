//! Proofing anew: what a run is to replace is kept with it, and an enrolment that is replaced goes without its owner's memory.

use facestep::domain::{
    id::{CeremonyId, EnrolmentId, RunId},
    workflow::run::WorkflowRun,
};

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_parent_run_is_to_replace_is_kept_with_it() {
    on_each_engine(async |Database { store, .. }: Database| {
        let written = WorkflowRun { replaces: EnrolmentId::parse("e1"), ..run("r9", "u1", "i1") };
        let copy = written.clone();
        let read = store
            .transact(move |db| {
                fill(db, 1)?;
                db.insert_run(&copy)?;
                db.find_run(&RunId::parse("r9").unwrap())
            })
            .await
            .unwrap();
        assert_eq!(read, Some(written));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_that_is_replaced_is_wiped_and_earlier_captures_stay_known() {
    on_each_engine(async |Database { store, .. }: Database| {
        let (old, new, keys, shown) = store
            .transact(|db| {
                fill(db, 1)?;
                let old = EnrolmentId::parse("e1").unwrap();
                db.insert_run(&run("r9", "u1", "i1"))?;
                db.supersede_enrolment(&old, at(90))?;
                db.insert_enrolment(&enrolment("e9", "u1", "r9"))?;
                Ok((
                    db.find_enrolment(&old)?.unwrap(),
                    db.find_enrolment_of(&user_id("u1"))?.unwrap(),
                    db.find_enrolment_keys(&old)?,
                    db.shown_captures(&user_id("u1"))?,
                ))
            })
            .await
            .unwrap();
        assert_eq!((old.revoked_at, old.sealed_template.len()), (Some(at(90)), 0));
        assert_eq!(new.id, EnrolmentId::parse("e9").unwrap());
        assert!(keys.is_none());
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].ceremony, CeremonyId::parse("k1").unwrap());
    })
    .await;
}
