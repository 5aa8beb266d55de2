//! The provider and the bank as real processes on loopback, with a database, keys and configuration of their own.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{
    actor::Actor,
    bank::{Ask, Bank},
    browser::{Browser, Camera, free_port},
    visit::Visit,
};

/// The account that the tests sign in with.
pub const PASSWORD: &str = "demo-password";

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
pub const OWNER: Person = Person { username: "adam", document: "FS-100001", actor: "obama" };
/// Someone else, who knows the owner's password.
pub const STRANGER: Person = Person { username: "clara", document: "FS-100002", actor: "collins" };

/// A provider in demo mode: `http://localhost:PORT`.
pub struct Provider {
    /// Where it answers; its issuer.
    pub origin: String,
    folder: TempDir,
    server: Option<Child>,
}

/// Files in which the owner is enrolled already: made once, by the owner, and copied for each provider that needs them.
static ENROLLED: OnceCell<PathBuf> = OnceCell::const_new();

impl Provider {
    /// Prepares a fresh database with the demonstration's people and starts the server.
    pub async fn start() -> Self {
        let mut provider = Self::over(TempDir::new().unwrap());
        provider.command(&["demo", "seed"], None);
        provider.restart().await;
        provider
    }

    /// Starts a server over files in which the owner is enrolled.
    pub async fn start_enrolled() -> Self {
        let files = ENROLLED.get_or_init(enrol_the_owner).await;
        let folder = TempDir::new().unwrap();
        copy(files, folder.path());
        let mut provider = Self::over(folder);
        provider.restart().await;
        provider
    }

    /// Configures a provider over a folder's files.
    fn over(folder: TempDir) -> Self {
        let port = free_port();
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
        Self { origin, folder, server: None }
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

    /// Every audit event so far, as JSON lines.
    pub fn audit(&self) -> String {
        self.command(&["audit", "export"], None)
    }

    /// How many codes were issued for the face context.
    pub fn face_grants(&self) -> usize {
        let events = self.audit();
        let events = events.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let for_a_face = |event: &serde_json::Value| {
            event["event"]["kind"] == "grant_issued"
                && event["event"]["details"]["acr"] == "urn:facestep:acr:face"
        };
        events.filter(for_a_face).count()
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
        while !reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success()) {
            let ended = self.server.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "the provider stopped at its start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// All that the server logged.
    fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_facestep"));
        program.env("FACESTEP_CONFIG", self.config_path());
        program
    }

    /// The configuration file.
    pub fn config_path(&self) -> PathBuf {
        self.folder.path().join("facestep.toml")
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

/// Lets the owner go through the parent workflow and a step-up, and keeps the files that this leaves.
async fn enrol_the_owner() -> PathBuf {
    let mut provider = Provider::start().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.enrols_with(OWNER.document).await;
    person.sees("#enrolled").await;
    browser.quit().await;
    provider.kill();
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("enrolled");
    let _ = fs::remove_dir_all(&kept);
    copy(provider.folder.path(), &kept);
    kept
}

/// Copies a folder's database and keys.
fn copy(from: &Path, to: &Path) {
    ["db", "keys"].into_iter().for_each(|folder| copy_all(&from.join(folder), &to.join(folder)));
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}
