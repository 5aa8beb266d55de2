//! Is `ARCHITECTURE.md` still true? Reads the source and holds it to the layer table, and to the few rules beside it.

#[path = "architecture/source.rs"]
mod source;

use source::{SourceFile, files_under, project};

/// The layer table: what each layer may name of ours.
const LAYERS: [(&str, &[&str]); 12] = [
    ("domain", &[]),
    ("ports", &["domain"]),
    ("flows", &["domain", "ports"]),
    ("storage", &["domain", "ports"]),
    ("jose", &["domain", "ports"]),
    ("inference", &["domain", "ports"]),
    ("evaluation", &["domain", "ports", "inference"]),
    ("identity", &["domain", "ports"]),
    ("outbound", &["domain", "ports"]),
    ("conformance", &["domain", "ports"]),
    ("resource", &["domain", "ports"]),
    ("web", &["domain", "ports", "flows"]),
];

/// Puts the resource server's kit together from its adapters, as `src/app.rs` does the provider.
const KIT_ROOT: &str = "src/resource/standard.rs";

/// Where refusals become HTTP answers: the provider's, and the kit's.
const ANSWERS: [&str; 2] = ["src/web", "src/resource/actix/answer.rs"];

/// Crates that one place alone may name.
const WALLS: [(&str, &[&str]); 18] = [
    ("ort", &["src/inference/runtime.rs"]),
    ("josekit", &["src/jose"]),
    ("openssl", &["src/jose"]),
    ("diesel", &["src/storage"]),
    ("diesel_migrations", &["src/storage"]),
    ("actix_web", &["src/web", "src/resource/actix"]),
    ("askama", &["src/web"]),
    ("utoipa", &["src/web/api"]),
    ("figment", &["src/config"]),
    ("clap", &["src/cli", "src/main.rs"]),
    ("getrandom", &["src/system.rs"]),
    ("reqwest", &["src/conformance", "src/outbound"]),
    ("html5ever", &["src/conformance"]),
    ("markup5ever_rcdom", &["src/conformance"]),
    ("csv", &["src/evaluation"]),
    ("indicatif", &["src/evaluation"]),
    ("plotters", &["src/evaluation", "src/web/admin/statistics/plot.rs"]),
    ("statrs", &["src/evaluation"]),
];

/// The longest that a file under `src` may be.
const LONGEST: usize = 400;

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

fn under(file: &SourceFile, place: &str) -> bool {
    file.path == place || file.path.starts_with(&format!("{place}/")) || file.path == format!("{place}.rs")
}

#[test]
fn each_layer_names_only_the_layers_above_it() {
    // ARCHITECTURE.md, "Layers".
    let sources = files_under("src", &["rs"]);
    let mut found = Vec::new();
    for (layer, may) in LAYERS {
        let place = format!("src/{layer}");
        for file in sources.iter().filter(|file| under(file, &place) && file.path != KIT_ROOT) {
            for (line, named) in file.names_of_ours() {
                if named != layer && !may.contains(&named.as_str()) {
                    found.push(format!("{}:{line} names {named}", file.path));
                }
            }
        }
    }
    none(&found, "a layer names only the layers above it");
}

#[test]
fn every_module_of_the_library_has_a_row_in_the_layer_table() {
    // ARCHITECTURE.md, "Layers": a folder that the table does not know would be held to nothing.
    let roots = ["app", "cli", "config", "lib", "main", "system", "telemetry"];
    let sources = files_under("src", &["rs"]);
    let found: Vec<_> = sources
        .iter()
        .filter(|file| {
            let module = file.path.split('/').nth(1).unwrap_or_default().trim_end_matches(".rs");
            !roots.contains(&module) && LAYERS.iter().all(|(layer, _)| *layer != module)
        })
        .map(|file| file.path.clone())
        .collect();
    none(&found, "every module is in the layer table");
}

#[test]
fn each_walled_crate_is_named_in_its_own_place_alone() {
    // ARCHITECTURE.md, "Layers" and "Inference".
    let mut found = Vec::new();
    for file in files_under("src", &["rs"]) {
        for (name, places) in WALLS {
            let allowed = places.iter().any(|place| under(&file, place)) || file.path == "src/app.rs";
            if let Some(line) = file.line_naming(name).filter(|_| !allowed) {
                found.push(format!("{}:{line} names {name}", file.path));
            }
        }
    }
    none(&found, "a crate is named behind its wall alone");
}

#[test]
fn http_status_codes_are_known_where_answers_are_made_alone() {
    // ARCHITECTURE.md, "Errors".
    let words = ["StatusCode", "HttpResponse", "status_code", "http_status"];
    let found: Vec<_> = files_under("src", &["rs"])
        .iter()
        .filter(|file| !ANSWERS.iter().any(|place| under(file, place)))
        .flat_map(|file| {
            words.iter().filter_map(|word| file.line_naming(word)).map(|line| format!("{}:{line}", file.path))
        })
        .collect();
    none(&found, "nothing but what answers knows HTTP status codes");
}

