//! Each rule, and the words that its breach is told in.

use super::environment::Environment;
use super::reader::Reader;
use super::{Config, ConfigError, LogFormat};
use crate::domain::face::way::Way;
use jiff::SignedDuration;

const LOCAL: &str = "issuer = \"http://localhost:8080\"\n";

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, [])
}

fn with(variable: &str, value: &str) -> Result<Config, ConfigError> {
    Config::parse(LOCAL, [(variable.to_owned(), value.to_owned())])
}

fn problems(text: &str) -> Vec<String> {
    parse(text)
        .err()
        .map(|error| error.problems.iter().map(ToString::to_string).collect())
        .unwrap_or_default()
}

fn only_problem(text: &str) -> String {
    let mut found = problems(text);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn an_issuer_is_all_that_has_to_be_set() {
    let config = parse(LOCAL).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.step_up.freshness, SignedDuration::from_secs(300));
    assert_eq!(config.attempts.failures_before_delay, 5);
    assert_eq!(config.attempts.failures_before_suspension, 50);
    assert!(!config.demo);
}

#[test]
fn a_missing_issuer_is_told_with_an_example() {
    assert_eq!(
        only_problem(""),
        "issuer: is missing\n    Write the public address of this provider, as in \"https://login.example.org\"."
    );
}

#[test]
fn every_problem_is_told_at_once() {
    let found = problems(
        "issuer = \"http://login.example.org/\"\nlisten = \"8080\"\n[session]\nidle_seconds = 1\n[log]\nformat = \"xml\"\n",
    );
    let keys: Vec<_> = found.iter().filter_map(|problem| problem.split(':').next()).collect();
    assert_eq!(keys, ["listen", "session.idle_seconds", "log.format", "issuer", "issuer"]);
}

#[test]
fn a_number_out_of_range_is_told_with_the_range_and_the_default() {
    assert_eq!(
        only_problem(&format!("{LOCAL}[step_up]\nfreshness_seconds = 5\n")),
        "step_up.freshness_seconds: cannot be 5\n    Write a whole number from 30 to 3600; the default is 300."
    );
}

#[test]
fn a_number_in_quotation_marks_is_not_a_number() {
    assert!(only_problem(&format!("{LOCAL}[limits]\nqueue = \"8\"\n")).contains("cannot be \"8\""));
}

#[test]
fn a_negative_or_fractional_number_is_refused_as_it_was_written() {
    assert!(only_problem(&format!("{LOCAL}[limits]\nqueue = -1\n")).contains("cannot be -1"));
    assert!(only_problem(&format!("{LOCAL}[limits]\nqueue = 8.5\n")).contains("cannot be 8.5"));
}

#[test]
fn a_misspelt_key_is_told_with_the_one_that_was_meant() {
    assert_eq!(
        only_problem(&format!("{LOCAL}[session]\nidle_second = 60\n")),
        "session.idle_second: is not a key that Facestep knows\n    Did you mean session.idle_seconds?"
    );
}

#[test]
fn a_key_in_the_wrong_section_is_told_with_the_right_one() {
    assert!(only_problem(&format!("{LOCAL}freshness_seconds = 60\n")).contains("step_up.freshness_seconds"));
}

#[test]
fn text_that_is_no_toml_is_told_with_its_line() {
    let problem = only_problem("issuer = http://localhost\n");
    assert!(problem.contains("line 1"), "{problem}");
}

#[test]
fn an_issuer_must_be_https_unless_it_is_this_machine() {
    // OpenID Connect Discovery 1.0 §3.
    assert!(only_problem("issuer = \"http://login.example.org\"\n").contains("plain http"));
    for local in
        ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "https://login.example.org"]
    {
        assert_eq!(problems(&format!("issuer = \"{local}\"\n")), [""; 0]);
    }
}

#[test]
fn an_issuer_has_no_query_fragment_or_last_slash() {
    // OpenID Connect Discovery 1.0 §3.
    assert!(only_problem("issuer = \"https://login.example.org?a=b\"\n").contains("query"));
    assert!(only_problem("issuer = \"https://login.example.org#a\"\n").contains("fragment"));
    assert!(only_problem("issuer = \"https://login.example.org/\"\n").contains("slash"));
}

#[test]
fn made_up_people_stay_on_this_machine() {
    assert!(only_problem("issuer = \"https://login.example.org\"\ndemo = true\n").starts_with("demo:"));
}

