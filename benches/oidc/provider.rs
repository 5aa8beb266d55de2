//! The providers that are held beside each other: Facestep on each engine, and node's oidc-provider. Each is a process of its
//! own on the server's core.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;
use url::Url;

use crate::{
    Failure, Settings,
    machine::{on_server_core, postgres_on, processor_time, processor_time_of_family, resident},
    relying_party::{CLIENT, REDIRECT_URI, REFRESHING_CLIENT, SECRET, endpoints},
};

/// How long a server may take to answer first.
const PATIENCE: Duration = Duration::from_secs(60);

/// A provider that can be started.
pub trait Provider {
    /// How the report calls it.
    fn name(&self) -> &'static str;
    /// Its issuer, which names its port.
    fn issuer(&self) -> &Url;
    /// The name that one of its people signs in with.
    fn username(&self, person: usize) -> String;
    /// Everyone's password.
    fn password(&self) -> &'static str;
    /// How it is started.
    fn command(&self) -> Command;
    /// The process of its database, where that is another.
    fn database(&self) -> Option<u32>;
}

/// A provider that runs. Dropping it stops it.
pub struct Running {
    process: Child,
    database: Option<u32>,
    /// From its start to its first answer.
    pub started_in: Duration,
}

impl Running {
    /// Starts a provider and waits for its first answer.
    pub async fn start(provider: &dyn Provider, log: &Path) -> Result<Self, Failure> {
        let log = File::options().create(true).append(true).open(log)?;
        let begun = Instant::now();
        let process = provider.command().stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut running = Self { process, database: provider.database(), started_in: Duration::ZERO };
        while endpoints(provider.issuer()).await.is_err() {
            if begun.elapsed() > PATIENCE || running.process.try_wait()?.is_some() {
                return Err(format!("{} did not start; its log says why", provider.name()).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        running.started_in = begun.elapsed();
        Ok(running)
    }

    /// Resident memory in MB.
    pub fn resident(&self) -> Result<f64, Failure> {
        resident(self.process.id())
    }

    /// Processor time that the provider has used so far.
    pub fn processor_time(&self) -> Result<Duration, Failure> {
        processor_time(self.process.id())
    }

    /// Processor time that its database has used so far.
    pub fn database_time(&self) -> Duration {
        self.database.map_or(Duration::ZERO, processor_time_of_family)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Facestep, with a folder of its own.
pub struct Facestep {
    name: &'static str,
    issuer: Url,
    folder: TempDir,
    database: Option<u32>,
    engine: bool,
}

impl Facestep {
    /// Facestep on a database in a new folder, or on a PostgreSQL server; with or without the engine.
    pub fn prepare(
        name: &'static str,
        postgres: Option<&str>,
        engine: bool,
        settings: &Settings,
    ) -> Result<Self, Failure> {
        let folder = TempDir::with_prefix("facestep-bench")?;
        let issuer = free_address()?;
        let database = postgres.map(Url::parse).transpose()?;
        let port = database.as_ref().and_then(Url::port);
        let facestep = Self { name, issuer, folder, database: port.and_then(postgres_on), engine };
        facestep.write_config(postgres)?;
        facestep.populate(settings)?;
        Ok(facestep)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_config(&self, postgres: Option<&str>) -> Result<(), Failure> {
        let (issuer, port) = (self.issuer.as_str().trim_end_matches('/'), self.issuer.port().unwrap_or(80));
        let file = format!("sqlite:{}", self.path("db/facestep.sqlite3").display());
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/built");
        fs::create_dir(self.path("keys"))?;
        let config = format!(
            "issuer = {issuer:?}\nlisten = \"127.0.0.1:{port}\"\ndatabase_url = {:?}\nkey_file = {:?}\n\
             models_dir = {models:?}\n[log]\nlevel = \"warn\"\n",
            postgres.unwrap_or(&file),
            self.path("keys/facestep.key"),
        );
        Ok(fs::write(self.path("facestep.toml"), config)?)
    }

    /// Registers clients and people by the command line, as an operator would.
    fn populate(&self, settings: &Settings) -> Result<(), Failure> {
        let client = |id: &str, grant_types: &[&str]| {
            json!({
                "client_id": id, "client_name": "Bench", "client_secret": SECRET, "redirect_uris": [REDIRECT_URI],
                "token_endpoint_auth_method": "client_secret_basic", "grant_types": grant_types,
                "id_token_signed_response_alg": settings.algorithm, "access_token_format": settings.access_tokens,
                "first_party": true,
            })
        };
        let clients = [
            client(CLIENT, &["authorization_code"]),
            client(REFRESHING_CLIENT, &["authorization_code", "refresh_token"]),
        ];
        let file = self.path("clients.json");
        fs::write(&file, json!({ "clients": clients }).to_string())?;
        self.operate(&["client", "apply", &file.to_string_lossy()], "")?;
        for person in 0..settings.people() {
            let name = self.username(person);
            let named = ["user", "add", &name, "--given-name", "Ada", "--family-name", "Hale"];
            self.operate(&[named.as_slice(), &["--birth-date", "1980-05-05"]].concat(), self.password())?;
        }
        Ok(())
    }

    fn operate(&self, arguments: &[&str], input: &str) -> Result<(), Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_facestep"));
        command.args(arguments).arg("--config").arg(self.path("facestep.toml"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        process.stdin.take().ok_or("no standard input")?.write_all(input.as_bytes())?;
        let ended = process.wait()?;
        if ended.success() { Ok(()) } else { Err(format!("facestep {} failed", arguments.join(" ")).into()) }
    }
}

impl Provider for Facestep {
    fn name(&self) -> &'static str {
        self.name
    }

    fn issuer(&self) -> &Url {
        &self.issuer
    }

    fn username(&self, person: usize) -> String {
        format!("person-{person}")
    }

    fn password(&self) -> &'static str {
        "correct-horse-battery-staple"
    }

    fn command(&self) -> Command {
        let mut command = on_server_core(Path::new(env!("CARGO_BIN_EXE_facestep")));
        command.args(["serve", "--config"]).arg(self.path("facestep.toml"));
        if !self.engine {
            command.arg("--no-face");
        }
        command
    }

    fn database(&self) -> Option<u32> {
        self.database
    }
}

/// node's oidc-provider, installed in a folder.
pub struct Peer {
    issuer: Url,
    folder: PathBuf,
    algorithm: String,
}

impl Peer {
    /// The peer that `scripts/bench-oidc.sh` has installed.
    pub fn prepare(folder: PathBuf, settings: &Settings) -> Result<Self, Failure> {
        let folder = std::path::absolute(folder)?;
        Ok(Self { issuer: free_address()?, folder, algorithm: settings.algorithm.clone() })
    }
}

impl Provider for Peer {
    fn name(&self) -> &'static str {
        "oidc-provider"
    }

    fn issuer(&self) -> &Url {
        &self.issuer
    }

    fn username(&self, _: usize) -> String {
        "ada".to_owned()
    }

    fn password(&self) -> &'static str {
        ""
    }

    fn command(&self) -> Command {
        let mut command = on_server_core(&self.folder.join("node_modules/.bin/node"));
        let port = self.issuer.port().unwrap_or(80).to_string();
        command.current_dir(&self.folder).env("NODE_ENV", "production");
        command.args(["provider.mjs", &port, SECRET, REDIRECT_URI, &self.algorithm]);
        command
    }

    fn database(&self) -> Option<u32> {
        None
    }
}

/// An issuer on a port that is free now.
fn free_address() -> Result<Url, Failure> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(Url::parse(&format!("http://{}", listener.local_addr()?))?)
}
