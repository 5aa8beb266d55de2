use proptest::prelude::*;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;
use crate::domain::face::{coverage::View, sample, template::Embedding};

fn model() -> ModelId {
    ModelId("model".into())
}

fn key(byte: u8) -> TransformKey {
    TransformKey::new(Zeroizing::new([byte; 32]))
}

fn template(values: &[f32]) -> FaceTemplate {
    FaceTemplate::mean_of(model(), [&Embedding::new(values.to_vec())]).unwrap()
}

fn reference(values: &[f32]) -> FaceReference {
    FaceReference { template: template(values), map: None }
}

fn with_map(values: &[f32]) -> FaceReference {
    let uncertainty = random_face(9, FaceMap::VALUES / 3);
    let coverage = Coverage::NONE.with(View::Left).with(View::Centre);
    let map = FaceMap::from_values(random_face(8, FaceMap::VALUES), uncertainty, coverage);
    FaceReference { map: Some(map.unwrap()), ..reference(values) }
}

/// A random direction of this many values.
fn random_face(seed: u64, length: usize) -> Vec<f32> {
    let mut stream = ChaCha20Rng::seed_from_u64(seed);
    // The sum of twelve even draws is near enough to normal.
    let mut normal = || (0..12).map(|_| stream.next_u32() as f32 / u32::MAX as f32 - 0.5).sum();
    (0..length).map(|_| normal()).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// Two directions with some likeness.
fn pair() -> impl Strategy<Value = (Vec<f32>, Vec<f32>)> {
    (1_usize..700).prop_flat_map(|length| {
        let vector = || prop::collection::vec(-1.0_f32..1.0, length);
        (vector(), vector(), 0.0_f32..2.0).prop_map(|(a, mut b, likeness)| {
            b.iter_mut().zip(&a).for_each(|(b, a)| *b += likeness * a);
            (a, b)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_angle_is_the_same_after_one_transform_as_before_it((a, b) in pair(), bits: [u8; 32]) {
        prop_assume!(a.iter().any(|v| v.abs() > 0.01));
        prop_assume!(b.iter().any(|v| v.abs() > 0.01));
        let (a, b) = (template(&a), template(&b));
        let key = TransformKey::new(Zeroizing::new(bits));
        let plain = dot(a.values(), b.values());
        let there = dot(&key.apply(Part::Template, a.values()), &key.apply(Part::Template, b.values()));
        prop_assert!((plain - there).abs() < 1e-5, "{}", plain - there);
    }

    #[test]
    fn a_transform_is_undone_by_its_own_key((a, _) in pair(), bits: [u8; 32]) {
        let key = TransformKey::new(Zeroizing::new(bits));
        for part in [Part::Template, Part::MapDirection, Part::MapUncertainty] {
            let back = key.undo(part, &key.apply(part, &a), a.len());
            prop_assert_eq!(back.len(), a.len());
            for (a, b) in a.iter().zip(back.iter()) {
                prop_assert!((a - b).abs() < 1e-5);
            }
        }
    }
}

#[test]
fn a_renewed_reference_knows_the_same_face_and_has_nothing_in_common_with_the_one_before() {
    let face = random_face(3, 320);
    let kept = ProtectedReference::protect(&with_map(&face), key(1));
    let mut renewed = kept.reissue(key(2));
    assert!(renewed.compare(&template(&face)).unwrap().reaches(0.99999));
    let across = dot(&kept.template.values, &renewed.template.values);
    assert!(across.abs() < 0.25, "{across}");
    // Rounding does not add up.
    for n in 0..100 {
        renewed = renewed.reissue(key(n));
    }
    assert!(renewed.compare(&template(&face)).unwrap().reaches(0.99999));
    let first = ProtectedReference::protect(&with_map(&face), key(99));
    let (first, renewed) = (first.map.unwrap(), renewed.map.unwrap());
    assert!((dot(&first.direction.values, &renewed.direction.values) - 1.0).abs() < 1e-5);
    let apart = first.uncertainty.values.iter().zip(renewed.uncertainty.values.iter());
    assert!(apart.into_iter().all(|(a, b)| (a - b).abs() < 1e-5));
    assert_eq!(first.coverage, renewed.coverage);
}

#[test]
fn a_vector_with_a_single_value_is_spread_over_all() {
    // The worst case of a Hadamard transform; after three rounds no entry stands out.
    let mut lone = vec![0.0; 320];
    lone[7] = 1.0;
    for n in 0..20 {
        let spread = key(n).apply(Part::Template, &lone);
        assert_eq!(spread.len(), 512);
        assert!(spread.iter().all(|value| value.abs() < 0.25), "{n}");
        let distinct: std::collections::BTreeSet<u32> = spread.iter().map(|v| v.abs().to_bits()).collect();
        assert!(distinct.len() > 10, "{n}: {}", distinct.len());
    }
}

#[test]
fn parts_and_keys_have_transforms_of_their_own() {
    let face = random_face(4, 300);
    let [one, other_part, other_key] = [
        key(1).apply(Part::Template, &face),
        key(1).apply(Part::MapDirection, &face),
        key(2).apply(Part::Template, &face),
    ];
    let norm = dot(&one, &one);
    assert!((dot(&one, &other_part) / norm).abs() < 0.25);
    assert!((dot(&one, &other_key) / norm).abs() < 0.25);
}

#[test]
fn the_transform_of_a_key_never_changes() {
    // A change here would make every enrolment a stranger. The values are an independent program's.
    let values = key(7).apply(Part::Template, &[1.0, 2.0, 3.0, -4.0, 5.0]);
    let expected = [
        0.883883_f32,
        0.530330_f32,
        0.530330_f32,
        -6.894291_f32,
        1.944544_f32,
        0.176777_f32,
        0.883883_f32,
        1.237437_f32,
    ];
    values
        .iter()
        .zip(expected)
        .for_each(|(value, expected)| assert!((value - expected).abs() < 1e-6, "{values:?}"));
}

#[test]
fn what_is_written_reads_back_with_its_key_and_any_other_layout_is_refused() {
    let face = sample::embedding(1, 1.0);
    let kept = ProtectedReference::protect(&with_map(face.values()), key(1));
    let bytes = kept.to_bytes();
    let read = ProtectedReference::from_bytes(&bytes, key(1)).unwrap();
    assert_eq!((read.model(), read.coverage()), (&model(), kept.coverage()));
    assert_eq!(read.to_bytes(), bytes);
    assert!(read.compare(&template(face.values())).unwrap().reaches(0.99999));
    // With another key nothing is known again.
    let other = ProtectedReference::from_bytes(&bytes, key(2)).unwrap();
    assert!(!other.compare(&template(face.values())).unwrap().reaches(0.4));
    let without_map = ProtectedReference::protect(&reference(face.values()), key(1)).to_bytes();
    assert!(bytes.starts_with(&without_map));
    for end in (0..bytes.len()).filter(|end| *end != without_map.len()) {
        assert!(ProtectedReference::from_bytes(&bytes[..end], key(1)).is_err(), "{end}");
    }
    let changes: [fn(&mut Vec<u8>); 5] = [
        |bytes| bytes[0] = 2,
        |bytes| bytes[1] = 9,
        |bytes| bytes[1] = 0,
        |bytes| bytes.push(0),
        |bytes| bytes.extend_from_within(1..11),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut changed = bytes.to_vec();
        change(&mut changed);
        assert!(ProtectedReference::from_bytes(&changed, key(1)).is_err(), "{n}");
    }
}

#[test]
fn templates_of_other_models_and_lengths_do_not_compare() {
    let kept = ProtectedReference::protect(&reference(&random_face(1, 320)), key(1));
    assert!(kept.compare(&template(&random_face(1, 319))).is_none());
    let other = [&Embedding::new(random_face(1, 320))];
    assert!(kept.compare(&FaceTemplate::mean_of(ModelId("other".into()), other).unwrap()).is_none());
}