#[test]
fn the_key_is_not_kept_in_the_databases_folder() {
    let keys =
        "database_url = \"sqlite:var/db/facestep.sqlite3\"\nkey_file = \"var/db/../db/keys/facestep.key\"\n";
    assert!(only_problem(&format!("{LOCAL}{keys}")).starts_with("key_file: is inside the database's folder"));
}

#[test]
fn key_encryption_keys_are_kept_neither_in_the_databases_folder_nor_in_one_place() {
    // ISO/IEC 24745: what a template is protected with is kept apart from it.
    let database = "database_url = \"sqlite:var/db/facestep.sqlite3\"\n";
    let inside = format!("{LOCAL}{database}[keys]\ntransform_dir = \"var/db/keys\"\n");
    assert!(only_problem(&inside).starts_with("keys.transform_dir: is inside the database's folder"));
    let one =
        format!("{LOCAL}[keys]\ntemplate_dir = \"var/keys/both\"\ntransform_dir = \"var/keys/both/too\"\n");
    assert!(only_problem(&one).starts_with("keys.transform_dir: is the folder of the template's keys"));
    let config = parse(&format!("{LOCAL}key_file = \"secret/facestep.key\"\n")).unwrap();
    assert_eq!(config.template_keys_dir().to_str(), Some("secret/template-keys"));
    assert_eq!(config.transform_keys_dir().to_str(), Some("secret/transform-keys"));
}

