//! Photos, recordings, other people, and captures that are part of one and part of another.

use super::*;

#[test]
fn a_flat_photo_that_is_held_nearer_and_farther_is_refused_where_distance_is_all_there_is() {
    let walk = LivenessChallenge::draw(Way::Distance, &[3, 1, 1, 0, 1, 2, 4, 0, 1, 0, 1, 0]).unwrap();
    let capture = Capture::perform_for(walk, towards, |look| Look { flat: true, ..look });
    assert_eq!(capture.rejection(), not_verified(Cause::Planar));
}

#[test]
fn a_picture_that_only_grows_and_shrinks_turns_nowhere() {
    let stiff = |action: Action| (0.0, 0.0, towards(action).2);
    assert_eq!(Capture::perform(stiff, |look| look).rejection(), not_verified(Cause::Challenge));
}

#[test]
fn a_face_that_is_swapped_after_the_movements_is_refused() {
    // The last frontal frames are compared with the first ones.
    let mut swapped = Capture::genuine();
    let places = swapped.looks.len();
    swapped.looks[places - 11..].iter_mut().for_each(|look| look.person = 2);
    assert_eq!(swapped.rejection(), not_verified(Cause::Swapped));
}

#[test]
fn another_person_is_refused() {
    let capture = Capture::perform(towards, |look| Look { person: 2, ..look });
    assert_eq!(capture.rejection(), not_verified(Cause::Mismatch));
}

#[test]
fn a_picture_at_the_centre_and_another_head_that_moves_are_refused() {
    // Everything is right but that the turns are someone else's: the frontal frames alone would match.
    for moved in [Action::TurnLeft, Action::LookUp, Action::Nearer] {
        let swapped = Capture::perform(towards, |look| {
            let is_moved = match moved {
                Action::TurnLeft => look.yaw > 15.0,
                Action::Nearer => look.scale > 1.15,
                _ => look.pitch < -6.0,
            };
            Look { person: if is_moved { 2 } else { 1 }, ..look }
        });
        assert_eq!(swapped.rejection(), not_verified(Cause::Swapped), "{moved:?}");
    }
}

#[test]
fn frontal_frames_of_two_people_are_refused_though_their_mean_is_like_both() {
    // Some of the frontal frames are the enrolled person's, the rest and all turns are someone else's.
    let mut frontal = 0;
    let mut blend = Capture::genuine();
    for look in &mut blend.looks {
        let is_frontal = look.yaw.abs() <= 15.0 && look.pitch.abs() <= 8.0;
        frontal += usize::from(is_frontal);
        look.person = if is_frontal && frontal <= 3 { 1 } else { 2 };
    }
    let similar = blend.verdict_against(&template(1));
    assert!(matches!(similar, Verdict::Rejected(Rejection::NotVerified(Cause::Swapped))));
}

#[test]
fn pictures_that_were_committed_before_anything_was_asked_are_not_compared() {
    // Eight pictures of the enrolled person come while the page still settles; everything that was asked for is another's.
    let other = Capture::perform(towards, |look| Look { person: 2, ..look });
    let mut prepared = Capture::of(challenge());
    prepared.now -= SignedDuration::from_secs(5);
    (0..8).for_each(|_| prepared.frame(Look::at(0.0, 0.0)));
    prepared.transcript.revealed_at = other.transcript.revealed_at.clone();
    prepared.transcript.seen_done_at = other.transcript.seen_done_at.clone();
    prepared.transcript.finished_at = other.transcript.finished_at;
    for (n, commitment) in other.transcript.committed.iter().enumerate() {
        let hash = FrameHash::parse(&base64url(&sha256(&(100 + n).to_be_bytes()))).unwrap();
        prepared.transcript.committed.push(Commitment { hash, at: commitment.at });
    }
    prepared.looks.extend(other.looks.iter().copied());
    assert_eq!(prepared.rejection(), not_verified(Cause::Mismatch));
}

