use super::*;
use crate::domain::face::template::{Embedding, FaceTemplate, ModelId};

fn template(values: &[f32]) -> FaceTemplate {
    FaceTemplate::mean_of(ModelId("model".into()), [&Embedding::new(values.to_vec())]).unwrap()
}

fn specimen(identity: u32, picture: u32, values: &[f32]) -> Specimen {
    Specimen { identity, pictures: picture..picture + 1, template: template(values) }
}

/// A list whose rows have these similarities: row i is of identity i, or of identity i and the next.
fn listed(genuine: &[f32], impostor: &[f32]) -> (Vec<Specimen>, Vec<ListedPair>) {
    let (mut specimens, mut pairs) = (Vec::new(), Vec::new());
    let rows = genuine.iter().map(|s| (s, true)).chain(impostor.iter().map(|s| (s, false)));
    for (row, (similarity, same)) in rows.enumerate() {
        let identity = 2 * row as u32;
        specimens.push(specimen(identity, 0, &[1.0, 0.0]));
        let other = if same { identity } else { identity + 1 };
        specimens.push(specimen(other, 1, &[*similarity, (1.0 - similarity * similarity).sqrt()]));
        pairs.push(ListedPair { left: 2 * row, right: 2 * row + 1, same });
    }
    (specimens, pairs)
}

fn concluded(trials: &Trials<'_>) -> ErrorRates {
    let population = Population::of(trials);
    let mut tally = Tally::default();
    (0..trials.pieces()).for_each(|piece| tally.add(trials, &population, piece));
    ErrorRates::conclude(tally, &population)
}

