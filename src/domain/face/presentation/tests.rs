use super::*;
use crate::domain::face::sample::{Look, embedding};

fn model() -> ModelId {
    ModelId("model".into())
}

fn template(person: u8) -> FaceTemplate {
    FaceTemplate::mean_of(model(), [&embedding(person, 12.0)]).unwrap()
}

/// Straight ahead five times, then left and up twice each.
fn performed(change: impl Fn(Look) -> Look) -> Vec<Look> {
    let poses = [[(0.0, 0.0); 5].as_slice(), &[(24.0, 0.0); 2], &[(0.0, -13.0); 2]].concat();
    poses.into_iter().map(|(yaw, pitch)| change(Look::at(yaw, pitch))).collect()
}

fn responses(looks: &[Look], enrolled: Option<&Enrolled>) -> Responses {
    let seen: Vec<_> = looks.iter().map(|look| Some(look.observe())).collect();
    let policy = VerificationPolicy::default();
    let presentation = Presentation::observe(&seen, &policy);
    let look = |face: WorthyFace| (face.place, looks[face.place].closer(face.worth));
    let closer = CloserLooks::new(presentation.worth_a_closer_look().into_iter().map(look).collect());
    presentation.judge(&closer, &model(), enrolled, &policy)
}

fn all(response: Response) -> Responses {
    Responses { passive: response, geometry: response, verdict: response, matched: None }
}

#[test]
fn a_live_person_who_turns_is_taken_for_one_by_all() {
    assert_eq!(responses(&performed(|look| look), None), all(Response::BonaFide));
}

#[test]
fn a_flat_picture_is_refused_for_its_geometry_alone() {
    let found = responses(&performed(|look| Look { flat: true, ..look }), None);
    let expected = Responses { passive: Response::BonaFide, ..all(Response::Attack) };
    assert_eq!(found, expected);
}

#[test]
fn a_screen_is_refused_by_the_passive_models_alone() {
    let found = responses(&performed(|look| Look { live: 0.1, ..look }), None);
    assert_eq!(found, Responses { geometry: Response::BonaFide, ..all(Response::Attack) });
}

#[test]
fn without_a_turn_the_geometry_has_no_response_and_the_verdict_refuses() {
    // ISO/IEC 30107-3: a presentation without response is counted apart.
    let found = responses(&performed(|_| Look::at(0.0, 0.0)), None);
    let expected =
        Responses { geometry: Response::None, verdict: Response::Attack, ..all(Response::BonaFide) };
    assert_eq!(found, expected);
}

#[test]
fn a_single_picture_is_enough_for_the_passive_models_and_for_nothing_else() {
    let found = responses(&[Look::at(0.0, 0.0)], None);
    assert_eq!(
        (found.passive, found.geometry, found.verdict),
        (Response::BonaFide, Response::None, Response::Attack)
    );
}

#[test]
fn without_a_face_nothing_responds() {
    let found = responses(&performed(|look| Look { faces: 0, ..look }), None);
    assert_eq!(found, Responses { verdict: Response::Attack, ..all(Response::None) });
}

#[test]
fn someone_else_in_the_turns_is_refused_by_the_verdict() {
    let looks = performed(|look| Look { person: if look.yaw > 0.0 { 2 } else { 1 }, ..look });
    let found = responses(&looks, None);
    assert_eq!(found, Responses { verdict: Response::Attack, ..all(Response::BonaFide) });
}

#[test]
fn a_presentation_matches_the_person_who_is_enrolled_and_nobody_else() {
    for (person, matched) in [(1, true), (2, false)] {
        for enrolled in [Enrolled::Template(template(person)), Enrolled::Portrait(template(person))] {
            assert_eq!(responses(&performed(|look| look), Some(&enrolled)).matched, Some(matched));
        }
    }
    // What the verdict refuses matches nobody.
    let flat = performed(|look| Look { flat: true, ..look });
    assert_eq!(responses(&flat, Some(&Enrolled::Template(template(1)))).matched, Some(false));
}
