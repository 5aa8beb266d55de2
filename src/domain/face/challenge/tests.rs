use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::*;
use crate::domain::{
    face::attempts::AttemptPolicy,
    secret::{from_base64url, sha256},
};

fn key() -> ChallengeKey {
    ChallengeKey::new(std::array::from_fn(|n| n as u8))
}

fn ceremony() -> CeremonyId {
    CeremonyId::parse("c4Vb8nRt").unwrap()
}

fn derived(n: u32, way: Way) -> LivenessChallenge {
    let nonce = CaptureNonce::from_random(sha256(&n.to_be_bytes()));
    LivenessChallenge::derive(&key(), &nonce, &ceremony(), way).unwrap()
}

fn actions(challenge: &LivenessChallenge) -> Vec<Action> {
    challenge.prompts().map(|prompt| prompt.action).collect()
}

#[test]
fn the_published_vectors_are_derived() {
    // docs/capture-protocol.md, "The challenge"; the vectors were computed by another program.
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/challenge-vectors.json")).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let key: [u8; 32] = from_base64url(&text(&vectors["key"])).unwrap().try_into().unwrap();
    for vector in vectors["challenges"].as_array().unwrap() {
        let way = Way::parse(&text(&vector["way"])).unwrap();
        let nonce = CaptureNonce::parse(&text(&vector["nonce"])).unwrap();
        let ceremony = CeremonyId::parse(&text(&vector["ceremony"])).unwrap();
        let challenge = LivenessChallenge::derive(&ChallengeKey::new(key), &nonce, &ceremony, way).unwrap();
        let movements = serde_json::to_value(&challenge.movements).unwrap();
        assert_eq!(movements, vector["movements"], "{}", vector["about"]);
        let info = [PURPOSE, ceremony.as_str().as_bytes(), way.name().as_bytes()].join(&0);
        assert_eq!(hex::encode(info), text(&vector["info"]));
    }
}

#[test]
fn the_challenge_depends_on_key_nonce_ceremony_and_way() {
    let nonce = |n| CaptureNonce::from_random([n; 32]);
    let movements = |key: [u8; 32], n, ceremony: &str, way| {
        let ceremony = CeremonyId::parse(ceremony).unwrap();
        LivenessChallenge::derive(&ChallengeKey::new(key), &nonce(n), &ceremony, way).unwrap().movements
    };
    let first = movements([1; 32], 1, "a", Way::Turns);
    assert_eq!(first, movements([1; 32], 1, "a", Way::Turns));
    let others = [
        movements([2; 32], 1, "a", Way::Turns),
        movements([1; 32], 2, "a", Way::Turns),
        movements([1; 32], 1, "b", Way::Turns),
        movements([1; 32], 1, "a", Way::Distance),
    ];
    assert!(others.iter().all(|other| *other != first));
}

/// What every combination of lots leads to: `lots` are the numbers drawn from, one for each movement, and every hold the
/// first of its own.
fn sequences(way: Way, lots: &[u32]) -> Vec<Vec<Action>> {
    let all = lots.iter().product::<u32>();
    let bytes = |n: u32| -> Vec<u8> {
        let mut left = n;
        let drawn = lots.iter().map(|number| {
            let lot = left % number;
            left /= number;
            lot as u8
        });
        drawn.flat_map(|lot| [lot, 0]).collect()
    };
    (0..all).filter_map(|n| LivenessChallenge::draw(way, &bytes(n))).map(|drawn| actions(&drawn)).collect()
}

#[test]
fn every_sequence_of_turns_is_equally_likely_and_none_is_without_a_turn() {
    // Lots are fair (below), so that each of 6 · 5 · 5 · 5 combinations is as likely as any other. Two ask for no turn; their
    // bytes are used up and nothing follows, which is how they are missing here.
    let all = sequences(Way::Turns, &[6, 5, 5, 5]);
    assert_eq!(all.len(), 748);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), Way::Turns.sequences() as usize);
    for actions in all {
        assert_eq!((actions[0], actions[5]), (Action::Centre, Action::Centre));
        assert!(actions.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(actions.iter().any(|action| action.is_turn()));
    }
}

