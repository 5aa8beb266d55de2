use super::*;

/// A Wednesday, 10:00 in UTC.
const NOW: &str = "2027-01-13T10:00:00Z";

fn known() -> Circumstances {
    let now: Timestamp = NOW.parse().unwrap();
    let ago = |seconds| now - jiff::SignedDuration::from_secs(seconds);
    Circumstances {
        client: ClientId::parse("bank").unwrap(),
        scopes: vec!["openid".into(), "transfer".into()],
        resources: vec!["https://api.example/".into()],
        groups: vec!["staff".into(), "traders".into()],
        address: "10.1.2.3".parse().ok(),
        is_new_device: false,
        session_opened_at: ago(7_200),
        session_seen_at: ago(600),
        now,
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn hours(from: &str, until: &str, days: &[Day], zone: &str) -> Hours {
    let (from, until) = (from.parse().unwrap(), until.parse().unwrap());
    Hours { from, until, days: days.to_vec(), zone: zone.to_owned() }
}

/// Each condition with what does not hold of it under these circumstances.
fn table(known: &Circumstances, rows: Vec<(Condition, Option<Unmatched>)>) {
    for (condition, unmatched) in rows {
        assert_eq!(condition.unmatched(known), unmatched, "{condition:?}");
    }
}

fn any() -> Condition {
    Condition::default()
}

#[test]
fn where_nothing_is_said_a_policy_always_applies() {
    table(&known(), vec![(any(), None)]);
}

#[test]
fn any_of_the_named_clients_scopes_resources_and_groups_will_do() {
    let client = |name| ClientId::parse(name).unwrap();
    table(
        &known(),
        vec![
            (Condition { clients: vec![client("shop"), client("bank")], ..any() }, None),
            (Condition { clients: vec![client("shop")], ..any() }, Some(Unmatched::Client)),
            (Condition { scopes: texts(&["read", "transfer"]), ..any() }, None),
            (Condition { scopes: texts(&["read"]), ..any() }, Some(Unmatched::Scope)),
            (Condition { scopes: texts(&["trans"]), ..any() }, Some(Unmatched::Scope)),
            (Condition { resources: texts(&["https://api.example/"]), ..any() }, None),
            (Condition { resources: texts(&["https://api.example"]), ..any() }, Some(Unmatched::Resource)),
            (Condition { groups: texts(&["traders"]), ..any() }, None),
            (Condition { groups: texts(&["Traders"]), ..any() }, Some(Unmatched::Group)),
        ],
    );
}

#[test]
fn all_parts_that_are_said_must_hold_together() {
    let scopes = texts(&["transfer"]);
    let both = Condition { scopes: scopes.clone(), groups: texts(&["staff"]), ..any() };
    let one = Condition { scopes, groups: texts(&["guests"]), ..any() };
    table(&known(), vec![(both, None), (one, Some(Unmatched::Group))]);
}

#[test]
fn a_browser_is_inside_a_network_outside_it_or_nowhere_known() {
    let inside = Condition { networks: nets(&["192.168.0.0/16", "10.0.0.0/8"]), ..any() };
    let outside = Condition { outside_networks: nets(&["10.0.0.0/8"]), ..any() };
    let cases = [
        (Some("10.1.2.3"), None, Some(Unmatched::Network)),
        // RFC 4291 §2.5.5.2: the same address, as a socket for both kinds tells it.
        (Some("::ffff:10.1.2.3"), None, Some(Unmatched::Network)),
        (Some("11.1.2.3"), Some(Unmatched::Network), None),
        (Some("2001:db8::1"), Some(Unmatched::Network), None),
        // Nobody is inside by not being known.
        (None, Some(Unmatched::Network), None),
    ];
    for (address, of_inside, of_outside) in cases {
        let known = Circumstances { address: address.map(|text| text.parse().unwrap()), ..known() };
        table(&known, vec![(inside.clone(), of_inside), (outside.clone(), of_outside)]);
    }
}

#[test]
fn a_device_is_new_or_it_is_not() {
    for is_new_device in [true, false] {
        let known = Circumstances { is_new_device, ..known() };
        for asked in [true, false] {
            let unmatched = (asked != is_new_device).then_some(Unmatched::Device);
            table(&known, vec![(Condition { new_device: Some(asked), ..any() }, unmatched)]);
        }
    }
}

#[test]
fn a_session_is_old_or_idle_once_the_time_has_passed_and_not_at_its_end() {
    let age = |seconds| Some(Age::of_seconds(seconds));
    table(
        &known(),
        vec![
            (Condition { session_older_than: age(7_199), ..any() }, None),
            (Condition { session_older_than: age(7_200), ..any() }, Some(Unmatched::SessionAge)),
            (Condition { idle_longer_than: age(599), ..any() }, None),
            (Condition { idle_longer_than: age(600), ..any() }, Some(Unmatched::IdleTime)),
        ],
    );
}

#[test]
fn hours_begin_at_their_first_moment_and_end_before_their_last_also_over_midnight() {
    use Day::*;
    let office = |days: &[Day]| hours("08:00", "18:00", days, "UTC");
    let night = |days: &[Day]| hours("22:00", "06:00", days, "UTC");
    let whole = |days: &[Day]| hours("08:00", "08:00", days, "UTC");
    let cases = [
        (office(&[]), "2027-01-13T07:59:59Z", false),
        (office(&[]), "2027-01-13T08:00:00Z", true),
        (office(&[]), "2027-01-13T17:59:59.999Z", true),
        (office(&[]), "2027-01-13T18:00:00Z", false),
        (office(&[Wed]), "2027-01-13T12:00:00Z", true),
        (office(&[Mon, Thu]), "2027-01-13T12:00:00Z", false),
        (night(&[]), "2027-01-13T21:59:59Z", false),
        (night(&[]), "2027-01-13T22:00:00Z", true),
        (night(&[]), "2027-01-14T05:59:59Z", true),
        (night(&[]), "2027-01-14T06:00:00Z", false),
        // The days are those on which it begins: the night of Wednesday ends on Thursday.
        (night(&[Wed]), "2027-01-14T03:00:00Z", true),
        (night(&[Wed]), "2027-01-13T03:00:00Z", false),
        (night(&[Thu]), "2027-01-14T03:00:00Z", false),
        // From Sunday to Monday, over the end of the week.
        (night(&[Sun]), "2027-01-18T03:00:00Z", true),
        // What ends when it began lasts a day.
        (whole(&[Wed]), "2027-01-13T07:59:59Z", false),
        (whole(&[Wed]), "2027-01-13T08:00:00Z", true),
        (whole(&[Wed]), "2027-01-14T07:59:59Z", true),
        (whole(&[Wed]), "2027-01-14T08:00:00Z", false),
    ];
    for (hours, at, within) in cases {
        assert_eq!(hours.contain(at.parse().unwrap()), within, "{hours:?} at {at}");
    }
}

#[test]
fn hours_are_by_the_clocks_of_their_place_in_summer_and_in_winter() {
    let vienna = hours("08:00", "18:00", &[Day::Wed], "Europe/Vienna");
    let cases = [
        ("2027-01-13T07:00:00Z", true),
        ("2027-01-13T06:59:59Z", false),
        ("2027-07-14T06:00:00Z", true),
        ("2027-07-14T05:59:59Z", false),
        ("2027-07-14T16:00:00Z", false),
    ];
    for (at, within) in cases {
        assert_eq!(vienna.contain(at.parse().unwrap()), within, "{at}");
    }
    // It is Wednesday there before it is here.
    let auckland = hours("00:00", "06:00", &[Day::Wed], "Pacific/Auckland");
    assert!(auckland.contain("2027-01-12T12:00:00Z".parse().unwrap()));
    // A policy whose clocks nobody knows applies rather than not.
    assert!(hours("08:00", "08:01", &[], "Mars/Olympus").contain(NOW.parse().unwrap()));
}
