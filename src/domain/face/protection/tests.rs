use super::*;
use crate::domain::face::template::{Embedding, FaceTemplate, ModelId};

/// Made-up people: several templates of each, alike among themselves.
fn made_up(people: u32, each: u32, length: usize) -> Vec<Specimen> {
    let mut stream = ChaCha20Rng::seed_from_u64(5);
    let mut normal =
        move || -> f32 { (0..12).map(|_| stream.next_u32() as f32 / u32::MAX as f32 - 0.5).sum() };
    let mut specimens = Vec::new();
    for identity in 0..people {
        let face: Vec<f32> = (0..length).map(|_| normal()).collect();
        for n in 0..each {
            let values = face.iter().map(|value| value + 0.7 * normal()).collect();
            let template = FaceTemplate::mean_of(ModelId("m".into()), [&Embedding::new(values)]).unwrap();
            specimens.push(Specimen { identity, pictures: n..n + 1, template });
        }
    }
    specimens
}

#[test]
fn decisions_are_the_same_with_the_transform_and_without_it() {
    let agreement = agreement(&made_up(60, 4, 320), 8, 1);
    assert_eq!(agreement.decisions.len(), THRESHOLDS.len());
    assert!(agreement.genuine >= 180 && agreement.impostor > 1_500, "{agreement:?}");
    assert!(agreement.largest_difference < 1e-5, "{agreement:?}");
    for at in &agreement.decisions {
        assert!(at.different <= 1, "{at:?}");
    }
}

#[test]
fn two_enrolments_of_a_person_are_linked_without_the_transform_and_at_chance_with_it() {
    // Gomez-Barrero et al. 2018: D_sys near 1 is linkable, near 0 is not.
    let found = unlinkability(&made_up(300, 2, 64), 20, 1);
    assert!(found.plain.d_sys > 0.95 && found.plain.above > 0.99, "{found:?}");
    for protected in [found.two_enrolments, found.renewed, found.renewed_by_spread] {
        assert_eq!(protected.mated, 300);
        assert!(protected.d_sys <= 1.5 * protected.chance.d_sys[1], "{protected:?}");
        assert!((protected.above - 0.5).abs() < 0.06, "{protected:?}");
    }
}

#[test]
fn the_measure_is_one_for_scores_apart_and_nothing_for_scores_alike() {
    let apart = Cross { mated: vec![1.0; 500], non_mated: (0..5000).map(|n| -f64::from(n)).collect() };
    let measured = linkability(&apart, 1);
    assert!(measured.d_sys > 0.95 && measured.above > 0.999, "{measured:?}");
    let alike = Cross { mated: vec![0.5; 50], non_mated: vec![0.5; 500] };
    let measured = linkability(&alike, 1);
    assert_eq!((measured.d_sys, measured.above), (0.0, 0.5));
    let nothing = linkability(&Cross::default(), 1);
    assert_eq!((nothing.d_sys, nothing.mated), (0.0, 0));
}
