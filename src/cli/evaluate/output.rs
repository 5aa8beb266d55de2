//! Prints a report and writes it into its folder.

use std::{fs, path::Path};

use serde::Serialize;

use super::super::Failure;

/// What can be printed, and drawn.
pub(super) trait Printed: Serialize {
    /// The report in words: Markdown.
    fn words(&self) -> String;

    /// Other files of the report, by name.
    fn files(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// Prints a report in words, and writes it into a folder or else prints it as JSON on the last line.
pub(super) fn write(report: &impl Printed, out: Option<&Path>) -> Result<(), Failure> {
    let words = report.words();
    print!("{words}");
    let Some(folder) = out else {
        println!("\n{}", serde_json::to_string(report)?);
        return Ok(());
    };
    let in_folder = |error: std::io::Error| Failure::of(format!("{}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(in_folder)?;
    let json = serde_json::to_string_pretty(report)? + "\n";
    let mut files = vec![("report.json", json), ("report.md", words)];
    files.extend(report.files());
    for (name, text) in &files {
        fs::write(folder.join(name), text).map_err(in_folder)?;
    }
    let names: Vec<_> = files.iter().map(|(name, _)| *name).collect();
    println!("\n{}: {}", folder.display(), names.join(", "));
    Ok(())
}