fn rates(genuine: &[f32], impostor: &[f32]) -> ErrorRates {
    let (specimens, pairs) = listed(genuine, impostor);
    concluded(&Trials::Listed { specimens: &specimens, pairs: &pairs })
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// Scores at (i + 1/2) / n between two bounds: a uniform distribution without chance.
fn uniform(low: f32, high: f32, n: usize) -> Vec<f32> {
    (0..n).map(|i| low + (high - low) * (i as f32 + 0.5) / n as f32).collect()
}

#[test]
fn the_equal_error_rate_of_two_uniform_distributions_is_the_one_of_geometry() {
    // Impostors on [0, 0.6], genuine on [0.4, 1.0]: at 0.5 a sixth of each is on the wrong side.
    let rates = rates(&uniform(0.4, 1.0, 600), &uniform(0.0, 0.6, 600));
    assert!((rates.equal_error_rate(Weighting::Comparisons) - 1.0 / 6.0).abs() < 0.002);
    assert!((rates.least_mean_error(Weighting::Comparisons) - 1.0 / 6.0).abs() < 0.002);
    // FMR 0.1 leaves the upper 0.06 of the impostors: a threshold of 0.54, where 0.14 / 0.6 of the genuine are lost.
    let at = rates.threshold_at(0.1, Weighting::Comparisons);
    assert!((at.cosine() - 0.54).abs() < 0.001);
    assert!((rates.fnmr(at, Weighting::Comparisons) - 0.14 / 0.6).abs() < 0.002);
    assert_eq!(rates.false_matches(at), 60);
}

#[test]
fn distributions_that_do_not_overlap_have_no_error() {
    let rates = rates(&[0.8, 0.9], &[0.1, 0.2]);
    assert_eq!(rates.equal_error_rate(Weighting::Comparisons), 0.0);
    assert_eq!(rates.least_mean_error(Weighting::Identities), 0.0);
}

#[test]
fn a_threshold_is_the_lowest_that_keeps_its_target() {
    // ISO/IEC 19795-1: FMR is the share of impostor comparisons that match.
    let rates = rates(&[0.9], &[0.1, 0.2, 0.3, 0.4]);
    let at = rates.threshold_at(0.25, Weighting::Comparisons);
    assert_eq!(rates.false_matches(at), 1);
    assert!((at.cosine() - 0.3).abs() < 3.0 / f64::from(STEPS));
    assert_eq!(rates.false_matches(Threshold(at.0 - 1)), 2);
    // A target that no threshold but one above every score keeps.
    let at = rates.threshold_at(1e-5, Weighting::Comparisons);
    assert_eq!(rates.false_matches(at), 0);
    assert_eq!(rates.false_matches(Threshold(at.0 - 1)), 1);
    // Everything keeps a target of 1.
    assert!(near(rates.threshold_at(1.0, Weighting::Comparisons).cosine(), -1.0));
}

#[test]
fn ties_are_passed_together() {
    let rates = rates(&[0.5, 0.5, 0.5, 0.9], &[0.5, 0.5, 0.1, 0.0]);
    let at = rates.threshold_at(0.25, Weighting::Comparisons);
    assert_eq!((rates.false_matches(at), rates.false_non_matches(at)), (0, 3));
    let below = Threshold(at.0 - 1);
    assert_eq!((rates.false_matches(below), rates.false_non_matches(below)), (2, 0));
    // From (FMR 1/2, FNMR 0) to (0, 3/4): equal at 3/10 of the way.
    assert!(near(rates.equal_error_rate(Weighting::Comparisons), 0.3));
}

#[test]
fn a_match_is_what_the_verdict_calls_one() {
    let (a, b) = (template(&[0.3, 0.7, -0.2]), template(&[0.31, 0.6, -0.25]));
    let cosine = {
        let step = a.compare(&b).unwrap().step(STEPS);
        f64::from(step) / f64::from(STEPS)
    };
    let at = Threshold::at_least(cosine);
    assert!(a.compare(&b).unwrap().reaches(at.cosine() as f32));
    assert!(!a.compare(&b).unwrap().reaches(Threshold(at.0 + 1).cosine() as f32));
}

#[test]
fn identities_weigh_alike_where_they_shall() {
    // One identity with three pictures that all match, one with two that do not.
    let specimens = [
        specimen(0, 0, &[1.0, 0.0, 0.0]),
        specimen(0, 1, &[1.0, 0.0, 0.0]),
        specimen(0, 2, &[1.0, 0.0, 0.0]),
        specimen(1, 0, &[0.0, 1.0, 0.0]),
        specimen(1, 1, &[0.0, 0.0, 1.0]),
    ];
    let trials = Trials::Among(&specimens);
    let rates = concluded(&trials);
    let at = Threshold::at_least(0.5);
    assert_eq!((rates.genuine(), rates.impostor(), rates.identities()), (4, 6, 2));
    assert!(near(rates.fnmr(at, Weighting::Comparisons), 0.25));
    assert!(near(rates.fnmr(at, Weighting::Identities), 0.5));
    assert_eq!(
        rates.non_matches_by_identity(at),
        [Share { trials: 3, errors: 0 }, Share { trials: 1, errors: 1 }]
    );
}

#[test]
fn one_pair_of_identities_weighs_no_more_than_another() {
    // Identities 0 and 1 are brothers with four comparisons, identity 2 is like nobody.
    let specimens = [
        specimen(0, 0, &[1.0, 0.0]),
        specimen(0, 1, &[1.0, 0.0]),
        specimen(1, 0, &[1.0, 0.0]),
        specimen(1, 1, &[1.0, 0.0]),
        specimen(2, 0, &[0.0, 1.0]),
    ];
    let trials = Trials::Among(&specimens);
    let rates = concluded(&trials);
    let at = Threshold::at_least(0.9);
    assert!(near(rates.fmr(at, Weighting::Comparisons), 4.0 / 8.0));
    assert!(near(rates.fmr(at, Weighting::Identities), 1.0 / 3.0));
    let mut matches = FalseMatches::at(&[at, Threshold::at_least(-1.0)]);
    (0..trials.pieces()).for_each(|piece| matches.add(&trials, piece));
    assert_eq!(matches.of(0), [PairMatches { pair: (0, 1), matches: 4 }]);
    assert_eq!(matches.of(1).len(), 3);
}

#[test]
fn means_that_share_a_picture_are_not_compared() {
    let mean = |identity, from, to| Specimen {
        identity,
        pictures: from..to,
        template: template(&[1.0, identity as f32]),
    };
    let references = [mean(0, 0, 1), mean(0, 1, 2), mean(0, 5, 6), mean(1, 0, 1)];
    let probes = [mean(0, 0, 3), mean(0, 3, 6)];
    let trials = Trials::Between { references: &references, probes: &probes };
    let rates = concluded(&trials);
    assert_eq!((rates.genuine(), rates.impostor()), (3, 2));
    assert_eq!(rates.pairs_of_identities(), 1.0);
}

#[test]
fn pieces_on_several_threads_tell_the_same_as_one() {
    let specimens: Vec<Specimen> =
        (0..300_u32).map(|i| specimen(i / 3, i % 3, &[(i as f32).sin(), (i as f32).cos(), 0.3])).collect();
    let trials = Trials::Among(&specimens);
    let population = Population::of(&trials);
    let (mut one, mut other) = (Tally::default(), Tally::default());
    for piece in (0..trials.pieces()).rev() {
        (if piece % 2 == 0 { &mut one } else { &mut other }).add(&trials, &population, piece);
    }
    one.merge(other);
    let (merged, whole) = (ErrorRates::conclude(one, &population), concluded(&trials));
    assert_eq!(whole.genuine() + whole.impostor(), 300 * 299 / 2);
    for weighting in [Weighting::Comparisons, Weighting::Identities] {
        let at = whole.threshold_at(0.01, weighting);
        assert_eq!(merged.threshold_at(0.01, weighting), at);
        assert!(near(merged.fnmr(at, weighting), whole.fnmr(at, weighting)));
    }
}

#[test]
fn copies_of_an_identity_are_no_impostors_to_each_other() {
    let specimens: Vec<Specimen> = (0..4).map(|identity| specimen(identity, 0, &[1.0, 0.0])).collect();
    let population = Population::of(&Trials::Among(&specimens));
    assert_eq!(population.weighted(&[1, 1, 1, 1]), (6.0, 6.0));
    assert_eq!(population.weighted(&[2, 0, 2, 0]), (4.0, 4.0));
    assert_eq!(population.weighted(&[4, 0, 0, 0]), (0.0, 0.0));
}

#[test]
fn accuracy_is_judged_on_rows_that_did_not_choose_the_threshold() {
    // Huang et al., UMass Amherst TR 07-49, §3: view 2.
    let (specimens, pairs) = listed(&uniform(0.6, 1.0, 40), &uniform(0.0, 0.4, 40));
    let folds = cross_validate(&specimens, &pairs, 10);
    assert_eq!(folds, [Fold { pairs: 8, right: 8 }; 10]);
    // The one genuine row that no other row would put the threshold below is told wrong.
    let (specimens, pairs) = listed(&[0.1, 0.9, 0.9], &[0.2, 0.2, 0.2]);
    let folds = cross_validate(&specimens, &pairs, 10);
    assert_eq!(folds.iter().map(|fold| fold.pairs).sum::<usize>(), 6);
    assert_eq!(folds.iter().map(|fold| fold.right).sum::<usize>(), 5);
    let (specimens, pairs) = listed(&[0.9], &[0.1]);
    assert!(cross_validate(&specimens, &pairs, 10).is_empty());
}

#[test]
fn nothing_measured_is_no_rate() {
    let rates = rates(&[], &[]);
    assert_eq!((rates.genuine(), rates.impostor()), (0, 0));
    assert_eq!(rates.fmr(Threshold::at_least(0.5), Weighting::Identities), 0.0);
    assert!(rates.trade_off(10, Weighting::Comparisons).is_empty());
}
