//! `make bench-oidc`: what the provider answers in a second, how soon, and in how much memory, beside node's oidc-provider on
//! the same work. A table for people, and JSON on the last line.
//!
//! Every server is a process of its own on one core, which no other part of this uses; the load, and PostgreSQL, are on the
//! other. The same piece of work is asked of each server in turn, round by round, so that whatever else the machine does
//! meets all of them alike, and the ratio is that of one round. Facestep logs warnings alone, as its peer does.

mod browser;
mod connection;
mod load;
mod machine;
mod provider;
mod relying_party;
mod report;

use std::{path::PathBuf, time::Duration};

use clap::Parser;

use load::{Work, measure};
use provider::{Facestep, Peer, Provider, Running};
use relying_party::{Endpoints, RelyingParty, endpoints};
use report::{Report, Standing};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How often a server is started for its start time.
const STARTS: usize = 5;

/// How long a server that has just started is left alone before its memory is read.
const REST: Duration = Duration::from_secs(2);

/// How much is measured.
#[derive(Parser)]
pub struct Settings {
    /// How often each piece of work is asked of each server.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// For how many seconds each time.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Over how many connections at once.
    #[arg(long, value_delimiter = ',', default_value = "8,32")]
    connections: Vec<usize>,
    /// What ID tokens are signed with, everywhere.
    #[arg(long, default_value = "ES256")]
    algorithm: String,
    /// What Facestep's access tokens are, `opaque` as the peer's or `jwt`.
    #[arg(long, default_value = "opaque")]
    access_tokens: String,
    /// A part of a server's name, to measure that one beside the peer alone.
    #[arg(long, default_value = "")]
    only: String,
    /// A part of the name of the work to measure.
    #[arg(long, default_value = "")]
    work: String,
    /// A database for the measurement on PostgreSQL, which is left out where there is none.
    #[arg(long, env = "FACESTEP_TEST_POSTGRES_URL", hide_env_values = true)]
    postgres: Option<String>,
    /// Where the peer is installed.
    #[arg(long, default_value = "target/oidc-peer")]
    peer: PathBuf,
    /// What `cargo bench` says of itself.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Settings {
    /// How many people sign in: one for each connection.
    pub fn people(&self) -> usize {
        self.connections.iter().copied().max().unwrap_or(1)
    }

    fn works(&self) -> impl Iterator<Item = Work> {
        Work::ALL.into_iter().filter(|work| work.name().contains(&self.work))
    }
}

fn main() -> Result<(), Failure> {
    let settings = Settings::parse();
    let pinned = machine::pin_this_process();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(settings, pinned))
}

/// A provider that is measured, with everyone who speaks to it.
struct Candidate {
    provider: Box<dyn Provider>,
    running: Running,
    parties: Vec<RelyingParty>,
    standing: Standing,
}

async fn run(settings: Settings, pinned: bool) -> Result<(), Failure> {
    let mut report = Report::begin(pinned);
    let mut candidates = Vec::new();
    for provider in providers(&settings)? {
        candidates.push(Candidate::start(provider, &settings).await?);
    }
    for round in 0..settings.rounds {
        for work in settings.works() {
            for connections in &settings.connections {
                for candidate in &mut candidates {
                    candidate.measure(work, *connections, &settings, &mut report).await?;
                }
            }
        }
        report.round(round + 1, settings.rounds);
    }
    for candidate in &mut candidates {
        candidate.standing.after_load = candidate.running.resident()?;
        report.standing(candidate.provider.name(), &candidate.standing);
    }
    drop(candidates);
    if settings.only.is_empty() {
        let settings = Settings { connections: vec![1], ..settings };
        let whole = Facestep::prepare("sqlite, with the engine", None, true, &settings)?;
        report.standing(whole.name(), &Candidate::start(Box::new(whole), &settings).await?.standing);
    }
    report.end();
    Ok(())
}

/// The peer first: the others are held against it.
fn providers(settings: &Settings) -> Result<Vec<Box<dyn Provider>>, Failure> {
    let mut all: Vec<Box<dyn Provider>> = vec![Box::new(Peer::prepare(settings.peer.clone(), settings)?)];
    if "sqlite".contains(&settings.only) {
        all.push(Box::new(Facestep::prepare("sqlite", None, false, settings)?));
    }
    if let Some(url) = settings.postgres.as_deref().filter(|_| "postgresql".contains(&settings.only)) {
        all.push(Box::new(Facestep::prepare("postgresql", Some(url), false, settings)?));
    }
    Ok(all)
}

impl Candidate {
    async fn start(provider: Box<dyn Provider>, settings: &Settings) -> Result<Self, Failure> {
        let log = std::env::temp_dir().join("facestep-bench-oidc.log");
        let mut started_in = Vec::new();
        for _ in 1..STARTS {
            started_in.push(Running::start(provider.as_ref(), &log).await?.started_in);
        }
        let running = Running::start(provider.as_ref(), &log).await?;
        started_in.push(running.started_in);
        started_in.sort();
        tokio::time::sleep(REST).await;
        let started_in = started_in.get(STARTS / 2).copied().unwrap_or_default();
        let standing = Standing { started_in, idle: running.resident()?, after_load: f64::NAN };
        let endpoints = endpoints(provider.issuer()).await?;
        let parties = parties(provider.as_ref(), &endpoints, settings.people()).await?;
        Ok(Self { provider, running, parties, standing })
    }

    async fn measure(
        &mut self,
        work: Work,
        connections: usize,
        settings: &Settings,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let name = self.provider.name();
        if work == Work::Introspection && !self.parties.iter().all(RelyingParty::can_introspect) {
            return Ok(());
        }
        let time = Duration::from_secs_f64(settings.seconds);
        let measured = measure(work, &self.running, &mut self.parties, connections, time).await;
        let measured = measured.map_err(|failure| format!("{name}, {}: {failure}", work.name()))?;
        report.take(name, work, connections, measured);
        Ok(())
    }
}

/// Everyone who speaks to a provider, signed in.
async fn parties(
    provider: &dyn Provider,
    endpoints: &Endpoints,
    people: usize,
) -> Result<Vec<RelyingParty>, Failure> {
    let mut parties = Vec::with_capacity(people);
    for person in 0..people {
        let mut party = RelyingParty::at(provider, person, endpoints);
        party.sign_in().await?;
        parties.push(party);
    }
    Ok(parties)
}
