//! The rules that a key cannot keep by itself: what it means for the others, and for the machine.

use super::Config;
use super::reader::Reader;
use crate::domain::{face::way::Way, keys::SigningAlgorithm};
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};
use url::{Host, Url};

/// Notes every rule that the configuration breaks.
pub(super) fn check(config: &Config, reader: &mut Reader) {
    issuer(config, reader);
    demo_stays_on_this_machine(config, reader);
    key_apart_from_database(config, reader);
    keys_apart_from_each_other(config, reader);
    key_is_private(config, reader);
    order_of_times(config, reader);
    order_of_attempts(config, reader);
    ways_lead_somewhere(config, reader);
    rs256_is_signed_with(config, reader);
    order_of_keys(config, reader);
}

/// OpenID Connect Discovery 1.0 §3: https, no query and no fragment; plain http only on this machine.
fn issuer(config: &Config, reader: &mut Reader) {
    let example = "Write the public address of this provider, as in \"https://login.example.org\".";
    if config.issuer.is_empty() {
        return reader.problem("issuer", "is missing", example);
    }
    let Ok(url) = Url::parse(&config.issuer) else {
        return reader.problem("issuer", format!("\"{}\" is not an address", config.issuer), example);
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => reader.problem(
            "issuer",
            "is plain http on an address that is not this machine",
            "Write https://. Passwords and faces need it, and browsers give a camera to no page without it.",
        ),
        other => reader.problem("issuer", format!("begins with {other}:"), example),
    }
    if url.query().is_some() || url.fragment().is_some() {
        reader.problem("issuer", "has a query or a fragment", "Take off everything from the ? or # on.");
    }
    if config.issuer.ends_with('/') {
        reader.problem(
            "issuer",
            "ends with a slash",
            "Take off the last slash; clients compare every character.",
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        reader.problem("issuer", "has a user name in it", "Take off what stands before the @.");
    }
}

fn demo_stays_on_this_machine(config: &Config, reader: &mut Reader) {
    let local = Url::parse(&config.issuer).is_ok_and(|url| is_loopback(&url));
    if config.demo && !local {
        reader.problem(
            "demo",
            "is on for an issuer that others can reach, where anyone could pass as a made-up person",
            "Set demo = false, or an issuer on this machine, as in \"http://localhost:8080\".",
        );
    }
}

/// Whoever copies the database must not get its key in the same copy.
fn key_apart_from_database(config: &Config, reader: &mut Reader) {
    let Some(folder) = config.database_url.file().and_then(|file| absolute(file).parent().map(PathBuf::from))
    else {
        return;
    };
    let places = [
        ("key_file", config.key_file.clone()),
        ("keys.template_dir", config.template_keys_dir()),
        ("keys.transform_dir", config.transform_keys_dir()),
    ];
    for (key, place) in places {
        if absolute(&place).starts_with(&folder) {
            reader.problem(
                key,
                format!("is inside the database's folder, {}", folder.display()),
                "Put it elsewhere, so that a copy of the database is not a copy of its key.",
            );
            // Folders that stand beside the key file move with it.
            break;
        }
    }
}

/// Two folders, so that whoever copies one has not the other.
fn keys_apart_from_each_other(config: &Config, reader: &mut Reader) {
    let (templates, transforms) =
        (absolute(&config.template_keys_dir()), absolute(&config.transform_keys_dir()));
    if templates.starts_with(&transforms) || transforms.starts_with(&templates) {
        reader.problem(
            "keys.transform_dir",
            "is the folder of the template's keys, or one is inside the other",
            "Write two folders beside each other, or on two volumes; neither must hold both kinds of keys.",
        );
    }
}

/// A key file that others on the machine can read is no secret; a missing one is made at first start.
fn key_is_private(config: &Config, reader: &mut Reader) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = std::fs::metadata(&config.key_file) else { return };
    if !metadata.is_file() {
        reader.problem("key_file", "is not a file", "Write the path of a file; it is made at first start.");
    } else if metadata.permissions().mode() & 0o077 != 0 {
        reader.problem(
            "key_file",
            "can be read by other users of this machine",
            format!("Run: chmod 600 {}", config.key_file.display()),
        );
    }
}

/// OpenID Connect Discovery 1.0 §3: `RS256` must be among what ID tokens can be signed with.
fn rs256_is_signed_with(config: &Config, reader: &mut Reader) {
    if !config.signing_keys.algorithms.contains(SigningAlgorithm::RS256) {
        reader.problem(
            "signing_keys.algorithms",
            "lacks RS256, which every OpenID provider must offer",
            "Add \"RS256\"; a client may still register another one.",
        );
    }
}

/// A certificate is of a key that signs, and the next key waits no longer than one signs.
fn order_of_keys(config: &Config, reader: &mut Reader) {
    let keys = config.signing_keys;
    if keys.x5c.iter().any(|algorithm| !keys.algorithms.contains(algorithm)) {
        reader.problem(
            "signing_keys.x5c",
            "names an algorithm that signing_keys.algorithms does not have",
            "Name only algorithms that are signed with.",
        );
    }
    if keys.rotate_every.is_some_and(|every| every < keys.publish_ahead) {
        reader.problem(
            "signing_keys.publish_ahead_hours",
            "is longer than signing_keys.rotate_every_days, so a key would wait longer than it signs",
            "Make it shorter, or rotate more rarely.",
        );
    }
}

/// Whoever is offered a way gets somewhere by it, and there is one at all.
fn ways_lead_somewhere(config: &Config, reader: &mut Reader) {
    let policy = config.ways();
    if policy.offered.is_empty() {
        reader.problem(
            "face.ways",
            "names no way",
            "Name one at least; the default is [\"turns\", \"distance\"].",
        );
    }
    if policy.offered.contains(Way::Still) && policy.still_with.iter().next().is_none() {
        reader.problem(
            "face.ways",
            "has \"still\", which counts only beside another factor, and face.still_with names none",
            "Take \"still\" out, or set still_with = [\"pwd\"] under [face].",
        );
    }
    if policy.counted.iter().any(|way| !policy.offered.contains(way)) {
        reader.problem(
            "acr.face_ways",
            "names a way that face.ways does not have",
            "Name only ways that can be chosen, or leave it out for all of them.",
        );
    }
}

fn order_of_times(config: &Config, reader: &mut Reader) {
    if config.session.idle > config.session.absolute {
        reader.problem(
            "session.idle_seconds",
            "is longer than session.absolute_seconds",
            "Make it shorter; a session ends at whichever comes first.",
        );
    }
    if config.tokens.refresh_idle > config.tokens.refresh_absolute {
        reader.problem(
            "tokens.refresh_idle_days",
            "is longer than tokens.refresh_absolute_days",
            "Make it shorter; a refresh token lapses at whichever comes first.",
        );
    }
    if config.step_up.ceremony <= config.limits.request {
        reader.problem(
            "limits.request_seconds",
            "is not shorter than step_up.ceremony_seconds, so a slow upload could outlast its ceremony",
            "Make it shorter, or the ceremony longer.",
        );
    }
}

fn order_of_attempts(config: &Config, reader: &mut Reader) {
    if config.attempts.failures_before_suspension <= config.attempts.failures_before_delay {
        reader.problem(
            "attempts.failures_before_suspension",
            "is not more than attempts.failures_before_delay, so nobody would ever be asked to wait",
            "Make it larger; the defaults are 5 and 50.",
        );
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// The path from the root, with `.` and `..` worked out, whether or not anything is there yet.
fn absolute(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for component in std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).components() {
        match component {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            other => whole.push(other),
        }
    }
    whole
}
