//! Workflows as they are configured: the ways that a child admits, and the sources whose word a parent takes.

use facestep::domain::{
    authn::document::{House, PolicyDocument},
    change::Author,
    face::way::Way,
    versions::PolicyVersion,
    workflow::definition::WorkflowDefinition,
};

use crate::{
    scene::{CONDITION, Scene},
    support::scripted::{ADAM, Scripted},
};

/// Puts the shipped policies in force, but for one workflow.
async fn configure(scene: &Scene, change: impl Fn(&mut WorkflowDefinition)) {
    let mut document = PolicyDocument::shipped(&House::default());
    document.workflows.iter_mut().for_each(change);
    let version = PolicyVersion {
        number: 1,
        document: serde_json::to_string(&document).unwrap(),
        author: Author::Installer,
        reason: "a test".into(),
        at: scene.app.now(),
    };
    assert!(scene.app.store.transact(move |db| db.insert_policy(&version)).await.unwrap());
}

#[tokio::test]
async fn a_child_admits_its_ways_and_no_other() {
    let scene = Scene::enrolled().await;
    configure(&scene, |workflow| {
        if !workflow.is_parent() {
            workflow.ways = vec![Way::Turns];
        }
    })
    .await;
    let interaction = scene.begin(&[CONDITION]).await;
    let page = scene.browser.get(&format!("/interaction/{interaction}/step-up")).await;
    assert!(!page.body.contains("value=\"distance\""), "{}", page.body);
    let chosen = scene.act(&interaction, "begin", &[("way", "distance")]).await;
    assert_eq!(chosen.location(), format!("/interaction/{interaction}/resume"));
    assert_eq!(scene.count("ceremony_opened").await, 1, "that of the enrolment");
    assert_eq!(scene.look_as(&interaction, Scripted::of(ADAM)).await["outcome"], "done");
}

#[tokio::test]
async fn a_parent_takes_the_word_of_its_sources_alone() {
    let scene = Scene::set().await;
    configure(&scene, |workflow| {
        if workflow.is_parent() {
            workflow.sources = vec!["passport-office".into()];
        }
    })
    .await;
    let interaction = scene.begin(&[CONDITION]).await;
    let next = scene.identify(&interaction, "FS-100001").await.location();
    assert_eq!(next, format!("/interaction/{interaction}/outcome"));
    assert_eq!(scene.last("identity_checked").await["cause"], "other_source");
    assert_eq!(scene.give_up(&interaction, "outcome").await.error().1, "face_not_enrolled");
}
