//! Where `scripts/test-integrations.sh` put the clients.

use std::path::{Path, PathBuf};

/// The folder with `node_modules`.
pub fn node() -> PathBuf {
    fetched("node")
}

/// The Python environment.
pub fn python() -> PathBuf {
    fetched("python")
}

fn fetched(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/integrations").join(name);
    assert!(folder.is_dir(), "{} is not there: run make test-integrations", folder.display());
    folder
}
