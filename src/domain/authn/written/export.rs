//! The policy file written: what is in force, with what each part is for, so that applying it changes nothing.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::authn::document::PolicyDocument;

const HEAD: &str = "\
# The policies of Facestep: contexts, policies, workflows, dialects and clients (docs/policy.md).
# Change it, look at what would become of it, and put it in force:
#   facestep policy diff FILE
#   facestep policy apply FILE --reason \"why\"
# The four first parts are one document: what is not in the file is gone. Clients that are not listed stay.
";

const CONTEXTS: &str = "\
# Contexts: what an acr value means. All proofs of `proofs` together earn it, or all of one list of `any_of`.
# A proof has a method (pwd, face) and may say within (how old it may be), workflow, device_key, proofed_within, issuer.
# The first context that a session earns is its own, where a request names none.
";

const POLICIES: &str = "\
# Policies: who needs which context, when. All that apply hold together.
#   [[policies]]
#   name = \"payments-outside\"
#   when = { clients = [\"bank\"], outside_networks = [\"10.0.0.0/8\"] }
#   demand = { acr = \"urn:facestep:acr:face\", max_age = \"5m\" }
";

const WORKFLOWS: &str = "\
# Workflows: one without parents makes enrolments; one with parents checks a face against theirs.
";

const DIALECTS: &str = "\
# Dialects: contexts by the names of other vocabularies. A client chooses one by acr_dialect.
";

const CLIENTS: &str = "\
# Clients, by the members of OpenID Connect Dynamic Client Registration 1.0 §2 and what an operator may say beside them.
# Secrets are not written down; a client that is listed without one keeps the one that it has.
";

/// The members that come first, in this order.
const FIRST: [&str; 12] = [
    "acr",
    "client_id",
    "name",
    "client_name",
    "title",
    "method",
    "proofs",
    "any_of",
    "when",
    "demand",
    "theirs",
    "ours",
];

/// The text of a document and of clients, by the members of their registration.
pub fn export(document: &PolicyDocument, clients: &[Map<String, Value>]) -> String {
    let mut text = HEAD.to_owned();
    part(&mut text, "contexts", CONTEXTS, &document.contexts);
    part(&mut text, "policies", POLICIES, &document.policies);
    part(&mut text, "workflows", WORKFLOWS, &document.workflows);
    part(&mut text, "dialects", DIALECTS, &document.dialects);
    part(&mut text, "clients", CLIENTS, clients);
    text
}

fn part<T: Serialize>(text: &mut String, name: &str, comment: &str, all: &[T]) {
    text.push('\n');
    text.push_str(comment);
    for one in all {
        // What is declared has text keys alone, so it can always be told as JSON.
        let Ok(Value::Object(members)) = serde_json::to_value(one) else { continue };
        let _ = write!(text, "\n[[{name}]]\n");
        for (member, value) in in_order(&members) {
            let _ = writeln!(text, "{} = {}", key(member), value_text(value, true));
        }
    }
}

fn in_order(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let place = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
    let mut ordered: Vec<_> = members.iter().filter(|(_, value)| !value.is_null()).collect();
    ordered.sort_by_key(|(name, _)| place(name));
    ordered
}

/// A value; one that is a list of more than words gets a line for each.
fn value_text(value: &Value, may_break: bool) -> String {
    match value {
        // Nobody says null: it is what is not said.
        Value::Null => "\"\"".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => string_text(text),
        Value::Array(values) => {
            let breaks = may_break && values.iter().any(|one| one.is_object() || one.is_array());
            let values: Vec<String> = values.iter().map(|one| value_text(one, false)).collect();
            if breaks {
                format!("[\n    {},\n]", values.join(",\n    "))
            } else {
                format!("[{}]", values.join(", "))
            }
        }
        Value::Object(members) => {
            let members: Vec<String> = in_order(members)
                .into_iter()
                .map(|(name, value)| format!("{} = {}", key(name), value_text(value, false)))
                .collect();
            if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
        }
    }
}

fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(bare) { name.to_owned() } else { string_text(name) }
}

fn string_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
