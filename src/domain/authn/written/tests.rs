use super::*;
use crate::domain::authn::document::House;

fn problems(text: &str) -> Vec<String> {
    PolicyFile::read(text).map(drop).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_written_down_reads_back_as_it_was() {
    let mut document = PolicyDocument::shipped(&House::default());
    document.policies = toml::from_str::<PolicyDocument>(
        r#"
        [[policies]]
        name = "nights \"and\" more"
        when = { hours = { from = "22:00", until = "06:00", days = ["fri"], zone = "Europe/Vienna" } }
        demand = { acr = "urn:facestep:acr:face", max_age = "1m" }
        "#,
    )
    .unwrap()
    .policies;
    let client =
        serde_json::json!({ "client_id": "bank", "jwks": { "keys": [{ "kty": "EC", "x5t#S256": "a" }] } });
    let clients = vec![client.as_object().cloned().unwrap()];
    let text = export(&document, &clients);
    let (_, declared) = PolicyFile::read(&text).map_err(|problems| format!("{problems:?}\n{text}")).unwrap();
    assert_eq!(declared, Declared { document: Some(document), clients });
}

#[test]
fn a_file_of_clients_alone_leaves_the_policies_as_they_are() {
    let (_, declared) = PolicyFile::read("[[clients]]\nclient_id = \"bank\"\n").unwrap();
    assert_eq!((declared.document, declared.clients.len()), (None, 1));
}

#[test]
fn every_problem_is_told_at_once_with_its_line_and_the_mend() {
    let text = r#"[[contexts]]
acr = "urn:facestep:acr:face"
titel = "Face"
proofs = [
    { method = "pwd" },
    { method = "fase", wihtin = "5m" },
    { method = "face", within = "5 minutes" },
]

[[policies]]
name = "one"
when = { networks = ["10.0.0.0/64"] }

[[workflow]]
name = "x"

[[clients]]
client_name = "No name"
"#;
    let told = problems(text);
    let expected = [
        "3: contexts[0].titel: is not known here. Did you mean title?",
        "6: contexts[0].proofs[1].wihtin: is not known here. Did you mean within?",
        "6: contexts[0].proofs[1].method: cannot be \"fase\". Write \"pwd\" or \"face\".",
        "7: contexts[0].proofs[2].within: write a whole number and s, m, h or d, for instance \"5m\". docs/policy.md",
        "10: policies[0]: demand is missing. Add it.",
        "12: policies[0].when.networks[0]: ",
        "14: workflow: is not known. Did you mean workflows?",
    ];
    for line in expected {
        assert!(told.iter().any(|one| one.starts_with(line)), "{line}\n{}", told.join("\n"));
    }
    assert_eq!(told.len(), expected.len(), "{}", told.join("\n"));
    assert!(told.is_sorted_by_key(|one| one.split(':').next().unwrap().parse::<usize>().unwrap()));
}

#[test]
fn what_does_not_fit_together_is_told_by_the_line_in_which_it_stands() {
    let text = r#"
[[contexts]]
acr = "urn:facestep:acr:pwd"
proofs = [{ method = "pwd" }]

[[contexts]]
acr = "urn:facestep:acr:face"
proofs = [
    { method = "pwd" },
    { method = "face", workflow = "gone" },
]
"#;
    let (file, declared) = PolicyFile::read(text).unwrap();
    let unfit = declared.document.unwrap().compile(&House::default()).unwrap_err();
    let told: Vec<String> = unfit.iter().map(|problem| file.placed(problem).to_string()).collect();
    assert!(
        told.contains(
            &"10: contexts[1].proofs[1].workflow: names no child workflow. Name a workflow that has parents."
                .into()
        ),
        "{told:?}"
    );
}

#[test]
fn a_client_is_found_by_its_id_even_where_that_has_dots() {
    let text = "[[clients]]\nclient_id = \"a\"\n\n[[clients]]\nclient_id = \"a.b\"\nminimum_acr = \"x\"\n";
    let (file, _) = PolicyFile::read(text).unwrap();
    assert_eq!(file.line_of("clients.a.b.minimum_acr"), 6);
    assert_eq!(file.line_of("clients.a.default_acr_values"), 1);
    assert_eq!(file.line_of("clients.c"), 1);
}

#[test]
fn what_is_no_toml_is_told_by_its_line() {
    let told = problems("[[contexts]]\nacr = \"x\n\n[[policies]\nname = 1\n");
    assert!(told.len() >= 2 && told[0].starts_with("2: is no TOML: "), "{told:?}");
    let told = problems("contexts = 1\n[[clients]]\nclient_name = \"x\"\n");
    assert_eq!(told[0], "1: contexts: is no list. Write [[contexts]] before the members of each one.");
    assert_eq!(
        problems("[[clients]]\nclient_name = \"x\"\n"),
        ["1: clients[0]: client_id is missing. Add it."]
    );
}
