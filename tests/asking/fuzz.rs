//! Two hundred thousand requests, from a seed: what the product tells each client is what the specifications say.

use std::collections::BTreeMap;

use facestep::domain::{authn::acr::Acr, oidc::client::Client};

use crate::{
    oracle::{Asked, answer},
    world::{Outcome, World, client, shipped},
};

const CASES: u64 = 200_000;

/// Numbers from a seed (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len() as u64) as usize]
    }
}

const NAMES: [&str; 10] = [
    Acr::PWD,
    Acr::FACE,
    Acr::FACE,
    Acr::FACE_DEVICE,
    Acr::FACE_PROOFED,
    "2",
    "1",
    "urn:example:unknown",
    "URN:FACESTEP:ACR:FACE",
    "urn:facestep:acr:fac",
];

fn blank(draw: &mut Draw) -> &'static str {
    draw.of(&["", "", "", "", " ", "\n", "\t ", "\r\n"])
}

/// A JSON string, at times with its letters escaped.
fn quoted(draw: &mut Draw, text: &str) -> String {
    let mut quoted = String::from("\"");
    let escapes = draw.one_in(8);
    for letter in text.chars() {
        match escapes && draw.one_in(3) {
            true => quoted.push_str(&format!("\\u{:04x}", letter as u32)),
            false => quoted.push(letter),
        }
    }
    quoted + "\""
}

fn odd_value(draw: &mut Draw) -> String {
    draw.of(&["null", "true", "1", "-0.5e1", "[]", "{}", "[null]", "\"x\"", "{\"acr\":{\"value\":\"1\"}}"])
        .to_owned()
}

fn object(draw: &mut Draw, members: &[(&str, String)]) -> String {
    let mut text = String::from("{");
    for (n, (name, value)) in members.iter().enumerate() {
        let comma = if n == 0 { "" } else { "," };
        let (name, blanks) = (quoted(draw, name), [blank(draw), blank(draw), blank(draw)]);
        text.push_str(&format!("{comma}{}{name}{}:{}{value}", blanks[0], blanks[1], blanks[2]));
    }
    text + blank(draw) + "}"
}

fn acr_request(draw: &mut Draw) -> String {
    if draw.one_in(12) {
        return odd_value(draw);
    }
    let mut members = Vec::new();
    if !draw.one_in(3) {
        let essential =
            if draw.one_in(12) { odd_value(draw) } else { draw.of(&["true", "true", "false"]).into() };
        members.push(("essential", essential));
    }
    if draw.one_in(3) {
        let name = draw.of(&NAMES);
        members.push(("value", if draw.one_in(15) { odd_value(draw) } else { quoted(draw, name) }));
    }
    if !draw.one_in(3) {
        let mut values = Vec::new();
        for _ in 0..=draw.below(3) {
            let name = draw.of(&NAMES);
            values.push(quoted(draw, name));
        }
        let listed = format!("[{}]", values.join(","));
        members.push(("values", if draw.one_in(15) { odd_value(draw) } else { listed }));
    }
    if draw.one_in(6) {
        members.push((draw.of(&["Essential", "x", "essential", "values"]), odd_value(draw)));
    }
    object(draw, &members)
}

fn place(draw: &mut Draw) -> String {
    if draw.one_in(25) {
        return odd_value(draw);
    }
    let mut members = Vec::new();
    if draw.one_in(3) {
        members.push((draw.of(&["auth_time", "email", "ACR", "acrs", "acr "]), odd_value(draw)));
    }
    if !draw.one_in(8) {
        members.push(("acr", acr_request(draw)));
    }
    object(draw, &members)
}

fn claims(draw: &mut Draw) -> String {
    let mut members = Vec::new();
    if !draw.one_in(5) {
        members.push(("id_token", place(draw)));
    }
    if draw.one_in(3) {
        members.push(("userinfo", place(draw)));
    }
    if draw.one_in(6) {
        members.push((draw.of(&["verified_claims", "ID_TOKEN", "acr", "id_token"]), place(draw)));
    }
    let mut text = blank(draw).to_owned() + &object(draw, &members) + blank(draw);
    if draw.one_in(12) {
        let (place, letter) = (
            draw.below(text.len() as u64) as usize,
            draw.of(&["{", "}", "\"", ",", ":", "[", "a", "0", "\\"]),
        );
        match draw.below(3) {
            0 => text.truncate(place),
            1 => text.insert_str(place, letter),
            _ => text.replace_range(place..=place, letter),
        }
    }
    text
}

