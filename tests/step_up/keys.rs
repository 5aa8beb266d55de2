//! Keys turn while people step up: nobody enrols again, nobody else passes, and what was stolen before is of no use.

use std::sync::Arc;

use facestep::{
    domain::{
        face::{capture::EncodedFrame, template::ModelId},
        id::KekId,
        key_encryption::KeyPurpose,
        secret::sha256,
        workflow::enrolment::Enrolment,
    },
    flows::{
        key_rotation::KeyRotation,
        references::References,
        template_renewal::{Renewed, TemplateRenewal, Which},
    },
    jose::master_key::MasterKey,
    ports::{
        envelope::{SealedKind, Vault},
        face::FaceAnalyzer,
    },
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

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
    assert_eq!(renewal(&scene).renew(&scene.adam.id, &Which::All).await.unwrap(), Renewed::Anew);
    let after = enrolment_of_adam(&scene).await;
    assert_eq!((before.renewal, after.renewal), (Some(0), Some(1)));
    assert_ne!(before.sealed_template, after.sealed_template);
    assert_eq!(
        Enrolment {
            sealed_template: before.sealed_template.clone(),
            proof: before.proof.clone(),
            renewal: Some(0),
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
    renewal(&scene).renew(&scene.adam.id, &Which::All).await.unwrap();
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
    assert_eq!(renewal(&scene).renew(&scene.adam.id, &Which::All).await.unwrap(), Renewed::Unproven);
    assert_eq!(enrolment_of_adam(&scene).await.proof, [0; 32]);
}

#[tokio::test]
async fn everyone_is_issued_anew_in_one_go_and_again_when_that_broke_off() {
    let scene = Scene::enrolled().await;
    for round in 1..=2 {
        let tally = renewal(&scene).renew_all(&Which::All, |_| {}).await.unwrap();
        assert_eq!((tally.renewed, tally.unproven), (1, 0));
        assert_eq!(enrolment_of_adam(&scene).await.renewal, Some(round));
    }
    let tally = renewal(&scene).renew_all(&Which::FromBefore, |_| {}).await.unwrap();
    assert_eq!(tally.renewed, 0);
    assert_eq!(outcome_for(&scene, ADAM).await, "done");
}

#[tokio::test]
async fn an_enrolment_of_version_0_1_steps_up_and_is_protected_from_then_on() {
    let scene = Scene::enrolled().await;
    make_as_of_0_1(&scene).await;
    assert_eq!(outcome_for(&scene, CLARA).await, "refused");
    assert_eq!(enrolment_of_adam(&scene).await.renewal, None, "a failure changes nothing");
    assert_eq!(outcome_for(&scene, ADAM).await, "done");
    let protected = enrolment_of_adam(&scene).await;
    assert_eq!(protected.renewal, Some(0));
    scene.app.clock.advance(400);
    assert_eq!(outcome_for(&scene, ADAM).await, "done");
}

#[tokio::test]
async fn an_enrolment_of_version_0_1_is_protected_by_the_operator() {
    let scene = Scene::enrolled().await;
    make_as_of_0_1(&scene).await;
    let tally = renewal(&scene).renew_all(&Which::FromBefore, |_| {}).await.unwrap();
    assert_eq!((tally.renewed, tally.unproven), (1, 0));
    assert_eq!(enrolment_of_adam(&scene).await.renewal, Some(0));
    assert_eq!(outcome_for(&scene, ADAM).await, "done");
}

/// Puts Adam's enrolment in the form that version 0.1 gave it, proof and all: the template sealed by the vault.
async fn make_as_of_0_1(scene: &Scene) {
    let now = enrolment_of_adam(scene).await;
    let picture = EncodedFrame::new(Scripted::of(ADAM).bytes());
    let template = scene.app.analyzer.embed_portrait(picture).await.ok().unwrap();
    let plain = [now.model.as_str().as_bytes(), &[0], &template.to_bytes()].concat();
    let vault = master_key().vault(scene.app.entropy.clone());
    let sealed_template = vault.seal(SealedKind::Template, now.id.as_str(), &plain).unwrap();
    let mut old = Enrolment { sealed_template, renewal: None, ..now.clone() };
    old.proof = proof_of_0_1(&old, &master_key());
    // The keys that are left behind are looked at by nobody, and replaced at the upgrade.
    scene.app.store.transact(move |db| db.renew_enrolment(&old, &now.proof)).await.unwrap();
}

/// HMAC-SHA-256 over seven fields, each behind its length, as version 0.1 made it.
fn proof_of_0_1(row: &Enrolment, key: &MasterKey) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.derive("facestep enrolment proof v1")).unwrap();
    let ModelId(model) = &row.model;
    let fields: [&[u8]; 7] = [
        row.id.as_str().as_bytes(),
        row.user.as_str().as_bytes(),
        row.run.as_str().as_bytes(),
        model.as_bytes(),
        &sha256(&row.sealed_template),
        &serde_json::to_vec(&row.evidence).unwrap(),
        &row.completed_at.as_millisecond().to_be_bytes(),
    ];
    for field in fields {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field);
    }
    mac.finalize().into_bytes().to_vec()
}
