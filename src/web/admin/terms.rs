//! Policy in plain words: what a context asks, when a policy applies and what it demands, what a session has proven.

pub mod verdict;

use super::phrases::{age, all_of, any_of, moment, say, sentence};
use crate::{
    domain::authn::{
        acr::{Acr, AcrCatalogue, AcrRule, Combination, Proof},
        circumstances::{Condition, Hours},
        ledger::{AssuranceEntry, Method},
        policy_set::{Demand, Policy},
        requirement::{AcrRequest, Demander, Minimum},
    },
    web::pages::text,
};

/// What earns a context: a sentence for each combination of proofs.
pub fn context(rule: &AcrRule) -> Vec<String> {
    rule.any_of.iter().map(combination).collect()
}

/// A combination of proofs in a sentence, as `A password of this session, and a live face of the last 5 minutes.`
pub fn combination(combination: &Combination) -> String {
    let proofs: Vec<String> = combination.proofs.iter().map(proof).collect();
    let joined = match proofs.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => say("admin-terms-with", &[("first", &others.join(", ")), ("last", last)]),
        None => String::new(),
    };
    format!("{}.", sentence(&joined))
}

/// A proof, as `a live face of the last 5 minutes`.
pub fn proof(proof: &Proof) -> String {
    let method = match proof.method {
        Method::Pwd => "admin-terms-pwd",
        Method::Face => "admin-terms-face",
    };
    let mut words = vec![say(method, &[])];
    words.push(match proof.within {
        Some(most) => say("admin-terms-within", &[("age", &age(most))]),
        None => say("admin-terms-session", &[]),
    });
    if let Some(workflow) = &proof.workflow {
        words.push(say("admin-terms-workflow", &[("workflow", workflow.as_str())]));
    }
    if proof.device_key {
        words.push(say("admin-terms-device", &[]));
    }
    if let Some(most) = proof.proofed_within {
        words.push(say("admin-terms-proofed", &[("age", &age(most))]));
    }
    if let Some(issuer) = &proof.issuer {
        words.push(say("admin-terms-issuer", &[("issuer", issuer)]));
    }
    words.join(" ")
}

/// A context as it is named in a sentence: what it means, and its name.
pub fn named(catalogue: &AcrCatalogue, acr: &Acr) -> String {
    match catalogue.rule(acr).map(|rule| rule.title.as_str()).filter(|title| !title.is_empty()) {
        Some(title) => say("admin-terms-context", &[("title", title), ("acr", &acr.0)]),
        None => acr.0.clone(),
    }
}

/// A policy in a sentence, as `When anybody signs in to bank for scope transfer outside of 10.0.0.0/8, they need … .`
pub fn policy(policy: &Policy, catalogue: &AcrCatalogue) -> String {
    let (when, demand) = (condition(&policy.when), demand(&policy.demand, catalogue));
    say("admin-terms-policy", &[("when", &when), ("demand", &demand)])
}