#[test]
fn every_walk_of_distances_is_equally_likely_and_moves_at_every_step() {
    let all = sequences(Way::Distance, &[2; 6]);
    assert_eq!(all.len(), 64);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), Way::Distance.sequences() as usize);
    for actions in all {
        // The closing centre may follow a centre.
        assert!(actions[..7].windows(2).all(|pair| pair[0] != pair[1]));
        assert!(!actions.iter().any(|action| action.is_turn()));
    }
}

#[test]
fn a_lot_is_fair_over_all_bytes() {
    for number in [2_usize, 3, 5, 6] {
        let open: Vec<usize> = (0..number).collect();
        let drawn: Vec<usize> = (0..=u8::MAX).filter_map(|byte| Lots(&[byte]).draw(&open)).collect();
        let each = 256 / number;
        assert!(
            open.iter().all(|lot| drawn.iter().filter(|drawn| *drawn == lot).count() == each),
            "{number}"
        );
    }
}

#[test]
fn a_byte_that_would_favour_one_is_passed_over() {
    // 256 = 42 · 6 + 4: 252 to 255 are unfair among six. 256 = 85 · 3 + 1: 255 is unfair among three.
    let plain = LivenessChallenge::draw(Way::Turns, &[5, 1, 0, 1, 0, 1, 0, 1]).unwrap();
    let with_unfair = [252, 255, 5, 255, 1, 0, 1, 0, 1, 0, 1];
    assert_eq!(LivenessChallenge::draw(Way::Turns, &with_unfair), Some(plain));
    assert_eq!(LivenessChallenge::draw(Way::Turns, &[255; 64]), None);
}

#[test]
fn derived_sequences_and_holds_spread_evenly() {
    // Pearson's χ² over 7,480 derived challenges of 748 kinds: 747 degrees of freedom, mean 747, deviation √(2 · 747) = 38.7.
    let kinds = Way::Turns.sequences();
    let mut seen: HashMap<Vec<Action>, u32> = HashMap::new();
    let mut holds: HashMap<u16, u32> = HashMap::new();
    for n in 0..10 * kinds {
        let challenge = derived(n, Way::Turns);
        *seen.entry(actions(&challenge)).or_default() += 1;
        challenge.movements.iter().for_each(|prompt| *holds.entry(prompt.hold.0).or_default() += 1);
    }
    let squares: f64 = seen.values().map(|count| (f64::from(*count) - 10.0).powi(2)).sum();
    let missing = f64::from(kinds - seen.len() as u32) * 10.0 * 10.0;
    let chi = (squares + missing) / 10.0;
    assert!((747.0 - 4.0 * 38.7..747.0 + 4.0 * 38.7).contains(&chi), "{chi}");
    let third = f64::from(4 * 10 * kinds) / 3.0;
    assert!(holds.values().all(|count| (f64::from(*count) / third - 1.0).abs() < 0.04), "{holds:?}");
}

/// The chance that one recorded sequence, played blindly, meets at least one of so many challenges.
fn chance(way: Way, tries: i32) -> f64 {
    1.0 - (1.0 - 1.0 / f64::from(way.sequences())).powi(tries)
}

#[test]
fn the_protocol_states_what_each_way_is_worth() {
    let policy = AttemptPolicy::default();
    // Whoever breaks off as soon as a prompt does not fit spends no attempt and is paced as after a poor picture.
    let pause = policy.pause.as_secs();
    let in_an_hour = policy.free_poor_pictures + (3_600 / pause) as i32;
    let row = |way: Way| {
        let percent = |tries| format!("{:.1} %", 100.0 * chance(way, tries));
        let waited = (i64::from(way.sequences()) - i64::from(policy.free_poor_pictures)).max(0) * pause;
        let bits = f64::from(way.sequences()).log2();
        format!(
            "| `{}` | {} | {bits:.2} | {} | {} | {} | {:.1} h |",
            way.name(),
            way.sequences(),
            percent(policy.free_failures),
            percent(policy.most_failures),
            percent(in_an_hour),
            waited as f64 / 3_600.0,
        )
    };
    let protocol = include_str!("../../../../docs/capture-protocol.md");
    for way in Way::ALL {
        assert!(protocol.contains(&row(way)), "docs/capture-protocol.md lacks: {}", row(way));
    }
}