#[test]
fn a_given_key_is_in_no_message_and_no_debug_output() {
    let key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
    let config = with("FACESTEP_KEYS__TEMPLATE_GIVEN", &format!("one={key} two={key}")).unwrap();
    let given = config.keys.template_given.expose();
    assert_eq!(given.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(given[0].1[..3], [1, 2, 3]);
    assert!(!format!("{config:?}").contains("AQID") && format!("{config:?}").contains("one"));
    for wrong in [format!("one={key} one={key}"), format!("one={key}AA"), key.to_owned(), "17".to_owned()] {
        let error = with("FACESTEP_KEYS__TEMPLATE_GIVEN", &wrong).unwrap_err().to_string();
        assert!(error.contains("keys.template_given") && !error.contains(&key[..4]), "{error}");
        assert!(!error.contains("17"), "{error}");
    }
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = format!("{LOCAL}key_file = \"{}\"\n", file.path().display());
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(only_problem(&text).contains("chmod 600"));
    std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(problems(&text), [""; 0]);
}

#[test]
fn a_variable_overrides_the_file() {
    let config = with("FACESTEP_SESSION__IDLE_SECONDS", "600").unwrap();
    assert_eq!(config.session.idle, SignedDuration::from_secs(600));
    assert_eq!(with("FACESTEP_LOG__FORMAT", "text").unwrap().log.format, LogFormat::Text);
    assert!(with("FACESTEP_DEMO", "true").unwrap().demo);
}

#[test]
fn a_problem_in_a_variable_names_the_variable() {
    let error = with("FACESTEP_SESSION__IDLE_SECONDS", "soon").unwrap_err().to_string();
    assert!(error.contains("session.idle_seconds (from FACESTEP_SESSION__IDLE_SECONDS): cannot be \"soon\""));
    let error = with("FACESTEP_ISSUR", "x").unwrap_err().to_string();
    assert!(
        error.contains("issur (from FACESTEP_ISSUR)") && error.contains("Did you mean issuer?"),
        "{error}"
    );
}

#[test]
fn what_only_the_tests_read_is_no_setting() {
    assert!(with("FACESTEP_TEST_POSTGRES_URL", "postgres://localhost/x").is_ok());
    assert!(with("FACESTEP_CONFIG", "facestep.toml").is_ok());
}

#[test]
fn a_database_password_is_in_no_message_and_no_debug_output() {
    let config = with("FACESTEP_DATABASE_URL", "postgres://facestep:s3cret@db.example.org/facestep").unwrap();
    assert_eq!(config.database_url.to_string(), "PostgreSQL at db.example.org");
    assert!(!format!("{config:?}").contains("s3cret"));
    let error = with("FACESTEP_DATABASE_URL", "mysql://facestep:s3cret@db/facestep").unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn a_database_in_memory_has_no_folder_that_a_key_could_be_in() {
    let config = with("FACESTEP_DATABASE_URL", "sqlite::memory:").unwrap();
    assert_eq!(config.database_url.to_string(), "SQLite in memory");
}

#[test]
fn limits_that_contradict_each_other_are_told() {
    let text = format!(
        "{LOCAL}[session]\nidle_seconds = 3600\nabsolute_seconds = 1800\n[attempts]\nfailures_before_delay = 9\n\
         failures_before_suspension = 9\n[step_up]\nceremony_seconds = 60\n[limits]\nrequest_seconds = 60\n"
    );
    let found = problems(&text);
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn ways_that_lead_nowhere_are_told() {
    let face = |text: &str| format!("{LOCAL}[face]\n{text}");
    assert!(only_problem(&face("ways = []\n")).contains("names no way"));
    assert!(only_problem(&face("ways = [\"turns\", \"still\"]\n")).contains("face.still_with names none"));
    assert!(
        only_problem(&face("ways = [\"turns\"]\n[acr]\nface_ways = [\"distance\"]\n"))
            .contains("acr.face_ways")
    );
    assert!(only_problem(&face("ways = [\"dance\"]\n")).contains("Write a list"));
    assert!(only_problem(&face("still_with = [\"face\"]\n")).contains("Write a list"));
}

#[test]
fn the_ways_that_count_are_those_that_can_be_chosen_unless_a_context_demands_fewer() {
    let ways = |text: &str| parse(&format!("{LOCAL}{text}")).unwrap().ways();
    assert!(ways("").counted.iter().eq([Way::Turns, Way::Distance]));
    assert!(ways("acr.face_ways = [\"turns\"]\n").counted.iter().eq([Way::Turns]));
    let still = ways("face = { ways = [\"turns\", \"still\"], still_with = [\"pwd\"] }\n");
    assert!(still.counted.iter().eq([Way::Turns, Way::Still]));
    let given = with("FACESTEP_FACE__WAYS", "distance, turns").unwrap().ways();
    assert!(given.offered.iter().eq([Way::Turns, Way::Distance]));
}

#[test]
fn the_examples_in_the_config_folder_are_valid() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(problems(&text), [""; 0], "{}", path.display());
    }
}

#[test]
fn every_key_has_its_row_with_its_default_in_the_document() {
    let document = include_str!("../../docs/configuration.md");
    let mut reader = Reader::open(LOCAL, Environment::default()).unwrap();
    let defaults = format!("{:?}", Config::read(&mut reader));
    for key in reader.known.iter().filter(|key| **key != "issuer") {
        let row = document.lines().find(|line| line.starts_with(&format!("| `{key}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/configuration.md has no row for {key}"));
        let written = row.split('|').nth(2).unwrap().trim().trim_matches('`');
        let config = parse(&format!("{key} = {written}\n{LOCAL}"));
        assert_eq!(format!("{:?}", config.unwrap()), defaults, "{row}");
    }
}

#[test]
fn no_token_can_be_set_to_outlive_the_key_set_that_it_is_checked_with() {
    // A retiring key stays published for as long as any token may live
    let longest = crate::domain::keys::history::LONGEST_TOKEN.as_secs();
    for key in ["id_token_seconds", "access_token_seconds"] {
        assert!(parse(&format!("{LOCAL}[tokens]\n{key} = {longest}\n")).is_ok());
        assert!(only_problem(&format!("{LOCAL}[tokens]\n{key} = {}\n", longest + 1)).contains("cannot be"));
    }
}

#[test]
fn rules_of_signing_keys_are_told_with_their_mend() {
    // OpenID Connect Discovery 1.0 §3: RS256 is always there
    let keys = |text: &str| only_problem(&format!("{LOCAL}[signing_keys]\n{text}\n"));
    assert!(keys("algorithms = [\"ES256\"]").contains("lacks RS256"));
    assert!(keys("algorithms = [\"RS256\"]\nx5c = [\"ES256\"]").contains("names an algorithm that"));
    assert!(keys("rotate_every_days = 1\npublish_ahead_hours = 25").contains("longer than it signs"));
    assert!(parse(&format!("{LOCAL}[signing_keys]\nrotate_every_days = 0\n")).is_ok());
    assert!(keys("algorithms = [\"none\"]").contains("Write a list"));
}
