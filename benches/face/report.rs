//! The table that people read, line by line as it comes, and the same figures as JSON on the last line.

use serde_json::{Map, Value, json};

use crate::{clock::Sample, memory};

/// The bar that the whole analysis is held to, over the model runs that the verdict needs.
const WHOLE: f64 = 1.10;
/// Processor time of a ceremony that is aimed for, in milliseconds.
const AIM: f64 = 350.0;
/// How much longer people may wait under junk.
const JUNK: f64 = 1.5;

/// Figures as they come.
pub struct Report {
    figures: Map<String, Value>,
}

impl Report {
    /// Says on which machine, and how busy it is.
    pub fn begin() -> Self {
        let mut figures = Map::new();
        figures.insert("machine".into(), json!(processor()));
        figures.insert("load_before".into(), json!(load()));
        println!("{}; load {:.1} before", processor(), load());
        println!("\nprocessor time in ms      median     p95     n   beside                 bare   ratio");
        let mut report = Self { figures };
        report.memory("start", memory::resident());
        report
    }

    /// One stage beside the bare runs of its model.
    pub fn stage(&mut self, name: &str, taken: &Sample, bare: Option<(&str, f64)>) {
        let (median, p95) = (taken.median(), taken.quantile(0.95));
        print!("  {name:<22} {median:>8.2} {p95:>7.2} {:>5}", taken.count());
        match bare {
            Some((what, bare)) => println!("   {what:<20} {bare:>6.2}  {:>6.2}", median / bare),
            None => println!(),
        }
        let bare = bare.map(|(_, bare)| bare);
        self.put("stages", name, json!({
            "median_ms": round(median), "p95_ms": round(p95), "least_ms": round(taken.least()), "n": taken.count(),
            "bare_ms": bare.map(round), "ratio": bare.map(|bare| round(median / bare)),
        }));
    }

    /// What a frame allocates.
    pub fn allocated(&mut self, what: &str, count: usize, bytes: usize) {
        println!("  {what}: {count} allocations, {bytes} bytes a frame");
        self.put("allocations", what, json!({ "count": count, "bytes": bytes }));
    }

    /// Whole ceremonies with so many workers.
    pub fn whole(
        &mut self,
        workers: usize,
        cost: &Sample,
        needed: &[(&'static str, usize, f64)],
        a_second: f64,
        waited: &Sample,
    ) {
        let bare: f64 = needed.iter().map(|(_, _, ms)| ms).sum();
        let (median, ratio) = (cost.median(), cost.median() / bare);
        println!("\n{workers} workers, {} ceremonies", cost.count());
        for (stage, count, ms) in needed {
            println!("  {stage:<14} {count:>4} bare runs {ms:>8.1} ms");
        }
        println!("  all model runs      {bare:>8.1} ms");
        println!(
            "  processor time      {median:>8.1} ms a ceremony (aim {AIM:.0}), least {:.1}",
            cost.least()
        );
        println!("  over the model runs {ratio:>8.2} (bar {WHOLE:.2}: {})", met(ratio <= WHOLE));
        println!(
            "  {a_second:.2} ceremonies a second, two at a time; by processor time {:.2} a core",
            1e3 / median
        );
        let (p50, p99) = (waited.median(), waited.quantile(0.99));
        println!("  frames to verdict   {p50:>8.1} ms p50, {p99:.1} p99 (n {})", waited.count());
        let runs: Map<String, Value> = needed
            .iter()
            .map(|(stage, count, ms)| ((*stage).to_owned(), json!({ "runs": count, "bare_ms": round(*ms) })))
            .collect();
        self.put("ceremony", &format!("workers_{workers}"), json!({
            "cpu_ms": round(median), "cpu_ms_least": round(cost.least()), "n": cost.count(), "model_runs": runs,
            "model_runs_ms": round(bare), "ratio": round(ratio), "per_second": round(a_second),
            "p50_ms": round(p50), "p99_ms": round(p99),
        }));
    }

    /// What a refusal, or an opening, costs, and the bar that it is held to.
    pub fn refusal(&mut self, what: &str, taken: &Sample, bar: Option<f64>) {
        let median = taken.median();
        let held = bar.map(|bar| format!(" (bar {bar}: {})", met(median <= bar))).unwrap_or_default();
        println!("  {what}: {median:.2} ms median, {:.2} p95{held}", taken.quantile(0.95));
        self.put("refusals", what, json!({
            "median_ms": round(median), "p95_ms": round(taken.quantile(0.95)), "n": taken.count(), "bar_ms": bar,
        }));
    }

    /// What people wait without and with junk.
    pub fn junk(&mut self, each: f64, quiet: &Sample, disturbed: &Sample) {
        println!(
            "\nupload to verdict, two workers; junk: uploads without a face, {each:.0} ms each, half a core"
        );
        for (what, waited) in [("without junk", quiet), ("with junk", disturbed)] {
            let (p50, p99) = (waited.median(), waited.quantile(0.99));
            println!("  {what:<14} {p50:>8.1} ms p50 {p99:>8.1} p99 (n {})", waited.count());
            let name = what.replace(' ', "_");
            self.put(
                "junk",
                &name,
                json!({ "p50_ms": round(p50), "p99_ms": round(p99), "n": waited.count() }),
            );
        }
        let ratio = disturbed.quantile(0.99) / quiet.quantile(0.99);
        println!("  p99 grows {ratio:.2} times (bar {JUNK}: {})", met(ratio <= JUNK));
        self.put("junk", "p99_ratio", json!(round(ratio)));
    }

    /// Resident memory at some point.
    pub fn memory(&mut self, when: &str, megabytes: f64) {
        println!("  resident: {megabytes:.0} MB ({when})");
        self.put("resident_mb", when, json!(megabytes.round()));
    }

    /// The last line.
    pub fn end(mut self) {
        self.figures.insert("load_after".into(), json!(load()));
        println!(
            "\nload {:.1} after; 2 or more on two cores means that times on the clock say little",
            load()
        );
        println!("{}", Value::Object(self.figures));
    }

    fn put(&mut self, group: &str, name: &str, figure: Value) {
        let group = self.figures.entry(group).or_insert_with(|| json!({}));
        if let Value::Object(group) = group {
            group.insert(name.to_owned(), figure);
        }
    }
}

fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "not met" }
}

fn round(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// How many processes want a processor, over the last minute.
fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

/// The processor's name and how many there are.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = text.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores", named.unwrap_or("unknown processor"))
}