/// When a policy applies: every part of its condition that is said.
pub fn condition(when: &Condition) -> String {
    let some =
        |key: &str, names: &[String]| (!names.is_empty()).then(|| say(key, &[("names", &any_of(names))]));
    let who =
        some("admin-terms-when-groups", &when.groups).unwrap_or_else(|| say("admin-terms-when-anybody", &[]));
    let clients: Vec<String> = when.clients.iter().map(ToString::to_string).collect();
    let at =
        some("admin-terms-when-clients", &clients).unwrap_or_else(|| say("admin-terms-when-any-client", &[]));
    let networks = |list: &[ipnet::IpNet]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let device = when.new_device.map(|is_new| match is_new {
        true => say("admin-terms-when-new-device", &[]),
        false => say("admin-terms-when-known-device", &[]),
    });
    let longer = |key: &str, most: Option<_>| most.map(|most| say(key, &[("age", &age(most))]));
    let parts = [
        some("admin-terms-when-scopes", &when.scopes),
        some("admin-terms-when-resources", &when.resources),
        some("admin-terms-when-inside", &networks(&when.networks)),
        some("admin-terms-when-outside", &networks(&when.outside_networks)),
        when.hours.as_ref().map(hours),
        device,
        longer("admin-terms-when-older", when.session_older_than),
        longer("admin-terms-when-idle", when.idle_longer_than),
    ];
    let begun = format!("{who} {at}");
    [begun].into_iter().chain(parts.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}

fn hours(hours: &Hours) -> String {
    let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    let (from, until) = (time(hours.from), time(hours.until));
    let names = [("from", from.as_str()), ("until", until.as_str()), ("zone", hours.zone.as_str())];
    if hours.days.is_empty() {
        return say("admin-terms-when-hours", &names);
    }
    let days: Vec<String> = hours
        .days
        .iter()
        .map(|day| say(&format!("admin-day-{}", format!("{day:?}").to_lowercase()), &[]))
        .collect();
    let days = any_of(&days);
    say("admin-terms-when-hours-on", &[names.as_slice(), &[("days", days.as_str())]].concat())
}

/// What a policy demands.
pub fn demand(demand: &Demand, catalogue: &AcrCatalogue) -> String {
    match (&demand.acr, demand.max_age) {
        _ if demand.refuse => say("admin-terms-refuse", &[]),
        (Some(acr), None) => say("admin-terms-need", &[("context", &named(catalogue, acr))]),
        (Some(acr), Some(most)) => {
            let context = named(catalogue, acr);
            say("admin-terms-need-fresh", &[("context", &context), ("age", &age(most))])
        }
        (None, _) => say("admin-terms-nothing", &[]),
    }
}

/// What must be met whatever the request says, and who demands it.
pub fn minimum(minimum: &Minimum, catalogue: &AcrCatalogue) -> String {
    let context = named(catalogue, &minimum.acr);
    let told = match &minimum.by {
        Demander::Client => say("admin-terms-minimum-client", &[("context", &context)]),
        Demander::Scope(scope) => {
            say("admin-terms-minimum-scope", &[("scope", scope), ("context", &context)])
        }
        Demander::Policy(policy) => {
            say("admin-terms-minimum-policy", &[("policy", policy), ("context", &context)])
        }
    };
    match minimum.max_age {
        None => told,
        Some(most) => format!("{told} {}", say("admin-terms-no-older", &[("age", &age(most))])),
    }
}

/// What the request asked for.
pub fn asked(request: &AcrRequest, catalogue: &AcrCatalogue) -> String {
    let list = |listed: &[Acr]| any_of(&listed.iter().map(|acr| named(catalogue, acr)).collect::<Vec<_>>());
    match request {
        AcrRequest::Any => say("admin-terms-asked-any", &[]),
        AcrRequest::Preferred(listed) => say("admin-terms-asked-preferred", &[("contexts", &list(listed))]),
        AcrRequest::Required(listed) => say("admin-terms-asked-required", &[("contexts", &list(listed))]),
    }
}

/// What a session has proven, as `A live face at …, by turning the head, in the workflow face-step-up.`
pub fn entry(entry: &AssuranceEntry) -> String {
    let method = match entry.method {
        Method::Pwd => say("admin-terms-pwd", &[]),
        Method::Face => say("admin-terms-face", &[]),
    };
    let mut words = vec![say("admin-terms-entry", &[("proof", &method), ("at", &moment(entry.achieved_at))])];
    if let Some(showing) = entry.evidence.showing() {
        let way = format!("admin-terms-way-{}", showing.way.name());
        words.extend(text::find(&way));
        if let Some(workflow) = &showing.workflow {
            words.push(say("admin-terms-workflow", &[("workflow", workflow.as_str())]));
        }
        if let Some(at) = showing.proofed_at {
            words.push(say("admin-terms-proofed-at", &[("at", &moment(at))]));
        }
    }
    if let Some(key) = &entry.device_key {
        words.push(say("admin-terms-key-bound", &[("at", &moment(key.bound_at))]));
    }
    if let Some(issuer) = &entry.issuer {
        words.push(say("admin-terms-issuer", &[("issuer", issuer)]));
    }
    format!("{}.", sentence(&words.join(", ")))
}

/// What is asked of a person beside each other, as the console tells it of scopes and the like.
pub fn list(names: &[String]) -> String {
    match names.is_empty() {
        true => say("admin-terms-none", &[]),
        false => all_of(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::authn::{
        age::Age,
        document::{House, PolicyDocument},
        policy_set::PolicySet,
    };

    fn shipped() -> PolicySet {
        let house = House::default();
        PolicyDocument::shipped(&house).compile(&house).unwrap()
    }

    #[test]
    fn what_ships_is_said_in_plain_words() {
        let set = shipped();
        let words = |acr: &str| context(set.catalogue().rule(&Acr(acr.into())).unwrap()).join(" ");
        assert_eq!(words(Acr::PWD), "A password of this session.");
        assert_eq!(words(Acr::FACE), "A password of this session, and a live face of the last 5 minutes.");
        let by_key = "A password of this session, and a live face of the last 5 minutes \
                      in a browser whose key was the account’s before.";
        assert_eq!(words(Acr::FACE_DEVICE), by_key);
        assert!(words(Acr::FACE_PROOFED).contains("against an enrolment of the last 30 days"));
    }

    #[test]
    fn a_policy_reads_as_a_sentence() {
        let text = r#"
            name = "transfers"
            demand = { acr = "urn:facestep:acr:face", max_age = "1m" }
            [when]
            clients = ["bank"]
            scopes = ["transfer", "payments"]
            outside_networks = ["10.0.0.0/8"]
            hours = { from = "22:00", until = "06:00", days = ["sat", "sun"], zone = "Europe/Vienna" }
            new_device = true
            idle_longer_than = "30m"
        "#;
        let read: Policy = toml::from_str(text).unwrap();
        assert_eq!(
            policy(&read, shipped().catalogue()),
            "When anybody signs in to bank, for the scope transfer or payments, outside of the network 10.0.0.0/8, \
             from 22:00 until before 06:00 (Europe/Vienna) beginning on a Saturday or Sunday, in a browser in which the \
             account never passed a face check, after more than 30 minutes without use, they need “Password, and a live \
             face just now” (urn:facestep:acr:face), not older than 1 minute."
        );
        let everyone = Condition::default();
        assert_eq!(condition(&everyone), "anybody signs in to any client");
        let refused = Demand { refuse: true, ..Demand::default() };
        assert_eq!(demand(&refused, shipped().catalogue()), "they are refused");
        let most = Demand { acr: Some(Acr("x".into())), max_age: Some(Age::of_seconds(60)), refuse: false };
        assert_eq!(demand(&most, shipped().catalogue()), "they need x, not older than 1 minute");
    }
}
