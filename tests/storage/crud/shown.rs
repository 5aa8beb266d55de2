//! What accounts showed in their last captures.

use facestep::ports::store::ShownCapture;

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_last_captures_of_an_account_are_kept_those_that_passed_apart_from_the_others() {
    on_each_engine(async |Database { store, .. }: Database| {
        let shown = store
            .transact(|db| {
                for name in ["u1", "u2"] {
                    db.insert_user(&user(name))?;
                }
                for n in 0..4 {
                    let passed = shown_capture(&format!("p{n}"), "u1", n);
                    db.add_shown_capture(&passed, 2)?;
                    let failed = shown_capture(&format!("f{n}"), "u1", n + 10);
                    db.add_shown_capture(&ShownCapture { passed: false, ..failed }, 2)?;
                }
                db.add_shown_capture(&shown_capture("other", "u2", 1), 2)?;
                db.shown_captures(&user_id("u1"))
            })
            .await
            .unwrap();
        let names: Vec<&str> = shown.iter().map(|shown| shown.ceremony.as_str()).collect();
        assert_eq!(names, ["f3", "f2", "p3", "p2"]);
        assert_eq!(shown[2], shown_capture("p3", "u1", 3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_goes_with_the_face() {
    // GDPR Article 7(3): with the consent goes all that was kept of the face.
    on_each_engine(async |Database { store, .. }: Database| {
        let (before, after, others) = store
            .transact(|db| {
                fill(db, 1)?;
                fill(db, 2)?;
                let before = db.shown_captures(&user_id("u1"))?;
                db.revoke_enrolment(&facestep::domain::id::EnrolmentId::parse("e1").unwrap(), at(50))?;
                Ok((before, db.shown_captures(&user_id("u1"))?, db.shown_captures(&user_id("u2"))?))
            })
            .await
            .unwrap();
        assert_eq!((before.len(), after.len(), others.len()), (1, 0, 1));
    })
    .await;
}