#[test]
fn a_file_has_one_subject() {
    // ARCHITECTURE.md, "Where things are".
    let found: Vec<_> = files_under("src", &["rs"])
        .iter()
        .filter(|file| file.text.lines().count() > LONGEST)
        .map(|file| format!("{} has {} lines", file.path, file.text.lines().count()))
        .collect();
    none(&found, "a file under src has at most 400 lines");
}

#[test]
fn every_module_says_what_it_is_for() {
    // ARCHITECTURE.md, "Comments and documents".
    let found: Vec<_> = files_under("src", &["rs"])
        .iter()
        .filter(|file| !file.path.ends_with("/tests.rs") && !file.text.starts_with("//! "))
        .map(|file| file.path.clone())
        .collect();
    none(&found, "a module opens with what it decides or does");
}

#[test]
fn nothing_is_called_a_manager_or_a_helper() {
    // ARCHITECTURE.md, "Words".
    let endings = ["Manager", "Helper", "Util", "Utils"];
    let mut found = Vec::new();
    for file in files_under("src", &["rs"]) {
        for (line, name) in file.defined_types() {
            if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(format!("{}:{line} {name}", file.path));
            }
        }
    }
    none(&found, "names say what a thing is");
}

#[test]
fn time_and_randomness_come_through_their_ports() {
    // ARCHITECTURE.md, "Six ideas": the core is pure.
    let words = ["SystemTime::now", "Timestamp::now", "Instant::now", "getrandom::", "rand::", "OsRng"];
    let found: Vec<_> = files_under("src", &["rs"])
        .iter()
        .filter(|file| ["src/domain", "src/ports", "src/flows"].iter().any(|place| under(file, place)))
        .filter(|file| {
            // The ports themselves hold the machine's clock and source of randomness.
            !["src/ports/clock.rs", "src/ports/entropy.rs"].contains(&file.path.as_str())
        })
        .flat_map(|file| {
            let lines = file.code_lines().filter(|(_, code)| {
                // How long to wait for a socket is no decision, and a test can hold tokio's clock still.
                let code = code.replace("tokio::time::Instant::now", "");
                words.iter().any(|word| code.contains(word))
            });
            lines.map(|(line, code)| format!("{}:{line} {}", file.path, code.trim())).collect::<Vec<_>>()
        })
        .collect();
    none(&found, "domain and flows know no clock and no randomness");
}

#[test]
fn both_engines_have_the_same_migrations() {
    // ARCHITECTURE.md, "Storage".
    let names = |engine: &str| {
        let mut names: Vec<_> = std::fs::read_dir(project().join("migrations").join(engine))
            .map(|entries| entries.flatten().map(|entry| entry.file_name()).collect())
            .unwrap_or_default();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty(), "migrations/sqlite has no migrations");
}

#[test]
fn nothing_names_a_registry_or_a_machine() {
    // Where packages come from is the package clients' business, and a path on someone's machine is nobody's.
    let hosts = ["pypi", "pythonhosted", "crates", "npmjs"].map(|host| {
        let ending = if host == "crates" { "io" } else { "org" };
        format!("{host}.{ending}")
    });
    let paths = ["home/", "root/", "work/", "Users/"].map(|path| format!("/{path}"));
    let kinds = ["rs", "md", "toml", "py", "sh", "html", "js", "css", "ftl", "sql", "txt"];
    let mut found = Vec::new();
    for file in files_under(".", &kinds) {
        for (number, line) in file.text.lines().enumerate() {
            let host = hosts.iter().any(|host| line.contains(host.as_str()));
            let path = paths.iter().any(|path| source::holds_absolute_path(line, path));
            if host || path {
                found.push(format!("{}:{} {}", file.path, number + 1, line.trim()));
            }
        }
    }
    none(&found, "no registry host and no path of a machine stands in the project");
}

#[test]
fn nothing_is_left_to_do_later() {
    // CONTRIBUTING.md: what lands is finished.
    let words = ["TO", "FIX"].map(|start| format!("{start}{}", if start == "TO" { "DO" } else { "ME" }));
    let macros = ["todo", "unimplemented"].map(|name| format!("{name}!("));
    let mut found = Vec::new();
    for file in files_under(".", &["rs", "js", "py", "sh", "html", "css"]) {
        for (number, line) in file.text.lines().enumerate() {
            if words.iter().chain(&macros).any(|word| line.contains(word.as_str())) {
                found.push(format!("{}:{}", file.path, number + 1));
            }
        }
    }
    none(&found, "what lands is finished");
}
