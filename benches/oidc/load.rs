//! One piece of work, asked for over so many connections at once for a while.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Barrier, task::JoinSet};

use crate::{Failure, provider::Running, relying_party::RelyingParty};

/// How many access tokens each connection presents in turn.
const TOKENS: usize = 8;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The metadata document.
    Discovery,
    /// The key set.
    Keys,
    /// Authorize in a live session, code, tokens.
    CodeFlow,
    /// A refresh token for new tokens.
    Refresh,
    /// What a token is worth.
    Introspection,
    /// Whose token it is.
    UserInfo,
}

impl Work {
    /// Everything that is measured.
    pub const ALL: [Self; 6] =
        [Self::Discovery, Self::Keys, Self::CodeFlow, Self::Refresh, Self::Introspection, Self::UserInfo];

    /// How the report calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "jwks",
            Self::CodeFlow => "code flow",
            Self::Refresh => "refresh",
            Self::Introspection => "introspection",
            Self::UserInfo => "userinfo",
        }
    }

    async fn prepare(self, party: &mut RelyingParty) -> Result<(), Failure> {
        party.rest();
        match self {
            Self::Discovery | Self::Keys => Ok(()),
            Self::CodeFlow => party.sign_in().await,
            Self::Refresh => party.begin_refreshing().await,
            Self::Introspection | Self::UserInfo => party.gather(TOKENS).await,
        }
    }

    async fn ask(self, party: &mut RelyingParty) -> Result<(), Failure> {
        match self {
            Self::Discovery => party.discover().await,
            Self::Keys => party.read_keys().await,
            Self::CodeFlow => party.code_flow().await,
            Self::Refresh => party.refresh().await,
            Self::Introspection => party.introspect().await,
            Self::UserInfo => party.read_user_info().await,
        }
    }
}

/// What came of it.
pub struct Measured {
    /// Requests (or flows) a second.
    pub per_second: f64,
    /// The same for each second of processor time that the server used.
    pub per_processor_second: f64,
    /// Processor time of its database for each second that passed.
    pub database_share: f64,
    /// Half were answered within so many milliseconds.
    pub p50: f64,
    /// 99 in 100 were.
    pub p99: f64,
}

/// Has every party ask again and again until the time is over.
pub async fn measure(
    work: Work,
    running: &Running,
    parties: &mut Vec<RelyingParty>,
    connections: usize,
    time: Duration,
) -> Result<Measured, Failure> {
    let start = Arc::new(Barrier::new(connections + 1));
    let mut tasks = JoinSet::new();
    for mut party in parties.drain(..connections.min(parties.len())) {
        let start = start.clone();
        tasks.spawn(async move {
            let prepared = work.prepare(&mut party).await;
            start.wait().await;
            prepared?;
            let until = Instant::now() + time;
            let mut latencies = Vec::new();
            while Instant::now() < until {
                let asked = Instant::now();
                work.ask(&mut party).await?;
                latencies.push(asked.elapsed());
            }
            Ok::<_, Failure>((party, latencies))
        });
    }
    start.wait().await;
    let (begun, used, used_by_database) =
        (Instant::now(), running.processor_time()?, running.database_time());
    let mut latencies = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        let (party, taken) = ended??;
        parties.push(party);
        latencies.extend(taken);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let used = (running.processor_time()? - used).as_secs_f64();
    let database = running.database_time().saturating_sub(used_by_database).as_secs_f64();
    latencies.sort();
    let quantile = |share: f64| {
        let place = (share * latencies.len() as f64) as usize;
        latencies.get(place).map_or(f64::NAN, |taken| taken.as_secs_f64() * 1e3)
    };
    let count = latencies.len() as f64;
    Ok(Measured {
        per_second: count / seconds,
        per_processor_second: count / used,
        database_share: database / seconds,
        p50: quantile(0.5),
        p99: quantile(0.99),
    })
}
