//! Starts the log: one event a line, as JSON for machines or as text for people, on standard error.
//!
//! What a request's line holds is decided in [`crate::web::request_log`]; nothing here or there logs a query string, a cookie, a
//! token, a frame or a score.

use crate::config::{Log, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// The log was started before, by someone else in this process.
#[derive(Debug, thiserror::Error)]
#[error("the log was started twice")]
pub struct AlreadyStarted;

/// Starts the log as configured.
///
/// Crates that we build on are heard from a warning upwards only: some of them log whole requests when asked for more.
///
/// # Errors
/// [`AlreadyStarted`] when this process has a log already.
pub fn start(log: &Log) -> Result<(), AlreadyStarted> {
    let filter = EnvFilter::new(format!("warn,facestep={level}", level = log.level.name()));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match log.format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
        LogFormat::Text => lines.with_target(false).try_init(),
    }
    .map_err(|_| AlreadyStarted)
}
