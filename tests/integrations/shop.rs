//! A shop: the program of a page, running as a process of its own.

use std::{
    fs::{self, File},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use super::{
    page::Page,
    support::{browser::free_port, processes::Provider, until},
};

/// What a page says, written out for this run, with the client that it registers known to the provider.
pub struct Plans {
    /// The page.
    pub page: Page,
    /// Where the shop will listen.
    pub port: u16,
    /// What the registration printed as the client's secret.
    pub secret: String,
    folder: TempDir,
}

impl Plans {
    /// Reads a page, and registers its client with the page's own command.
    pub fn read(page: &str, provider: &Provider) -> Self {
        Self::read_within(&std::env::temp_dir(), page, provider)
    }

    /// The same, with its files in a folder within `place`, where the program looks for its packages.
    pub fn read_within(place: &Path, page: &str, provider: &Provider) -> Self {
        let port = free_port();
        let page = Page::read(page, provider, port);
        let secret = register(&page, provider);
        Self {
            page,
            port,
            secret,
            folder: tempfile::Builder::new().prefix("shop").tempdir_in(place).unwrap(),
        }
    }

    /// Writes the blocks of a file of the page out.
    pub fn write(&self, name: &str) -> PathBuf {
        self.write_text(name, &self.page.file(name))
    }

    /// Writes a file that is not the page's.
    pub fn write_text(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the shop will be.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Runs the page's registration, and gives the secret that it prints.
fn register(page: &Page, provider: &Provider) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_facestep")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", &page.file("register.sh")]);
    let output = shell.env("PATH", path).env("FACESTEP_CONFIG", provider.config_path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let secret = said.lines().find_map(|line| line.strip_prefix("client_secret")).unwrap();
    secret.split_whitespace().next().unwrap().to_owned()
}

/// A shop that is open.
pub struct Shop {
    /// Where it is.
    pub origin: String,
    plans: Plans,
    process: Child,
}

impl Shop {
    /// Starts the program in the folder of its files, with the secret in its environment, and waits until it listens.
    pub async fn open(plans: Plans, mut program: Command) -> Self {
        let log = File::create(plans.folder().join("log")).unwrap();
        program.current_dir(plans.folder()).env("CLIENT_SECRET", &plans.secret);
        program.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut shop = Self { origin: plans.origin(), process: program.spawn().unwrap(), plans };
        let port = shop.plans.port;
        until("the shop listens", || {
            let ended = shop.process.try_wait().unwrap();
            assert!(ended.is_none(), "the shop stopped at its start");
            async move { TcpStream::connect(("127.0.0.1", port)).is_ok() }
        })
        .await;
        shop
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            let log = fs::read_to_string(self.plans.folder().join("log")).unwrap_or_default();
            eprintln!("--- the shop's log ---\n{log}");
        }
    }
}
