use proptest::prelude::*;

use super::*;

fn words(text: &str) -> Words {
    Words::parse(text).unwrap()
}

fn too_weak() -> Challenge {
    Challenge::of(
        ChallengeCode::InsufficientUserAuthentication,
        "A different authentication level is required",
    )
}

#[test]
fn the_examples_of_the_specification_are_written_as_they_stand_there() {
    // RFC 9470 §3, figures 2 and 3; RFC 6750 §3
    let level = Challenge { acr_values: words("myACR"), ..too_weak() };
    assert_eq!(
        level.header(),
        "Bearer error=\"insufficient_user_authentication\", \
         error_description=\"A different authentication level is required\", acr_values=\"myACR\""
    );
    let code = ChallengeCode::InsufficientUserAuthentication;
    let recent =
        Challenge { max_age: Some(5), ..Challenge::of(code, "More recent authentication is required") };
    assert_eq!(
        recent.header(),
        "Bearer error=\"insufficient_user_authentication\", \
         error_description=\"More recent authentication is required\", max_age=\"5\""
    );
    assert_eq!(Challenge::bare("example").header(), "Bearer realm=\"example\"");
}

#[test]
fn the_examples_of_the_specification_are_read() {
    // RFC 9470 §3, RFC 6750 §3.1
    let read = Challenge::read(
        "Bearer error=\"insufficient_user_authentication\",\n  error_description=\"More recent authentication \
         is required\",\n  max_age=\"5\"",
    );
    let read = read.unwrap();
    assert_eq!((read.code(), read.max_age()), (Some(ChallengeCode::InsufficientUserAuthentication), Some(5)));
    assert!(read.acr_values().is_empty());
    let expired = Challenge::read("Bearer realm=\"example\", error=\"invalid_token\"").unwrap();
    assert_eq!(expired.code(), Some(ChallengeCode::InvalidToken));
    assert_eq!(Challenge::read("Bearer").unwrap(), Challenge::default());
}

#[test]
fn a_bearer_challenge_is_found_among_others() {
    // RFC 9110 §11.6.1
    let expected = Challenge { max_age: Some(60), ..Challenge::default() };
    for header in [
        "Bearer max_age=60",
        "bearer MAX_AGE = \"60\"",
        "Basic realm=\"a, Bearer max_age=1\", Bearer max_age=60",
        "Negotiate, Bearer max_age=60, Digest realm=\"x\", max_age=5",
        "Negotiate YWJj==, Bearer , max_age=60",
        "Bearer max_age=\"60\", Bearer max_age=\"7\"",
    ] {
        assert_eq!(Challenge::read(header).as_ref(), Some(&expected), "{header}");
    }
}

#[test]
fn what_cannot_be_acted_upon_is_not_read() {
    // RFC 9110 §11.2, §11.6.1: a parameter comes once
    for header in [
        "",
        "Basic realm=\"x\"",
        "DPoP error=\"insufficient_user_authentication\"",
        "Bearer error=\"use_dpop_nonce\"",
        "Bearer max_age=1, MAX_AGE=2",
        "Bearer max_age=-1",
        "Bearer max_age=99999999999",
        "Bearer realm=\"x",
        "Bearer realm=\"x\"y",
        "Bearer realm=",
        "Bearer =x",
        "Bearer acr_values=\"ä\"",
        "Bearer YWJj",
    ] {
        assert_eq!(Challenge::read(header), None, "{header}");
    }
}

#[test]
fn a_word_that_cannot_stand_in_a_header_is_no_word() {
    // RFC 9110 §5.5
    assert!(Words::parse("urn:a \"quoted\" back\\slash").is_some());
    for wrong in ["a\tb", "a\r\nX-Other: 1", "ä", "a\u{7f}"] {
        assert_eq!(Words::parse(wrong), None, "{wrong:?}");
    }
}

fn any_words() -> impl Strategy<Value = Words> {
    prop::collection::vec("[!-~]{1,12}", 0..4).prop_map(|all| words(&all.join(" ")))
}

prop_compose! {
    fn any_challenge()(
        realm in prop::option::of("[ -~]{0,20}"),
        code in prop::option::of(prop::sample::select(ChallengeCode::ALL.to_vec())),
        description in prop::option::of("[ -~]{0,40}"),
        (scope, acr_values) in (any_words(), any_words()),
        max_age in any::<Option<u32>>(),
    ) -> Challenge {
        Challenge { realm, code, description: description.map(Into::into), scope, acr_values, max_age }
    }
}

proptest! {
    #[test]
    fn whatever_a_challenge_says_it_reads_back_from_its_header(challenge in any_challenge(), other in "[ -~]{0,20}") {
        // RFC 9470 §3, RFC 9110 §5.6.4
        let header = challenge.header();
        prop_assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        prop_assert_eq!(Challenge::read(&header), Some(challenge.clone()));
        let quoted = other.replace('\\', "\\\\").replace('"', "\\\"");
        let among = format!("Basic realm=\"{quoted}\", {header}, Other max_age=1");
        prop_assert_eq!(Challenge::read(&among), Some(challenge));
    }

    #[test]
    fn no_header_makes_the_reader_fail(header in any::<String>()) {
        // RFC 9110 §11.6.1: whatever a server sends is read or left alone
        let _ = Challenge::read(&header);
    }
}
