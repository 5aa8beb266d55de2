//! Resident memory, and what the program's own code allocates.

use stats_alloc::{INSTRUMENTED_SYSTEM, Region};

/// Resident memory in MB.
pub fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}

/// Allocations and bytes of some work, on all threads. What the runtime allocates for itself is not among them.
pub fn allocated<T>(work: impl FnOnce() -> T) -> (T, usize, usize) {
    let region = Region::new(&INSTRUMENTED_SYSTEM);
    let done = work();
    let change = region.change();
    (done, change.allocations + change.reallocations, change.bytes_allocated)
}
