//! Keys turn while people step up: nobody enrols again, nobody else passes, and what was stolen before is of no use.

use std::sync::Arc;

use facestep::{
    domain::{id::KekId, key_encryption::KeyPurpose, workflow::enrolment::Enrolment},
    flows::{
        key_rotation::KeyRotation,
        references::References,
        template_renewal::{Renewed, TemplateRenewal},
    },
};

use crate::{
    scene::{CONDITION, Scene},
    support::{
        key_rings, master_key,
        scripted::{ADAM, CLARA, Scripted},
    },
};

fn rotation(scene: &Scene) -> KeyRotation {
    let [template, transform] = key_rings(&scene.app.entropy);
    let (store, clock) = (scene.app.store.clone(), scene.app.clock.clone());
    KeyRotation::new(store, clock, scene.app.entropy.clone(), template, transform)
}

fn renewal(scene: &Scene) -> TemplateRenewal {
    let (store, entropy) = (scene.app.store.clone(), scene.app.entropy.clone());
    let vault = Arc::new(master_key().vault(entropy.clone()));
    let [template, transform] = key_rings(&entropy);
    let references = References::new(store.clone(), entropy.clone(), vault, template, transform);
    let proof_key = Arc::new(master_key().proof_key());
    TemplateRenewal::new(store, scene.app.clock.clone(), entropy, Arc::new(references), proof_key)
}

async fn enrolment_of_adam(scene: &Scene) -> Enrolment {
    let user = scene.adam.id.clone();
    scene.read(move |db| db.find_enrolment_of(&user)).await.unwrap()
}

/// Steps up as someone; how it comes out.
async fn outcome_for(scene: &Scene, person: u8) -> String {
    let interaction = scene.begin(&[CONDITION]).await;
    let answer = scene.look_as(&interaction, Scripted::of(person)).await;
    answer["outcome"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn after_a_rotation_and_the_old_keys_end_an_enrolled_person_steps_up_as_before() {
    let scene = Scene::enrolled().await;
    let before = enrolment_of_adam(&scene).await;
    for purpose in KeyPurpose::ALL {
        let [old, new] =
            ["second", "first"].map(|name| KekId::parse(&format!("{}-{name}", purpose.name())).unwrap());
        let rotated = rotation(&scene).rotate(purpose, Some(&new), |_| {}).await.unwrap();
        assert_eq!(rotated.done, 1);
        rotation(&scene).retire(&old, true).await.unwrap();
    }
    assert_eq!(enrolment_of_adam(&scene).await, before, "no template was touched");
    assert_eq!(outcome_for(&scene, ADAM).await, "done");
    for kind in ["keys_rewrapped", "key_encryption_key_retired"] {
        assert_eq!(scene.count(kind).await, 2, "{kind}");
    }
}

#[tokio::test]
async fn a_template_issued_anew_knows_its_person_and_nobody_else_without_a_new_capture() {
    // ISO/IEC 24745, renewability.
    let scene = Scene::enrolled().await;
    let before = enrolment_of_adam(&scene).await;
    assert_eq!(renewal(&scene).renew(&scene.adam.id).await.unwrap(), Renewed::Anew);
    let after = enrolment_of_adam(&scene).await;
    assert_eq!((before.renewal, after.renewal), (0, 1));
    assert_ne!(before.sealed_template, after.sealed_template);
    assert_eq!(
        Enrolment {
            sealed_template: before.sealed_template.clone(),
            proof: before.proof.clone(),
            renewal: 0,
            ..after.clone()
        },
        before
    );
    assert_eq!(outcome_for(&scene, CLARA).await, "refused");
    assert_eq!(outcome_for(&scene, ADAM).await, "done");
    assert_eq!(scene.last("template_renewed").await["renewal"], 1);
}

#[tokio::test]
async fn what_was_kept_before_a_renewal_does_not_fit_what_is_kept_after_it() {
    let scene = Scene::enrolled().await;
    let before = enrolment_of_adam(&scene).await;
    let id = before.id.clone();
    let keys_before = scene.read(move |db| db.find_enrolment_keys(&id)).await.unwrap();
    renewal(&scene).renew(&scene.adam.id).await.unwrap();
    let interaction = scene.begin(&[CONDITION]).await;
    let mut page = scene.capture_page(&interaction).await;
    page.perform(crate::support::capture::obedient, Scripted::of(ADAM)).await;
    // Whoever can write to the database puts the old keys beside the new template.
    let id = before.id.clone();
    scene.app.store.transact(move |db| db.put_enrolment_keys(&id, &keys_before)).await.unwrap();
    let sealed = page.sealed();
    assert_eq!(page.send(sealed).await.status.as_u16(), 500);
}

#[tokio::test]
async fn a_row_without_proof_is_not_issued_anew() {
    let scene = Scene::enrolled().await;
    let genuine = enrolment_of_adam(&scene).await;
    let forged = Enrolment { proof: vec![0; 32], ..genuine.clone() };
    scene.app.store.transact(move |db| db.renew_enrolment(&forged, &genuine.proof)).await.unwrap();
    assert_eq!(renewal(&scene).renew(&scene.adam.id).await.unwrap(), Renewed::Unproven);
    assert_eq!(enrolment_of_adam(&scene).await.proof, [0; 32]);
}

#[tokio::test]
async fn everyone_is_issued_anew_in_one_go_and_again_when_that_broke_off() {
    let scene = Scene::enrolled().await;
    for round in 1..=2 {
        let tally = renewal(&scene).renew_all(|_| {}).await.unwrap();
        assert_eq!((tally.renewed, tally.unproven), (1, 0));
        assert_eq!(enrolment_of_adam(&scene).await.renewal, round);
    }
    assert_eq!(outcome_for(&scene, ADAM).await, "done");
}
