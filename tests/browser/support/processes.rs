//! The provider and the bank as real processes on loopback, with a database, keys and configuration of their own.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use super::{browser::free_port, until};

/// The account that the tests sign in with.
pub const PASSWORD: &str = "correct horse battery staple";

/// Someone with an account, a document and a face.
pub struct Person {
    /// What they sign in with.
    pub username: &'static str,
    /// The number of their document.
    pub document: &'static str,
    /// The actor who plays them.
    pub actor: &'static str,
}

/// Whose account it is.
pub const OWNER: Person = Person { username: "owner", document: "TODO", actor: "obama" };
/// Someone else, who knows the owner's password.
pub const STRANGER: Person = Person { username: "stranger", document: "TODO", actor: "collins" };

/// A provider in demo mode: `http://localhost:PORT`.
pub struct Provider {
    /// Where it answers; its issuer.
    pub origin: String,
    folder: TempDir,
    server: Option<Child>,
}

impl Provider {
    /// Prepares a fresh database with the demonstration's people and starts the server.
    pub async fn start() -> Self {
        let port = free_port();
        let folder = TempDir::new().unwrap();
        let origin = format!("http://localhost:{port}");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/built");
        let config = format!(
            "issuer = {origin:?}\nlisten = \"127.0.0.1:{port}\"\ndatabase_url = \"sqlite:{}\"\nkey_file = {:?}\n\
             models_dir = {:?}\ndemo = true\n[log]\nformat = \"text\"\n",
            path("db/facestep.sqlite3"),
            path("keys/facestep.key"),
            models.display().to_string(),
        );
        fs::write(folder.path().join("facestep.toml"), config).unwrap();
        let mut provider = Self { origin, folder, server: None };
        provider.command(&["demo", "seed"], None);
        provider.restart().await;
        provider
    }

    /// Runs a command of the program with this provider's configuration.
    pub fn command(&self, arguments: &[&str], input: Option<&str>) -> String {
        let mut child =
            self.program().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.unwrap_or_default().as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "facestep {arguments:?} failed");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Kills the server without warning, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// Starts the server, after [`Self::kill`] again over the same files, and waits until it is ready.
    pub async fn restart(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_path()).unwrap();
        self.server = Some(self.program().arg("serve").stderr(log).stdout(Stdio::null()).spawn().unwrap());
        let ready = format!("{}/readyz", self.origin);
        until("the provider is ready", || async {
            reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    /// All that the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap()
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("db/facestep.sqlite3")
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.server.as_ref().map(Child::id).unwrap()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_facestep"));
        program.env("FACESTEP_CONFIG", self.folder.path().join("facestep.toml"));
        program
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the provider's log ---\n{}", self.log());
        }
    }
}
