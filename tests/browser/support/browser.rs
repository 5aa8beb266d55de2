//! A headless Chromium with a fresh profile, driven over WebDriver.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use super::actor::Actor;

/// A browser and what stands in front of its camera.
pub struct Browser {
    /// The window.
    pub driver: WebDriver,
    driver_process: Child,
    profile: TempDir,
}

/// What the browser's camera sees.
pub enum Camera {
    /// An actor.
    Actor(Actor),
    /// A recording, fed by Chromium itself.
    Recording(PathBuf),
    /// The person does not allow it.
    Denied,
}

impl Browser {
    /// Starts a browser with a fresh profile.
    pub async fn start(camera: Camera) -> Self {
        let profile = TempDir::new().unwrap();
        let port = free_port();
        let driver_process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (make test installs it)");
        super::until("chromedriver answers", || async {
            reqwest::get(format!("http://127.0.0.1:{port}/status")).await.is_ok()
        })
        .await;
        let capabilities = capabilities(profile.path(), &camera);
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        driver.set_implicit_wait_timeout(Duration::ZERO).await.unwrap();
        if let Camera::Actor(actor) = camera {
            before_every_page(&driver, &actor.script(7)).await;
        }
        Self { driver, driver_process, profile }
    }

    /// Ends the browser and gives its profile's folder to look into.
    pub async fn quit(mut self) -> TempDir {
        self.driver.clone().quit().await.unwrap();
        let _ = self.driver_process.kill();
        let _ = self.driver_process.wait();
        std::mem::replace(&mut self.profile, TempDir::new().unwrap())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver_process.kill();
        let _ = self.driver_process.wait();
    }
}

/// Runs a script before any script of every page to come.
pub async fn before_every_page(driver: &WebDriver, script: &str) {
    driver.cdp().page().add_script_to_evaluate_on_new_document(script).await.unwrap();
}

fn capabilities(profile: &Path, camera: &Camera) -> thirtyfour::ChromeCapabilities {
    let mut chrome = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", profile.display());
    let mut arguments = vec![
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=800,900",
        profile.as_str(),
    ];
    let file;
    match camera {
        Camera::Actor(_) => arguments.push("--use-fake-ui-for-media-stream"),
        Camera::Recording(path) => {
            file = format!("--use-file-for-fake-video-capture={}", path.display());
            arguments.extend(["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", &file]);
        }
        Camera::Denied => {
            arguments.extend(["--deny-permission-prompts", "--use-fake-device-for-media-stream"]);
        }
    }
    for argument in arguments {
        chrome.add_arg(argument).unwrap();
    }
    chrome
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
