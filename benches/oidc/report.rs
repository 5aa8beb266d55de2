//! The table that people read, and the same figures as JSON on the last line.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{
    load::{Measured, Work},
    machine,
};

/// How many times the peer's figure ours must be.
const BAR: f64 = 3.0;
/// The most memory in MB that an idle server without the engine may have.
const IDLE: f64 = 30.0;

/// What was measured, round by round.
pub struct Report {
    taken: Vec<Taken>,
    peer: Option<&'static str>,
    standings: Map<String, Value>,
    head: Map<String, Value>,
}

struct Taken {
    server: &'static str,
    work: Work,
    connections: usize,
    measured: Measured,
}

/// How a server stands by itself.
pub struct Standing {
    /// From its start to its first answer.
    pub started_in: Duration,
    /// Resident memory in MB before it was asked anything.
    pub idle: f64,
    /// The same after all of it.
    pub after_load: f64,
}

/// The middle of several rounds for one server and piece of work.
struct Line {
    per_second: f64,
    per_processor_second: f64,
    database_share: f64,
    p50: f64,
    p99: f64,
    /// Held against the peer's in the same round.
    ratio: f64,
    processor_ratio: f64,
}

impl Report {
    /// Says on which machine, and how busy it is.
    pub fn begin(pinned: bool) -> Self {
        let mut head = Map::new();
        head.insert("machine".into(), json!(machine::processor()));
        head.insert("pinned".into(), json!(pinned));
        head.insert("load_before".into(), json!(machine::load()));
        println!("{}; load {:.1} before", machine::processor(), machine::load());
        if !pinned {
            println!("taskset does not work here: servers and load share the cores");
        }
        Self { taken: Vec::new(), peer: None, standings: Map::new(), head }
    }

    /// Takes a measurement; the first server is the peer.
    pub fn take(&mut self, server: &'static str, work: Work, connections: usize, measured: Measured) {
        self.peer.get_or_insert(server);
        self.taken.push(Taken { server, work, connections, measured });
    }

    /// Says how far it is.
    pub fn round(&self, done: usize, of: usize) {
        eprintln!("round {done} of {of} done; load {:.1}", machine::load());
    }

    /// Memory and start of a server.
    pub fn standing(&mut self, server: &str, standing: &Standing) {
        let Standing { idle, after_load, started_in } = standing;
        let started_in = started_in.as_secs_f64() * 1e3;
        let after = if after_load.is_nan() { String::new() } else { format!(", {after_load:.1} after load") };
        println!("{server:<24} first answer after {started_in:.0} ms; resident {idle:.1} MB idle{after}");
        self.standings.insert(
            server.into(),
            json!({ "start_ms": round(started_in), "idle_mb": round(*idle), "after_load_mb": round(*after_load) }),
        );
    }

    /// The table, and the last line.
    pub fn end(mut self) {
        println!(
            "\n{:<14} {:<14} {:>4}  {:>8} {:>8}  {:>7} {:>7}  {:>6} {:>6}  {:>4}",
            "", "", "", "", "a second", "p50", "p99", "", "by", ""
        );
        println!(
            "{:<14} {:<14} {:>4}  {:>8} {:>8}  {:>7} {:>7}  {:>6} {:>6}  {:>4}",
            "work", "server", "conn", "a second", "of core", "ms", "ms", "ratio", "core", "db"
        );
        let mut lines = Vec::new();
        let mut order: Vec<(Work, usize, &'static str)> = Vec::new();
        for taken in &self.taken {
            let key = (taken.work, taken.connections, taken.server);
            if !order.contains(&key) {
                order.push(key);
            }
        }
        for (work, connections, server) in order {
            let line = self.line(work, connections, server);
            let is_peer = Some(server) == self.peer;
            print!(
                "{:<14} {server:<14} {connections:>4}  {:>8.0} {:>8.0}  {:>7.2} {:>7.2}",
                work.name(),
                line.per_second,
                line.per_processor_second,
                line.p50,
                line.p99
            );
            if is_peer {
                println!();
            } else {
                let met = if line.ratio >= BAR && line.processor_ratio >= BAR { "met" } else { "not met" };
                println!(
                    "  {:>6.2} {:>6.2}  {:>4.2}  {met}",
                    line.ratio, line.processor_ratio, line.database_share
                );
            }
            lines.push(json!({
                "work": work.name(), "server": server, "connections": connections,
                "per_second": line.per_second.round(), "per_core_second": line.per_processor_second.round(),
                "p50_ms": round(line.p50), "p99_ms": round(line.p99),
                "ratio": (!is_peer).then(|| round(line.ratio)),
                "core_ratio": (!is_peer).then(|| round(line.processor_ratio)),
                "database_cores": round(line.database_share),
            }));
        }
        println!("\nload {:.1} after; bars: ratio {BAR}, idle memory {IDLE} MB", machine::load());
        self.head.insert("load_after".into(), json!(machine::load()));
        self.head.insert("bars".into(), json!({ "ratio": BAR, "idle_mb": IDLE }));
        self.head.insert("servers".into(), Value::Object(self.standings));
        self.head.insert("works".into(), Value::Array(lines));
        println!("{}", Value::Object(self.head));
    }

    fn line(&self, work: Work, connections: usize, server: &str) -> Line {
        let rounds = |server: &str| -> Vec<&Measured> {
            let own =
                |taken: &&Taken| (taken.work, taken.connections, taken.server) == (work, connections, server);
            self.taken.iter().filter(own).map(|taken| &taken.measured).collect()
        };
        let (ours, peers) = (rounds(server), rounds(self.peer.unwrap_or_default()));
        let middle = |of: fn(&Measured) -> f64| median(ours.iter().map(|measured| of(measured)));
        let ratio = |of: fn(&Measured) -> f64| {
            median(ours.iter().zip(&peers).map(|(ours, peer)| of(ours) / of(peer)))
        };
        Line {
            per_second: middle(|measured| measured.per_second),
            per_processor_second: middle(|measured| measured.per_processor_second),
            database_share: middle(|measured| measured.database_share),
            p50: middle(|measured| measured.p50),
            p99: middle(|measured| measured.p99),
            ratio: ratio(|measured| measured.per_second),
            processor_ratio: ratio(|measured| measured.per_processor_second),
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn round(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