#[test]
fn a_turn_that_was_not_embedded_shows_nobody() {
    let without_turns = |look: Look, worth| (look.yaw.abs() <= 15.0).then(|| look.closer(worth));
    let verdict = Capture::genuine().verdict_with(&template(1), without_turns);
    assert!(matches!(verdict, Verdict::Rejected(Rejection::NotVerified(Cause::Swapped))));
}

#[test]
fn a_template_of_another_model_does_not_compare() {
    let other = FaceTemplate::mean_of(ModelId("other".into()), [&embedding(1, 12.0)]).unwrap();
    let verdict = Capture::genuine().verdict_against(&other);
    assert!(matches!(verdict, Verdict::Rejected(Rejection::NotVerified(Cause::OtherModel))));
}

#[test]
fn a_still_photo_is_refused() {
    let capture = Capture::perform(|_| towards(Action::Centre), |look| look);
    assert_eq!(capture.rejection(), not_verified(Cause::Challenge));
}

#[test]
fn a_flat_photo_that_seems_to_turn_is_refused() {
    let capture = Capture::perform(towards, |look| Look { flat: true, ..look });
    assert_eq!(capture.rejection(), not_verified(Cause::Planar));
}

#[test]
fn a_video_that_turns_the_wrong_way_is_refused() {
    let mirrored = |action| {
        let (yaw, pitch, scale) = towards(action);
        (-yaw, -pitch, 1.0 / scale)
    };
    assert!(matches!(
        Capture::perform(mirrored, |look| look).rejection(),
        Some(Rejection::NotVerified(Cause::WrongMovement | Cause::Challenge))
    ));
}

#[test]
fn a_video_that_makes_every_movement_in_every_window_is_refused() {
    let mut capture = Capture::of(challenge());
    for prompt in 0..6 {
        capture.reveal();
        (0..3).for_each(|_| capture.frame(look(towards(Action::Centre))));
        for action in Action::MOVEMENTS.into_iter().filter(|_| (1..5).contains(&prompt)) {
            (0..8).for_each(|_| capture.frame(look(towards(action))));
        }
        capture.seen_done();
        (0..3).for_each(|_| capture.frame(look(towards(Action::Centre))));
    }
    capture.finish();
    assert_eq!(capture.rejection(), not_verified(Cause::WrongMovement));
}

#[test]
fn a_picture_of_a_screen_is_refused_by_the_passive_models() {
    let capture = Capture::perform(towards, |look| Look { live: 0.3, ..look });
    assert_eq!(capture.rejection(), not_verified(Cause::Attack));
}

#[test]
fn the_centre_is_that_of_the_frames_that_are_compared() {
    // Blurred frames, which nobody compares, look 8° to one side, so that a turn of 12° would seem one of 20°.
    let short = |action| if action == Action::TurnLeft { (12.0, 0.0, 1.0) } else { towards(action) };
    let mut capture = Capture::perform(short, |look| look);
    let first = capture.transcript.revealed_at[1];
    let at_centre =
        capture.transcript.committed.iter().take_while(|commitment| commitment.at <= first).count();
    for look in capture.looks[..at_centre].iter_mut().skip(3) {
        (look.yaw, look.sharpness) = (look.yaw - 8.0, 5.0);
    }
    assert_eq!(capture.rejection(), not_verified(Cause::Challenge));
}

#[test]
fn a_solid_head_for_one_frame_lends_its_depth_to_no_picture() {
    // A flat picture all along, and another head in the first frame of every hold, which shows nobody who moved.
    let mut capture = Capture::perform(towards, |look| Look { flat: true, ..look });
    capture.looks.iter_mut().skip(3).step_by(11).for_each(|look| (look.flat, look.person) = (false, 2));
    assert_eq!(capture.rejection(), not_verified(Cause::Planar));
}

#[test]
fn a_poor_picture_of_another_person_says_nothing_about_the_match() {
    let poor = |person| Capture::perform(towards, move |look| Look { person, sharpness: 5.0, ..look });
    assert_eq!(poor(2).rejection(), poor(1).rejection());
}
