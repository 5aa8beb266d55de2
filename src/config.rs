//! What an operator may set: one TOML file, then environment variables, checked as a whole before anything starts.
//!
//! Every key has its default here and its row in `docs/configuration.md`. Each problem found names the key, what is
//! wrong with its value and how to mend it, and all of them are told at once. What the values lead to is left to the
//! composition root.

mod database;
mod environment;
mod given_keys;
mod problem;
mod reader;
mod rules;
mod sections;

#[cfg(test)]
mod tests;

pub use database::DatabaseUrl;
pub use given_keys::GivenKeys;
pub use problem::{ConfigError, Problem};
pub use sections::*;

use crate::domain::face::operating_point::TargetFmr;
use environment::Environment;
use jiff::SignedDuration;
use reader::Reader;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};

use crate::domain::{
    authn::{age::Age, document::House, ledger::Method, ways::WayPolicy},
    face::way::Way,
    keys::SigningAlgorithm,
    oidc::{registration::Admission, request::response::ResponseType},
    proxies::ForwardedBy,
};

/// The ways by their names.
const WAYS: [(&str, Way); 3] = [("turns", Way::Turns), ("distance", Way::Distance), ("still", Way::Still)];

/// The algorithms by their registered names (RFC 7518 §3.1, RFC 8037 §3.1).
const ALGORITHMS: [(&str, SigningAlgorithm); 4] = [
    ("ES256", SigningAlgorithm::ES256),
    ("RS256", SigningAlgorithm::RS256),
    ("PS256", SigningAlgorithm::PS256),
    ("EdDSA", SigningAlgorithm::EdDsa),
];

/// Everything that can be set, valid as a whole.
#[derive(Debug, Clone)]
pub struct Config {
    /// The issuer identifier, exactly as it stands in tokens (OpenID Connect Discovery 1.0 §3).
    pub issuer: String,
    /// The address and port that the server listens on.
    pub listen: SocketAddr,
    /// Where the database is.
    pub database_url: DatabaseUrl,
    /// The file with the key that seals what the database holds; made at first start.
    pub key_file: PathBuf,
    /// The keys that wrap the keys of enrolments.
    pub keys: Keys,
    /// The folder with the built models and ONNX Runtime.
    pub models_dir: PathBuf,
    /// Where people find help, as it stands on a page; the client's support where it is empty.
    pub contact: String,
    /// Whether the made-up people and their digital identities exist.
    pub demo: bool,
    /// Where requests come from.
    pub server: Server,
    /// How long a browser stays signed in.
    pub session: Session,
    /// When a face proves something, and for how long.
    pub step_up: StepUp,
    /// How faces are judged and answered.
    pub face: Face,
    /// What the contexts demand.
    pub acr: AcrDemands,
    /// What requests are held to.
    pub authorization: Authorization,
    /// How clients may register themselves.
    pub registration: Registration,
    /// How long what the provider issues is good for.
    pub tokens: Tokens,
    /// What tokens are signed with.
    pub signing_keys: SigningKeys,
    /// Requests to addresses that clients registered.
    pub outbound: Outbound,
    /// How many failures are borne.
    pub attempts: Attempts,
    /// How much one request, and all of them together, may take.
    pub limits: Limits,
    /// What is logged, and how.
    pub log: Log,
}

