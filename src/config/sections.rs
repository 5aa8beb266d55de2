//! The sections of the configuration, one type for each table of the file.

use std::path::PathBuf;

use ipnet::IpNet;
use jiff::SignedDuration;

use super::GivenKeys;
use crate::domain::{
    authn::ledger::Methods,
    face::{operating_point::TargetFmr, way::Ways},
    keys::Algorithms,
    oidc::{registration::Admission, request::response::ResponseTypes},
    proxies::ForwardedBy,
};

/// `[keys]`: where the key-encryption keys are (`docs/operations.md`, "Keys").
#[derive(Debug, Clone)]
pub struct Keys {
    /// The folder of those that wrap data keys; empty: `template-keys` beside the key file.
    pub template_dir: PathBuf,
    /// The folder of those that wrap transform keys; empty: `transform-keys` beside the key file.
    pub transform_dir: PathBuf,
    /// Those that wrap data keys and are given in place of files.
    pub template_given: GivenKeys,
    /// Those that wrap transform keys and are given in place of files.
    pub transform_given: GivenKeys,
}

/// `[server]`: where requests come from.
#[derive(Debug, Clone)]
pub struct Server {
    /// The networks of proxies whose word is taken on where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    /// In which header they tell it.
    pub forwarded_by: ForwardedBy,
}

/// `[session]`: how long a browser stays signed in.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// A session unused for this long has ended.
    pub idle: SignedDuration,
    /// A session this old has ended, however busy it was.
    pub absolute: SignedDuration,
    /// A session that nobody signed in to lasts this long.
    pub anonymous: SignedDuration,
    /// A client's request waits this long for the person to come to its end.
    pub interaction: SignedDuration,
}

/// `[step_up]`: when a face proves something, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct StepUp {
    /// How old a face entry may be and still earn the face context.
    pub freshness: SignedDuration,
    /// Whether the ceremony of an enrolment counts as the step-up that it interrupted.
    pub parent_ceremony_counts: bool,
    /// How long one capture may take, from being opened (`…/begin`) to the sealed frames arriving.
    pub ceremony: SignedDuration,
}

/// `[face]`: how faces are judged and answered.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    /// How long after its arrival a capture is answered; one that takes longer waits for the next multiple.
    pub answer_after: SignedDuration,
    /// How rarely a stranger may match; it chooses the thresholds.
    pub target_fmr: TargetFmr,
    /// The ways in which a challenge can be answered.
    pub ways: Ways,
    /// The other factors beside which a face that does not move counts.
    pub still_with: Methods,
    /// What is done about signs that a capture did not come from a camera.
    pub injection: OnInjection,
}

/// What is done about signs that a capture did not come from a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInjection {
    /// They are written to the audit log.
    Record,
    /// Where they weigh enough, the capture is refused.
    Refuse,
}

/// `[acr]`: what the contexts demand.
#[derive(Debug, Clone, Copy)]
pub struct AcrDemands {
    /// The ways that earn the face context; none named: all that there are.
    pub face_ways: Ways,
}

/// `[authorization]`: what requests are held to.
#[derive(Debug, Clone, Copy)]
pub struct Authorization {
    /// What may come back from the authorization endpoint, for clients that registered it.
    pub response_types: ResponseTypes,
    /// Whether a client without a list of resources may name any (RFC 8707).
    pub any_resource: bool,
    /// Whether every request must be pushed (RFC 9126 §5).
    pub must_be_pushed: bool,
    /// Whether people may make accounts for themselves.
    pub self_registration: bool,
    /// How long a pushed request waits for its browser.
    pub pushed_request: SignedDuration,
}

/// `[registration]`: how clients may register themselves (RFC 7591).
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// Who may.
    pub mode: Admission,
    /// How many registrations from one address at once, where everyone may.
    pub burst: u32,
    /// After how long one more may come.
    pub every: SignedDuration,
}

/// `[tokens]`: how long what the provider issues is good for.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// How long an authorization code can be redeemed (RFC 6749 §4.1.2 asks for ten minutes at most).
    pub code: SignedDuration,
    /// How long an ID token is good for: long enough for the client to read it.
    pub id_token: SignedDuration,
    /// How long an access token is good for.
    pub access_token: SignedDuration,
    /// How long a refresh token waits for its use.
    pub refresh_idle: SignedDuration,
    /// How long a grant that outlives its session can be refreshed in all.
    pub refresh_absolute: SignedDuration,
}

/// `[signing_keys]`: what tokens are signed with (`docs/operations.md`, "Signing keys").
#[derive(Debug, Clone, Copy)]
pub struct SigningKeys {
    /// The algorithms; RS256 is always one of them (OpenID Connect Discovery 1.0 §3).
    pub algorithms: Algorithms,
    /// The algorithms whose keys are published with a certificate.
    pub x5c: Algorithms,
    /// How long a key signs; for good, where nothing is said.
    pub rotate_every: Option<SignedDuration>,
    /// How long a key is published before it signs.
    pub publish_ahead: SignedDuration,
}

/// `[outbound]`: requests to addresses that clients registered (`docs/operations.md`, "Requests to clients").
#[derive(Debug, Clone)]
pub struct Outbound {
    /// Whether addresses that are not public may be connected to, and by plain http.
    pub allow_private: bool,
    /// Certificates in PEM of authorities that are trusted beside the system's; empty: none.
    pub extra_ca_file: PathBuf,
}

/// `[attempts]`: how many failures are borne (NIST SP 800-63B-4 §3.2.3).
#[derive(Debug, Clone, Copy)]
pub struct Attempts {
    /// After this many failures in a row, each next try has to wait.
    pub failures_before_delay: u32,
    /// How long it has to wait.
    pub delay: SignedDuration,
    /// After this many failures in a row, face step-up is suspended for the account.
    pub failures_before_suspension: u32,
    /// After this many captures in a row that failed on picture quality alone, each next try has to wait, too.
    pub poor_pictures_before_delay: u32,
    /// How many failures the whole population may have in an hour before every try has to wait.
    pub population_failures_per_hour: u32,
}

/// `[limits]`: how much one request, and all of them together, may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest body of an ordinary request, in bytes.
    pub body_bytes: u32,
    /// The largest sealed capture, in bytes.
    pub capture_bytes: u32,
    /// The largest request head, in bytes.
    pub header_bytes: u32,
    /// How long a request may take to arrive.
    pub request: SignedDuration,
    /// How many inference workers run; each holds its own copy of the models.
    pub workers: u32,
    /// How many analyses may wait for a worker; one more is answered 503.
    pub queue: u32,
}

/// `[log]`: what is logged, and how.
#[derive(Debug, Clone)]
pub struct Log {
    /// One JSON object or one line of text for each event.
    pub format: LogFormat,
    /// The least severe event that is logged.
    pub level: LogLevel,
}

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// One line of text, for people.
    Text,
}

/// How severe an event has to be to be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Only what failed.
    Error,
    /// And what looks wrong.
    Warn,
    /// And one line for each request.
    Info,
    /// And what the provider does inside.
    Debug,
}

impl LogLevel {
    pub(super) const ALL: [(&'static str, Self); 4] =
        [("error", Self::Error), ("warn", Self::Warn), ("info", Self::Info), ("debug", Self::Debug)];

    /// The name that the configuration and the log give it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, level)| *level == self).map_or("info", |(name, _)| name)
    }
}
