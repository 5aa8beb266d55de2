//! The program, run on a collection made of the fixtures: frames of two actors, one picture of a third person, and files
//! that no face can be had from.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The actors' frames that are used of each.
pub const FRAMES: [&str; 7] =
    ["front", "pitch_+05", "pitch_-05", "pitch_+10", "pitch_-10", "yaw_+10", "yaw_-10"];

/// A folder with pictures, and what measurements of them leave behind.
pub struct Bench {
    folder: TempDir,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

impl Bench {
    /// No pictures yet.
    pub fn empty() -> Self {
        let bench = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(bench.path("images")).unwrap();
        bench
    }

    /// Two actors with seven frames each, and a third person with one picture.
    pub fn with_actors() -> Self {
        let bench = Self::empty();
        for actor in ["collins", "obama"] {
            for frame in FRAMES {
                bench.add(&format!("actors/{actor}/{frame}.jpg"), &format!("{actor}/{frame}.jpg"));
            }
        }
        bench.add("faces/biden_official.jpg", "biden/1.jpg");
        bench
    }

    /// Adds a fixture to the pictures.
    pub fn add(&self, fixture: &str, picture: &str) {
        let to = self.images().join(picture);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(fixtures().join(fixture), to).unwrap();
    }

    /// Writes a file beside the pictures.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.path(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        file
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The pictures.
    pub fn images(&self) -> PathBuf {
        self.path("images")
    }

    /// The embeddings' folder.
    pub fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    /// The program with a measurement's arguments; it knows no configuration.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut program = self.program_without_cache(arguments);
        program.arg("--cache").arg(self.cache());
        program
    }

    /// The same for a measurement that keeps no embeddings.
    pub fn program_without_cache(&self, arguments: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_facestep"));
        program.arg("evaluate").args(arguments);
        program.arg("--models").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/built"));
        program
            .current_dir(self.folder.path())
            .env_remove("FACESTEP_CONFIG")
            .env_remove("FACESTEP_MODELS_DIR");
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }

    /// What it printed and told, after it succeeded.
    pub fn succeeds(&self, arguments: &[&str]) -> (String, String) {
        let output: Output = self.program(arguments).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {told}");
        (String::from_utf8(output.stdout).unwrap(), told)
    }

    /// What it told, after it failed.
    pub fn fails(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The report that a measurement prints on its last line.
    pub fn report(&self, arguments: &[&str]) -> Value {
        let (printed, _) = self.succeeds(arguments);
        serde_json::from_str(printed.lines().last().unwrap()).unwrap()
    }
}

/// A plain number of a report.
pub fn number(report: &Value, pointer: &str) -> f64 {
    report
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("no number at {pointer}: {report}"))
}

/// An interval that holds a number.
pub fn interval_around(report: &Value, pointer: &str, number: f64) {
    let ends: Vec<f64> = report
        .pointer(pointer)
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .map(|end| end.as_f64().unwrap())
        .collect();
    assert!(ends.len() == 2 && ends[0] <= number && number <= ends[1], "{pointer}: {ends:?} and {number}");
}
