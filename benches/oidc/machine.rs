//! What the operating system knows: processor time and memory of other processes, and which core a process may use.

use std::{
    fs,
    process::{Command, Stdio},
    time::Duration,
};

use crate::Failure;

/// The core that servers run on.
pub const SERVER_CORE: &str = "0";
/// The core that everything else runs on: the load, and PostgreSQL.
pub const OTHER_CORE: &str = "1";

/// How many parts of a second the kernel counts processor time in (`getconf CLK_TCK`; 100 on every Linux there is).
const TICKS: f64 = 100.0;

/// Binds this process to the other core; says whether that could be done.
pub fn pin_this_process() -> bool {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let pid = std::process::id().to_string();
    let pinned =
        Command::new("taskset").args(["-a", "-c", "-p", OTHER_CORE, &pid]).stdout(Stdio::null()).status();
    cores > 1 && pinned.is_ok_and(|status| status.success())
}

/// A command that runs a program on the server's core alone.
pub fn on_server_core(program: &std::path::Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(program);
    command
}

/// Resident memory of a process in MB.
pub fn resident(pid: u32) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

/// Processor time that a process has used so far.
pub fn processor_time(pid: u32) -> Result<Duration, Failure> {
    Stat::of(pid)
        .map(|stat| Duration::from_secs_f64(stat.ticks / TICKS))
        .ok_or_else(|| "no such process".into())
}

/// Processor time that a process and those it started have used so far, as a database server's.
pub fn processor_time_of_family(pid: u32) -> Duration {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let family = pids.filter_map(Stat::of).filter(|stat| stat.pid == pid || stat.parent == pid);
    let ticks = family.map(|stat| stat.ticks + if stat.pid == pid { stat.ticks_of_ended } else { 0.0 });
    Duration::from_secs_f64(ticks.sum::<f64>() / TICKS)
}

/// The process of a PostgreSQL server that listens on a port of this machine.
pub fn postgres_on(port: u16) -> Option<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.find(|pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        let is_postgres = words.first().is_some_and(|program| program.ends_with(b"/postgres"));
        is_postgres && words.contains(&b"-p".as_slice()) && words.contains(&port.to_string().as_bytes())
    })
}

/// A line of `/proc/PID/stat` (proc_pid_stat(5)).
struct Stat {
    pid: u32,
    parent: u32,
    ticks: f64,
    ticks_of_ended: f64,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // Behind the name, which may hold anything: field 3 is the first.
        let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
        let number = |field: usize| fields.get(field - 3).and_then(|text| text.parse::<f64>().ok());
        let parent = fields.get(1)?.parse().ok()?;
        Some(Self {
            pid,
            parent,
            ticks: number(14)? + number(15)?,
            ticks_of_ended: number(16)? + number(17)?,
        })
    }
}

/// How many processes want a processor, over the last minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

/// The processor's name and how many there are.
pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = text.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = text.lines().filter(|line| line.starts_with("processor")).count();
    format!("{}, {cores} cores", named.unwrap_or("unknown processor"))
}
