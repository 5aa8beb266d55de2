use super::*;
use crate::domain::id::KeyId;

const ES256: SigningAlgorithm = SigningAlgorithm::ES256;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + 60 * minutes).unwrap()
}

fn key(algorithm: SigningAlgorithm, generation: i64, made: Timestamp, signs_from: Timestamp) -> SigningKey {
    SigningKey {
        id: KeyId::parse(&format!("{}-{generation}", algorithm.name())).unwrap(),
        algorithm,
        generation,
        public_jwk: String::new(),
        sealed_private_jwk: vec![1],
        certificate: None,
        created_at: made,
        signs_from,
        withdrawn_at: None,
    }
}

fn policy(rotate_days: i64, ahead_minutes: i64) -> KeyPolicy {
    KeyPolicy {
        rotate_every: Some(SignedDuration::from_hours(24 * rotate_days)),
        publish_ahead: SignedDuration::from_mins(ahead_minutes),
        ..KeyPolicy::default()
    }
}

/// What a node shows in one minute: the keys of its set, and the one it signs with.
struct Minute {
    set: Vec<i64>,
    signs: i64,
}

/// Plays some days, looking after the keys every ten minutes.
fn play(policy: &KeyPolicy, days: i64) -> (Vec<Minute>, usize) {
    let mut keys = Vec::new();
    let minutes = (0..days * 24 * 60)
        .map(|minute| {
            let now = at(minute);
            let history = KeyHistory::new(keys.clone());
            if minute % 10 == 0
                && let Some(from) = history.due(ES256, policy, now)
            {
                keys.push(key(ES256, history.next_generation(ES256), now, from));
            }
            let history = KeyHistory::new(keys.clone());
            let set = history.published(policy, now).map(|key| key.generation).collect();
            Minute { set, signs: history.signing(ES256, now).unwrap().generation }
        })
        .collect();
    (minutes, keys.len())
}

#[test]
fn whoever_keeps_the_set_as_long_as_told_knows_the_key_of_every_token_at_every_minute() {
    // OpenID Connect Core 1.0 §10.1.1
    for policy in [policy(2, 24 * 60), policy(1, 0), policy(1, 24 * 60)] {
        let (minutes, made) = play(&policy, 5);
        assert!(made >= 3, "{made} keys in 5 days");
        let kept = policy.cached_for.as_mins() as usize;
        let lives = LONGEST_TOKEN.as_mins() as usize;
        for now in 0..minutes.len() {
            for fetched in now.saturating_sub(kept)..=now {
                for issued in now.saturating_sub(lives)..=now {
                    let signed = minutes[issued].signs;
                    assert!(
                        minutes[fetched].set.contains(&signed),
                        "minute {now}: a set of minute {fetched} lacks key {signed}, which signed in minute {issued}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_key_signs_as_long_as_it_is_to_and_leaves_the_set_when_all_it_signed_has_lapsed() {
    // The rule of `docs/operations.md`, "Signing keys"
    let policy = policy(2, 24 * 60);
    let (minutes, _) = play(&policy, 5);
    let signing = minutes.iter().filter(|minute| minute.signs == 1).count();
    assert_eq!(signing, 2 * 24 * 60);
    assert!(minutes.iter().all(|minute| minute.set.len() <= 2));
    let of_first = minutes.iter().filter(|minute| minute.set.contains(&0)).count() as i64;
    assert_eq!(of_first, 2 * 24 * 60 + policy.tail().as_mins());
}

#[test]
fn without_a_schedule_one_key_is_made_and_no_other() {
    // `signing_keys.rotate_every_days = 0`
    let (minutes, made) = play(&KeyPolicy { rotate_every: None, ..KeyPolicy::default() }, 5);
    assert_eq!(made, 1);
    assert!(minutes.iter().all(|minute| minute.signs == 0 && minute.set == [0]));
}

#[test]
fn where_the_signing_key_is_withdrawn_the_one_that_waits_signs_and_none_comes_back() {
    // A key that leaked is out at once
    let policy = policy(90, 24 * 60);
    let mut keys = vec![
        key(ES256, 0, at(0), at(0)),
        key(ES256, 1, at(1000), at(2000)),
        key(ES256, 2, at(4000), at(6000)),
        key(SigningAlgorithm::RS256, 0, at(0), at(0)),
    ];
    let signing = |keys: &[SigningKey], now| {
        KeyHistory::new(keys.to_vec()).signing(ES256, now).map(|key| key.generation)
    };
    let states = |keys: &[SigningKey], now| {
        let history = KeyHistory::new(keys.to_vec());
        keys.iter().map(|key| history.state(key, &policy, now)).collect::<Vec<_>>()
    };
    use KeyState::{Published, Retired, Retiring, Signing};
    assert_eq!(states(&keys, at(2001)), [Retiring, Signing, Published, Signing]);
    assert_eq!(states(&keys, at(5000)), [Retired, Signing, Published, Signing]);
    keys[1].withdrawn_at = Some(at(5000));
    assert_eq!(states(&keys, at(5000)), [Retired, Retired, Signing, Signing]);
    assert_eq!(KeyHistory::new(keys.clone()).due(ES256, &policy, at(5000)), None);
    keys[2].withdrawn_at = Some(at(5001));
    assert_eq!(signing(&keys, at(5001)), None);
    assert_eq!(states(&keys, at(5001)), [Retired, Retired, Retired, Signing]);
    assert_eq!(KeyHistory::new(keys.clone()).due(ES256, &policy, at(5001)), Some(at(5001)));
    keys.push(key(ES256, 3, at(5001), at(5001)));
    assert_eq!(signing(&keys, at(5001)), Some(3));
    // And much later: what has left the set stays out, whoever was withdrawn meanwhile.
    assert_eq!(states(&keys, at(7000)), [Retired, Retired, Retired, Signing, Signing]);
}

#[test]
fn a_key_that_was_withdrawn_before_it_signed_ends_nobodys_time() {
    // The one before it goes on signing
    let policy = policy(90, 24 * 60);
    let mut keys = vec![key(ES256, 0, at(0), at(0)), key(ES256, 1, at(1000), at(2000))];
    keys[1].withdrawn_at = Some(at(1500));
    let history = KeyHistory::new(keys);
    for minute in [1500, 2000, 2001, 9000] {
        assert_eq!(history.signing(ES256, at(minute)).unwrap().generation, 0);
        assert_eq!(history.published(&policy, at(minute)).count(), 1);
    }
}

#[test]
fn of_two_keys_that_sign_from_the_same_moment_every_node_takes_the_same() {
    // As two nodes may have made them at their first start, before keys were numbered
    let keys = vec![key(ES256, 1, at(0), at(0)), key(ES256, 0, at(0), at(0))];
    for keys in [keys.clone(), keys.into_iter().rev().collect()] {
        let history = KeyHistory::new(keys);
        assert_eq!(history.signing(ES256, at(5)).unwrap().generation, 1);
        assert_eq!(history.next_generation(ES256), 2);
        assert_eq!(history.published(&KeyPolicy::default(), at(5)).count(), 2);
    }
}
