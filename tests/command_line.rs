//! Does an operator succeed? The real program, its words and its exit codes.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A folder with a configuration of its own, and the program run on it.
struct Operator {
    folder: TempDir,
}

impl Operator {
    fn new() -> Self {
        Self::with_models(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/built"))
    }

    fn with_models(models: &Path) -> Self {
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let config = format!(
            "issuer = \"http://localhost:0\"\nlisten = \"127.0.0.1:0\"\ndatabase_url = \"sqlite:{}\"\nkey_file = {:?}\nmodels_dir = {:?}\n",
            path("db/facestep.sqlite3"),
            path("keys/facestep.key"),
            models.display().to_string(),
        );
        fs::write(folder.path().join("facestep.toml"), config).unwrap();
        Self { folder }
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_facestep"));
        program.args(arguments).env("FACESTEP_CONFIG", self.folder.path().join("facestep.toml"));
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.program(arguments).spawn().unwrap();
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn succeeds(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn fails(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn a_configuration_is_checked_as_a_whole_with_each_key_and_its_mend() {
    let operator = Operator::new();
    assert!(operator.succeeds(&["config", "check"], "").contains("good"));
    let file = operator.folder.path().join("facestep.toml");
    fs::write(
        &file,
        "issuer = \"http://login.example.org\"\nlistn = \"127.0.0.1:1\"\n[limits]\nworkers = 0\n",
    )
    .unwrap();
    let told = operator.fails(&["config", "check"], "");
    for part in ["3 problems", "issuer", "https", "listn", "listen", "limits.workers"] {
        assert!(told.contains(part), "{part} is missing in: {told}");
    }
}

#[test]
fn a_target_that_too_little_stands_behind_is_told_with_its_numbers_and_stops_the_server() {
    // ISO/IEC 19795-1, "rule of 30": docs/biometrics.md, "Operating points".
    let operator = Operator::new();
    let told = operator.succeeds(&["config", "check"], "");
    assert!(told.contains("template") && told.contains("false matches"), "{told}");
    let file = operator.folder.path().join("facestep.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}[face]\ntarget_fmr = \"high\"\n")).unwrap();
    for command in [["config", "check"].as_slice(), &["serve"]] {
        let told = operator.fails(command, "");
        for part in [
            "face.target_fmr",
            "\"high\" is unavailable",
            "false matches",
            "30 false matches and 10 pairs",
            "\"standard\"",
        ] {
            assert!(told.contains(part), "{part} is missing in: {told}");
        }
    }
}

#[test]
fn an_account_is_added_once_and_erased() {
    let operator = Operator::new();
    let verified = ["--given-name", "Ada", "--family-name", "King", "--birth-date", "1815-12-10"];
    let add: Vec<&str> = ["user", "add", "ada"].into_iter().chain(verified).collect();
    assert!(operator.fails(&add, "short\n").contains("at least 8 characters"));
    operator.succeeds(&add, "a long enough password\n");
    assert!(operator.fails(&add, "a long enough password\n").contains("taken"));
    operator.succeeds(&["user", "forget-face", "ada"], "");
    operator.succeeds(&["user", "restore-face", "ada"], "");
    operator.succeeds(&["user", "erase", "ada"], "");
    assert!(operator.fails(&["user", "erase", "ada"], "").contains("no account"));
    let events = operator.succeeds(&["audit", "export"], "");
    for kind in ["user_added", "face_forgotten", "face_restored", "user_erased"] {
        assert!(events.contains(kind), "{kind}: {events}");
    }
    assert!(!events.contains("Ada") && !events.contains("password"), "the log names nobody: {events}");
}

#[test]
fn the_first_owner_is_invited_recovered_and_revoked_from_the_machine() {
    let operator = Operator::new();
    assert_eq!(operator.succeeds(&["admin", "list"], ""), "");
    let portrait = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/identity/personas/fields.jpg");
    let portrait = portrait.display().to_string();
    let person = ["olivia", "--given-name", "Olivia", "--family-name", "Owner", "--birth-date", "1980-05-17"];
    let document = ["--document-number", "C01X0000T", "--portrait", &portrait];
    let with = |command: &'static str| -> Vec<&str> {
        ["admin", command].into_iter().chain(person).chain(document).collect()
    };
    let link = operator.succeeds(&with("invite"), "");
    assert!(link.contains("/admin/invitation/"), "{link}");
    let listed = operator.succeeds(&["admin", "list"], "");
    assert!(listed.contains("olivia\towner\tlink\tby installer"), "{listed}");
    // A picture without a face is nobody's portrait.
    let blank = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/faces/no_face.jpg");
    let (blank, mut faceless) = (blank.display().to_string(), with("invite"));
    *faceless.last_mut().unwrap() = &blank;
    assert!(operator.fails(&faceless, "").contains("portrait-unusable"));
    let other = ["admin", "invite", "olivia", "--given-name", "Eve", "--family-name", "Owner"];
    let other: Vec<&str> = other.into_iter().chain(["--birth-date", "1980-05-17"]).collect();
    assert!(operator.fails(&other, "").contains("another name"));
    let output = operator.run(&with("recover"), "");
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("WARNING"));
    assert_ne!(String::from_utf8(output.stdout).unwrap(), link);
    assert!(operator.fails(&["admin", "revoke", "olivia"], "").contains("no administrator"));
    assert!(operator.fails(&["admin", "revoke", "nobody"], "").contains("no account"));
    let events = operator.succeeds(&["audit", "export"], "");
    for kind in ["invitation_made", "identity_attested", "administrator_recovered", "invitation_withdrawn"] {
        assert!(events.contains(kind), "{kind}: {events}");
    }
    assert!(!events.contains("C01X0000T") && !events.contains("Olivia"), "the log names nobody: {events}");
}

#[test]
fn a_client_is_registered_with_addresses_that_may_be_redirected_to() {
    // RFC 6749 §3.1.2, RFC 9700 §4.1
    let operator = Operator::new();
    let add = |uri: &'static str| ["client", "add", "--id", "shop", "--name", "Shop", "--redirect-uri", uri];
    assert!(operator.fails(&add("http://shop.example/cb"), "").contains("redirect_uris: must be absolute"));
    let told = operator.succeeds(&add("https://shop.example/cb"), "");
    assert!(told.contains("client_secret") && told.contains("shown once"), "{told}");
    assert!(operator.fails(&add("https://shop.example/cb"), "").contains("taken"));
    let public = [
        "client",
        "add",
        "--id",
        "app",
        "--name",
        "App",
        "--redirect-uri",
        "https://app.example/cb",
        "--public",
    ];
    assert!(operator.succeeds(&public, "").contains("PKCE is required"));
}

#[test]
fn clients_are_registered_by_file_as_often_as_one_likes() {
    // OpenID Connect Dynamic Client Registration 1.0 §2
    let operator = Operator::new();
    let file = |name: &str, text: &str| {
        let path = operator.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let shop = r#"
        [[clients]]
        client_id = "shop"
        client_name = "Shop"
        client_secret = "a secret of thirty-two characters"
        redirect_uris = ["https://shop.example/cb"]
        grant_types = ["authorization_code", "refresh_token"]
        first_party = true
    "#;
    let app = r#"
        [[clients]]
        client_id = "app"
        redirect_uris = ["https://app.example/cb"]
    "#;
    let both = file("clients.toml", &format!("{shop}{app}"));
    let told = operator.succeeds(&["client", "apply", &both], "");
    assert!(told.contains("added      shop") && told.matches("shown once").count() == 1, "{told}");
    let again = operator.succeeds(&["client", "apply", &both], "");
    assert_eq!(again.matches("unchanged").count(), 2, "{again}");
    let json = r#"{"clients": [{"client_id": "app", "client_name": "App", "redirect_uris": ["https://app.example/cb"]}]}"#;
    let told = operator.succeeds(&["client", "apply", &file("app.json", json)], "");
    assert!(told.contains("changed") && !told.contains("client_secret"), "{told}");
    assert_eq!(operator.succeeds(&["client", "list"], ""), "app  App\nshop  Shop\n");

    // All of a file or nothing: the first of these two is good.
    let half = format!("{}[[clients]]\nclient_id = \"bad\"\n", app.replace("\"app\"", "\"new\""));
    let told = operator.fails(&["client", "apply", &file("half.toml", &half)], "");
    assert!(told.contains("bad: redirect_uris: at least one"), "{told}");
    let twice = operator.fails(&["client", "apply", &file("twice.toml", &format!("{app}{app}"))], "");
    assert!(twice.contains("app: is listed twice"), "{twice}");
    operator.succeeds(&["client", "remove", "app"], "");
    assert!(operator.fails(&["client", "remove", "app"], "").contains("no client"));
    assert_eq!(operator.succeeds(&["client", "list"], ""), "shop  Shop\n");
    let events = operator.succeeds(&["audit", "export"], "");
    for kind in ["client_added", "client_changed", "client_removed"] {
        assert!(events.contains(kind), "{kind}: {events}");
    }
}

#[test]
fn what_is_said_of_a_person_is_set_from_a_file_and_checked() {
    // OpenID Connect Core 1.0 §5.1
    let operator = Operator::new();
    let file = |name: &str, text: &str| {
        let path = operator.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let first = file("first.json", r#"{ "nickname": "Countess" }"#);
    operator.succeeds(&["user", "add", "ada", "--claims", &first], "a long enough password\n");
    assert!(operator.succeeds(&["user", "claims", "show", "ada"], "").contains("Countess"));
    let second = file("second.json", r#"{ "email": "ada@ada.example", "email_verified": true }"#);
    operator.succeeds(&["user", "claims", "set", "ada", &second], "");
    let shown = operator.succeeds(&["user", "claims", "show", "ada"], "");
    assert!(shown.contains("ada@ada.example") && !shown.contains("Countess"), "{shown}");
    let bad = file("bad.json", r#"{ "email_verified": "secret words" }"#);
    let told = operator.fails(&["user", "claims", "set", "ada", &bad], "");
    assert!(
        told.contains("email_verified: must be true or false") && !told.contains("secret words"),
        "{told}"
    );
    assert!(operator.fails(&["user", "claims", "set", "bob", &first], "").contains("no account"));
    assert!(operator.succeeds(&["audit", "export"], "").contains("user_changed"));
}

#[test]
fn clients_are_invited_to_register_themselves() {
    // RFC 7591 §3
    let operator = Operator::new();
    let told = operator.succeeds(&["client", "invite", "--uses", "3", "--hours", "1"], "");
    assert!(told.contains("initial_access_token") && told.contains("shown once"), "{told}");
    assert!(!operator.run(&["client", "invite", "--uses", "0"], "").status.success());
}

#[test]
fn the_demonstration_is_not_seeded_where_it_is_not_wanted() {
    assert!(Operator::new().fails(&["demo", "seed"], "").contains("demo = true"));
}

#[test]
fn keys_are_made_at_first_use_rotated_and_given_up() {
    let operator = Operator::new();
    let listed = operator.succeeds(&["keys", "list"], "");
    assert_eq!(listed.matches("in use").count(), 2, "{listed}");
    let file = |purpose: &str, id: &str| operator.folder.path().join(format!("keys/{purpose}-keys/{id}.key"));
    let name = |listed: &str, of: &str| -> String {
        let row = listed.lines().find(|line| line.starts_with("template") && line.contains(of)).unwrap();
        row.split_whitespace().last().unwrap().to_owned()
    };
    let first = name(&listed, "in use");
    assert!(file("template", &first).exists());
    assert!(operator.fails(&["keys", "retire", &first], "").contains("is in use"));
    assert!(operator.succeeds(&["keys", "rotate"], "").contains("0 keys were wrapped anew"));
    let listed = operator.succeeds(&["keys", "list"], "");
    assert_eq!((name(&listed, "old"), listed.lines().count()), (first.clone(), 4), "{listed}");
    assert!(operator.succeeds(&["keys", "retire", &first], "").contains("destroyed"));
    assert!(!file("template", &first).exists());
    assert!(operator.fails(&["keys", "retire", &first], "").contains("no key-encryption key"));
    // Made on one server, brought to the others, then put in use.
    let made = operator.succeeds(&["keys", "make", "template"], "");
    let made = made.trim().strip_prefix("made ").unwrap();
    operator.succeeds(&["keys", "rotate", "--purpose", "template", "--to", made], "");
    assert_eq!(name(&operator.succeeds(&["keys", "list"], ""), "in use"), made);
    assert!(operator.succeeds(&["keys", "renew-templates"], "").contains("0 templates"));
    assert!(operator.fails(&["keys", "renew-templates", "--user", "nobody"], "").contains("no account"));
    let events = operator.succeeds(&["audit", "export"], "");
    for kind in ["key_encryption_key_used", "key_encryption_key_retired"] {
        assert!(events.contains(kind), "{kind}: {events}");
    }
}

#[test]
fn signing_keys_are_listed_rotated_and_retired() {
    // docs/operations.md, "Signing keys"
    let operator = Operator::new();
    let signing = |arguments: &[&str]| operator.succeeds(&[&["keys", "signing"], arguments].concat(), "");
    let rotate = |arguments: &[&str]| {
        let told = signing(&[&["rotate", "--algorithm", "ES256"], arguments].concat());
        let id = told.split_whitespace().nth(1).unwrap().to_owned();
        (id, told)
    };
    let state = |id: &str| {
        let listed = signing(&["list"]);
        let row = listed.lines().find(|line| line.ends_with(id)).unwrap().to_owned();
        row.split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!(signing(&["list"]), "");
    let (first, _) = rotate(&[]);
    assert_eq!(state(&first), "signing");
    let (second, told) = rotate(&["--soon"]);
    assert!(told.contains("is published and signs from"), "{told}");
    assert_eq!((state(&first), state(&second)), ("signing".into(), "published".into()));
    let (again, told) = rotate(&[]);
    assert!(again == second && told.contains("waits already"), "{told}");
    let told = signing(&["retire", &first]);
    assert!(told.contains(&format!("{second} signs")), "{told}");
    assert_eq!((state(&first), state(&second)), ("retired".into(), "signing".into()));
    assert!(signing(&["retire", &first]).contains("before"));
    assert!(operator.fails(&["keys", "signing", "retire", "none"], "").contains("no signing key"));
    let refused = operator.fails(&["keys", "signing", "rotate", "--algorithm", "HS256"], "");
    assert!(refused.contains("none of signing_keys.algorithms"), "{refused}");
    let events = operator.succeeds(&["audit", "export"], "");
    for kind in ["key_made", "key_retired"] {
        assert!(events.contains(kind), "{kind}: {events}");
    }
}

#[test]
fn a_key_that_is_missing_or_beside_the_database_is_told() {
    let operator = Operator::new();
    let keys = operator.folder.path().join("keys/transform-keys");
    operator.succeeds(&["keys", "list"], "");
    let file = fs::read_dir(&keys).unwrap().next().unwrap().unwrap();
    let key = fs::read(file.path()).unwrap();
    fs::remove_file(file.path()).unwrap();
    let told = operator.fails(&["keys", "list"], "");
    assert!(told.contains("not at hand") && told.contains("transform-keys"), "{told}");
    // The same key from a secret store does as well; another one under its name does not.
    let name = file.file_name().into_string().unwrap();
    let name = name.strip_suffix(".key").unwrap();
    let given = |key: &[u8]| format!("{name}={}", facestep::domain::secret::base64url(key));
    let list = |given: String| {
        operator.program(&["keys", "list"]).env("FACESTEP_KEYS__TRANSFORM_GIVEN", given).output().unwrap()
    };
    assert!(list(given(&key)).status.success());
    assert!(!list(given(&[7; 32])).status.success());
    let moved = operator.folder.path().join("db/keys").display().to_string();
    let refused = operator.program(&["config", "check"]).env("FACESTEP_KEYS__TEMPLATE_DIR", moved).output();
    let told = String::from_utf8(refused.unwrap().stderr).unwrap();
    assert!(told.contains("is inside the database's folder"), "{told}");
}

#[test]
fn the_log_is_verified_against_an_anchor_that_was_noted_before() {
    let operator = Operator::new();
    assert!(operator.succeeds(&["audit", "verify"], "").contains("empty"));
    operator.succeeds(&["user", "add", "ada"], "a long enough password");
    let anchor = operator.succeeds(&["audit", "head"], "");
    operator.succeeds(&["user", "add", "bob"], "a long enough password");
    operator.succeeds(&["audit", "verify", "--anchor", anchor.trim()], "");
    let other = format!("1:{}", "00".repeat(32));
    assert!(operator.fails(&["audit", "verify", "--anchor", &other], "").contains("broken at event 1"));
}

#[test]
fn a_server_refuses_to_start_on_a_damaged_model_and_names_the_file() {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/built");
    let damaged = TempDir::new().unwrap();
    for entry in fs::read_dir(&whole).expect("make models builds them").map(Result::unwrap) {
        let name = entry.file_name();
        if name == "yunet.onnx" {
            let mut bytes = fs::read(entry.path()).unwrap();
            bytes[1000] ^= 1;
            fs::write(damaged.path().join(name), bytes).unwrap();
        } else {
            symlink(entry.path(), damaged.path().join(name)).unwrap();
        }
    }
    let operator = Operator::with_models(damaged.path());
    for command in [["serve"].as_slice(), &["models", "verify"]] {
        let told = operator.fails(command, "");
        assert!(told.contains("yunet.onnx") && told.contains("make models"), "{told}");
    }
}

#[test]
fn a_server_for_the_bench_starts_without_any_model() {
    let empty = TempDir::new().unwrap();
    let operator = Operator::with_models(empty.path());
    let mut server = operator.program(&["serve", "--no-face"]).spawn().unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap().contains("ready")), "the server became ready");
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(server.wait().unwrap().success());
}

#[test]
fn a_server_that_is_told_to_stop_leaves_a_sealed_log_and_no_failure() {
    let operator = Operator::new();
    let mut server = operator.program(&["serve"]).spawn().unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap().contains("ready")), "the server became ready");
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(server.wait().unwrap().success());
    let rest: Vec<String> = log.map(Result::unwrap).collect();
    assert!(rest.iter().any(|line| line.contains("stopping")), "{rest:?}");
    // Two signing keys were made at this first start; their events were sealed before the end.
    assert!(operator.succeeds(&["audit", "verify"], "").contains("whole"));
}

/// A policy file of one's own, with the contexts that must be there.
fn policy_file(operator: &Operator, name: &str, rest: &str) -> String {
    let contexts = "[[contexts]]\nacr = \"urn:facestep:acr:face\"\nproofs = [{ method = \"pwd\" }, { method = \"face\", within = \"2m\" }]\n\n[[contexts]]\nacr = \"urn:facestep:acr:pwd\"\nproofs = [{ method = \"pwd\" }]\n\n[[workflows]]\nname = \"government-id\"\n\n[[workflows]]\nname = \"face-step-up\"\nparents = [\"government-id\"]\n";
    let path = operator.folder.path().join(name);
    fs::write(&path, format!("{contexts}{rest}")).unwrap();
    path.display().to_string()
}

#[test]
fn policies_and_clients_are_put_in_force_by_one_file_and_taken_back() {
    // docs/policy.md, "The file"
    let operator = Operator::new();
    let rest = "\n[[policies]]\nname = \"bank\"\nwhen = { clients = [\"bank\"] }\ndemand = { acr = \"urn:example:new\" }\n\n[[contexts]]\nacr = \"urn:example:new\"\nproofs = [{ method = \"pwd\", within = \"1h\" }]\n\n[[clients]]\nclient_id = \"bank\"\nredirect_uris = [\"https://bank.example/cb\"]\nminimum_acr = \"urn:example:new\"\ntoken_endpoint_auth_method = \"none\"\n";
    let file = policy_file(&operator, "all.toml", rest);
    for told in [
        operator.succeeds(&["policy", "diff", &file], ""),
        operator.succeeds(&["policy", "apply", "--dry-run", &file], ""),
    ] {
        for part in
            ["version 1 (next)", "+ policy bank", "- dialect entra", "proofs[1].within", "added      bank"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
    assert_eq!(operator.succeeds(&["client", "list"], ""), "", "nothing was done");
    let told = operator.succeeds(&["policy", "apply", &file, "--reason", "for the bank"], "");
    assert!(
        told.contains("version 1 (in force), after version 0") && told.contains("added      bank"),
        "{told}"
    );
    let told = operator.succeeds(&["policy", "apply", &file], "");
    assert!(told.contains("unchanged  policies (version 1)") && told.contains("unchanged  bank"), "{told}");
    let refused = operator.fails(&["policy", "apply", &file, "--expect", "0"], "");
    assert!(refused.contains("version 1 is in force meanwhile"), "{refused}");

    let exported = operator.succeeds(&["policy", "export"], "");
    assert!(exported.starts_with("# ") && exported.contains("[[clients]]"), "{exported}");
    let exported_file = operator.folder.path().join("exported.toml").display().to_string();
    fs::write(&exported_file, &exported).unwrap();
    let told = operator.succeeds(&["policy", "apply", &exported_file], "");
    assert!(told.contains("unchanged  policies") && told.contains("unchanged  bank"), "{told}\n{exported}");

    let told = operator.succeeds(&["policy", "back", "0", "--reason", "no good"], "");
    assert!(
        told.contains("version 2 (in force), after version 1") && told.contains("- policy bank"),
        "{told}"
    );
    let told = operator.succeeds(&["policy", "history"], "");
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].contains("installer") && lines[0].ends_with("no good"), "{told}");
    assert!(lines[1].ends_with("for the bank") && lines[2].ends_with("what ships"), "{told}");
    assert!(operator.fails(&["policy", "back", "9"], "").contains("no version of this number"));
    let linted = operator.fails(&["policy", "lint"], "");
    assert!(linted.contains("1 to mend"), "the bank's minimum is gone: {linted}");
    assert_eq!(operator.succeeds(&["audit", "export"], "").matches("policy_applied").count(), 2);
}

#[test]
fn what_is_wrong_with_a_policy_file_is_told_with_its_line_and_nothing_is_done() {
    // docs/policy.md, "The file"
    let operator = Operator::new();
    let apply = |rest: &str| {
        let file = policy_file(&operator, "bad.toml", rest);
        operator.fails(&["policy", "apply", &file], "")
    };
    let told =
        apply("tittle = \"x\"\n\n[[policies]]\nname = \"p\"\ndemand = { acr = \"urn:x\", max_age = 5 }\n");
    for part in [
        "bad.toml:15: workflows[1].tittle: is not known here. Did you mean title?",
        "bad.toml:19: policies[0].demand.max_age: ",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = apply(
        "\n[[policies]]\nname = \"p\"\ndemand = { acr = \"urn:x\" }\n\n[[dialects]]\nname = \"d\"\nvalues = [{ theirs = \"phr\", ours = \"urn:facestep:acr:face\" }]\n",
    );
    for part in [
        "bad.toml:18: policies[0].demand.acr: there is no such context. Name one of contexts.",
        "bad.toml:22: dialects[0].values[0].theirs: it says that the sign-in resists phishing",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let client = "\n[[clients]]\nclient_id = \"good\"\nredirect_uris = [\"https://good.example/cb\"]\n\n[[clients]]\nclient_id = \"bad\"\nclient_secret = \"hush hush\"\nredirect_uris = [\"https://bad.example/cb\"]\nminimum_acr = \"urn:x\"\n";
    let told = apply(client);
    assert!(
        told.contains("bad.toml:24: clients.bad.minimum_acr: there is no such authentication context"),
        "{told}"
    );
    assert!(!told.contains("hush"), "{told}");
    assert_eq!(operator.succeeds(&["client", "list"], ""), "");
    assert_eq!(operator.succeeds(&["policy", "history"], ""), "    0  what ships\n");
}

#[test]
fn policies_are_linted_with_code_place_and_mend() {
    // docs/policy.md, "What lint tells"
    let operator = Operator::new();
    assert_eq!(operator.succeeds(&["policy", "lint"], ""), "nothing to mend\n");
    let rest = "\n[[policies]]\nname = \"nobody\"\nwhen = { clients = [\"gone\"] }\ndemand = { acr = \"urn:facestep:acr:face\" }\n";
    let file = policy_file(&operator, "lint.toml", rest);
    let told = operator.succeeds(&["policy", "lint", &file], "");
    assert!(
        told.starts_with("warning  ") && told.contains("lint.toml:18: policies[0].when.clients: "),
        "{told}"
    );
    assert!(told.contains("(policy-never-applies)"), "{told}");
    let rest = "\n[[policies]]\nname = \"closed\"\ndemand = { refuse = true }\n";
    let file = policy_file(&operator, "closed.toml", rest);
    let told = operator.fails(&["policy", "lint", &file], "");
    assert!(told.contains("1 to mend"), "{told}");
}

#[test]
fn what_would_happen_is_told_for_a_supposed_request_and_session() {
    // docs/policy.md, "Why was I challenged?"
    let operator = Operator::new();
    let add =
        ["client", "add", "--id", "shop", "--name", "Shop", "--redirect-uri", "https://shop.example/cb"];
    operator.succeeds(&add, "");
    operator.succeeds(&["user", "add", "ada"], "a long enough password\n");
    let ask = |more: &[&str]| {
        operator.succeeds(&[&["explain", "--client", "shop", "--user", "ada"], more].concat(), "")
    };
    assert!(ask(&[]).contains("sign in: nobody is signed in"));
    let wish = ["--signed-in", "2h", "--request", "acr_values=urn:facestep:acr:face&max_age=3600"];
    let told = ask(&wish);
    for part in [
        "sign in: the sign-in is too old",
        "preferably urn:facestep:acr:face, not older than 3600 s",
        "password 7200 s before",
        "not enrolled, and cannot be",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = ask(&["--signed-in", "2h", "--face", "1m", "--request", "acr_values=urn:facestep:acr:face"]);
    assert!(told.contains("proceed, as urn:facestep:acr:face"), "{told}");
    let told = ask(&[
        "--signed-in",
        "2h",
        "--face",
        "6m",
        "--json",
        "--request",
        "acr_values=urn:facestep:acr:face",
    ]);
    let json: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(json["decided"]["record"]["decision"]["proceed"]["acr"], "urn:facestep:acr:pwd", "{told}");
    assert!(ask(&["--request", "response_type=token"]).contains("the request is refused: "));
    assert!(operator.fails(&["explain", "--client", "gone"], "").contains("no client"));
    assert!(operator.fails(&["explain", "--interaction", "gone"], "").contains("no such interaction"));
    assert!(!operator.succeeds(&["audit", "export"], "").contains("decided"), "a dry run leaves no trace");
}