fn names(draw: &mut Draw) -> String {
    let mut listed = String::new();
    for _ in 0..=draw.below(4) {
        listed.push_str(draw.of(&NAMES));
        listed.push_str(draw.of(&[" ", " ", " ", "  ", "\t", ","]));
    }
    listed
}

fn asked(draw: &mut Draw) -> Asked {
    Asked {
        claims: (!draw.one_in(3)).then(|| claims(draw)),
        acr_values: draw.one_in(2).then(|| names(draw)),
        max_age: draw.one_in(3).then(|| {
            draw.of(&["", "0", "60", "60", "5000", "060", "-1", "1.0", "+1", "x", "4294967296"]).into()
        }),
        prompt_none: draw.one_in(3),
        resource: draw.one_in(4),
        necessary: draw.one_in(6),
        defaults: if draw.one_in(6) { vec![draw.of(&NAMES).into()] } else { Vec::new() },
    }
}

fn world(draw: &mut Draw) -> World {
    let shown = [None, None, Some(10), Some(200), Some(1_000)][draw.below(5) as usize];
    let has_key = draw.one_in(2);
    World {
        pwd_age: [30, 600][draw.below(2) as usize],
        face: shown.map(|age| (age, has_key && draw.one_in(2))),
        has_key,
        enrolled_days: [1, 40][draw.below(2) as usize],
        passes: !draw.one_in(3),
        keycloak: draw.one_in(3),
    }
}

fn client_of(asked: &Asked) -> Client {
    let mut client = Client { acr_values_are_necessary: asked.necessary, ..client() };
    client.metadata.default_acr_values = asked.defaults.iter().cloned().map(Acr).collect();
    client
}

fn parameters(asked: &Asked) -> Vec<(&str, &str)> {
    let mut parameters = Vec::new();
    let said = [("claims", &asked.claims), ("acr_values", &asked.acr_values), ("max_age", &asked.max_age)];
    parameters.extend(said.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))));
    parameters.extend(asked.prompt_none.then_some(("prompt", "none")));
    parameters.extend(asked.resource.then_some(("resource", "https://api.example/")));
    parameters
}

/// How a request asks, for the tally.
fn kind(asked: &Asked) -> &'static str {
    match (&asked.claims, &asked.acr_values) {
        (Some(_), Some(_)) => "both",
        (Some(_), None) => "claims",
        (None, Some(_)) => "acr_values",
        (None, None) => "neither",
    }
}

#[test]
fn two_hundred_thousand_requests_are_answered_as_the_specifications_say() {
    // OpenID Connect Core 1.0 §3.1.2.1, §5.5.1.1; RFC 9470 §5
    let workers: Vec<_> = (0..4)
        .map(|worker| std::thread::spawn(move || tally(worker * CASES / 4..(worker + 1) * CASES / 4)))
        .collect();
    let mut split: BTreeMap<(Outcome, &str), usize> = BTreeMap::new();
    for worker in workers {
        for (outcome, count) in worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
            *split.entry(outcome).or_default() += count;
        }
    }
    let cases: usize = split.values().sum();
    println!("{cases} cases:");
    for ((outcome, kind), count) in &split {
        println!("{count:>8} {kind:<10} {outcome:?}");
    }
    assert_eq!(cases as u64, CASES);
    for told in ["2", "1", Acr::PWD, Acr::FACE, Acr::FACE_DEVICE, Acr::FACE_PROOFED] {
        assert!(split[&(Outcome::acr(told), "claims")] > 300, "{told}");
    }
    for code in
        ["invalid_request", "login_required", "interaction_required", "unmet_authentication_requirements"]
    {
        assert!(split[&(Outcome::error(code), "both")] > 300, "{code}");
    }
}

fn tally(cases: std::ops::Range<u64>) -> BTreeMap<(Outcome, &'static str), usize> {
    let (set, mut split) = (shipped(), BTreeMap::new());
    for case in cases {
        let mut draw = Draw(case.wrapping_mul(0x2545_F491_4F6C_DD1D));
        let (asked, world) = (asked(&mut draw), world(&mut draw));
        let told = world.ask(&client_of(&asked), &set, &parameters(&asked));
        assert_eq!(told, answer(&asked, &world), "case {case}: {asked:?} {world:?}");
        *split.entry((told, kind(&asked))).or_default() += 1;
    }
    split
}