impl Config {
    /// Reads the file, then the environment over it, and checks the whole.
    ///
    /// Without a file the defaults and the environment stand alone.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem that was found.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = match file {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| ConfigError::one(Problem::unreadable(path, &error)))?,
        };
        Self::parse(&text, std::env::vars())
    }

    /// The same from text and variables already at hand.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem that was found.
    pub fn parse(
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader::open(text, Environment::from_variables(variables))?;
        let config = Self::read(&mut reader);
        rules::check(&config, &mut reader);
        reader.conclude(config)
    }

    /// The rule of ways that the settings make.
    #[must_use]
    pub fn ways(&self) -> WayPolicy {
        let demanded = self.acr.face_ways;
        WayPolicy {
            offered: self.face.ways,
            counted: if demanded.is_empty() { self.face.ways } else { demanded },
            still_with: self.face.still_with,
        }
    }

    /// What the program can do, as policies are proven for it.
    #[must_use]
    pub fn house(&self) -> House {
        let face_freshness = Age::of(self.step_up.freshness);
        House { offers_face: true, ways: self.ways(), face_freshness }
    }

    /// The folder of the key-encryption keys that wrap data keys.
    #[must_use]
    pub fn template_keys_dir(&self) -> PathBuf {
        self.keys_dir(&self.keys.template_dir, "template-keys")
    }

    /// The folder of the key-encryption keys that wrap transform keys.
    #[must_use]
    pub fn transform_keys_dir(&self) -> PathBuf {
        self.keys_dir(&self.keys.transform_dir, "transform-keys")
    }

    fn keys_dir(&self, set: &Path, usual: &str) -> PathBuf {
        if set.as_os_str().is_empty() { self.key_file.with_file_name(usual) } else { set.to_path_buf() }
    }

    fn read(from: &mut Reader) -> Self {
        Self {
            issuer: from.text("issuer", ""),
            listen: from.address("listen", SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080))),
            database_url: from.database("database_url", "sqlite:var/db/facestep.sqlite3"),
            key_file: from.path("key_file", "var/keys/facestep.key"),
            keys: Keys {
                template_dir: from.path("keys.template_dir", ""),
                transform_dir: from.path("keys.transform_dir", ""),
                template_given: from.given_keys("keys.template_given"),
                transform_given: from.given_keys("keys.transform_given"),
            },
            models_dir: from.path("models_dir", "models/built"),
            contact: from.text("contact", ""),
            demo: from.flag("demo", false),
            server: Server {
                trusted_proxies: from.networks("server.trusted_proxies"),
                forwarded_by: from.choice(
                    "server.forwarded_by",
                    ForwardedBy::XForwardedFor,
                    &[("x-forwarded-for", ForwardedBy::XForwardedFor), ("forwarded", ForwardedBy::Forwarded)],
                ),
            },
            session: Session {
                idle: from.seconds("session.idle_seconds", 1_800, 60..=86_400),
                absolute: from.seconds("session.absolute_seconds", 43_200, 300..=2_592_000),
                anonymous: from.seconds("session.anonymous_seconds", 3_600, 600..=86_400),
                interaction: from.seconds("session.interaction_seconds", 1_800, 600..=7_200),
            },
            step_up: StepUp {
                freshness: from.seconds("step_up.freshness_seconds", 300, 30..=3_600),
                parent_ceremony_counts: from.flag("step_up.parent_ceremony_counts", false),
                ceremony: from.seconds("step_up.ceremony_seconds", 300, 60..=600),
            },
            face: Face {
                target_fmr: from.choice("face.target_fmr", TargetFmr::Standard, &TargetFmr::NAMED),
                answer_after: from.millis("face.answer_after_ms", 2_000, 100..=10_000),
                ways: from.several("face.ways", &[Way::Turns, Way::Distance], &WAYS).into_iter().collect(),
                still_with: from
                    .several("face.still_with", &[], &[("pwd", Method::Pwd)])
                    .into_iter()
                    .collect(),
                injection: from.choice(
                    "face.injection",
                    OnInjection::Record,
                    &[("record", OnInjection::Record), ("refuse", OnInjection::Refuse)],
                ),
            },
            acr: AcrDemands { face_ways: from.several("acr.face_ways", &[], &WAYS).into_iter().collect() },
            authorization: Authorization {
                response_types: from
                    .several(
                        "authorization.response_types",
                        &[ResponseType::Code, ResponseType::IdToken],
                        &ResponseType::ALL.map(|one| (one.name(), one)),
                    )
                    .into_iter()
                    .collect(),
                any_resource: from.flag("authorization.any_resource", false),
                must_be_pushed: from.flag("authorization.require_pushed", false),
                self_registration: from.flag("authorization.self_registration", false),
                pushed_request: from.seconds("authorization.pushed_request_seconds", 60, 10..=600),
            },
            registration: Registration {
                mode: from.choice(
                    "registration.mode",
                    Admission::Off,
                    &[("off", Admission::Off), ("token", Admission::Token), ("open", Admission::Open)],
                ),
                burst: from.number("registration.burst", 20, 1..=10_000),
                every: from.seconds("registration.every_seconds", 60, 1..=86_400),
            },
            tokens: Tokens {
                code: from.seconds("tokens.code_seconds", 60, 10..=600),
                id_token: from.seconds("tokens.id_token_seconds", 300, 60..=3_600),
                access_token: from.seconds("tokens.access_token_seconds", 300, 60..=3_600),
                refresh_idle: from.days("tokens.refresh_idle_days", 30, 1..=365),
                refresh_absolute: from.days("tokens.refresh_absolute_days", 90, 1..=730),
            },
            signing_keys: SigningKeys {
                algorithms: from
                    .several("signing_keys.algorithms", &SigningAlgorithm::ALL, &ALGORITHMS)
                    .into_iter()
                    .collect(),
                x5c: from.several("signing_keys.x5c", &[], &ALGORITHMS).into_iter().collect(),
                rotate_every: match from.number("signing_keys.rotate_every_days", 90, 0..=3_650) {
                    0 => None,
                    days => Some(SignedDuration::from_hours(24 * i64::from(days))),
                },
                publish_ahead: SignedDuration::from_hours(
                    from.number("signing_keys.publish_ahead_hours", 24, 0..=720).into(),
                ),
            },
            outbound: Outbound {
                allow_private: from.flag("outbound.allow_private", false),
                extra_ca_file: from.path("outbound.extra_ca_file", ""),
            },
            attempts: Attempts {
                failures_before_delay: from.number("attempts.failures_before_delay", 5, 1..=10),
                delay: from.seconds("attempts.delay_seconds", 30, 30..=3_600),
                failures_before_suspension: from.number("attempts.failures_before_suspension", 50, 5..=100),
                poor_pictures_before_delay: from.number("attempts.poor_pictures_before_delay", 10, 5..=100),
                population_failures_per_hour: from.number(
                    "attempts.population_failures_per_hour",
                    2_000,
                    10..=1_000_000,
                ),
            },
            limits: Limits {
                body_bytes: from.number("limits.body_bytes", 65_536, 4_096..=1_048_576),
                capture_bytes: from.number("limits.capture_bytes", 8_388_608, 1_048_576..=33_554_432),
                header_bytes: from.number("limits.header_bytes", 16_384, 4_096..=131_072),
                request: from.seconds("limits.request_seconds", 30, 5..=300),
                workers: from.number("limits.workers", 2, 1..=64),
                queue: from.number("limits.queue", 8, 1..=1_024),
            },
            log: Log {
                format: from.choice(
                    "log.format",
                    LogFormat::Json,
                    &[("json", LogFormat::Json), ("text", LogFormat::Text)],
                ),
                level: from.choice("log.level", LogLevel::Info, &LogLevel::ALL),
            },
        }
    }
}
