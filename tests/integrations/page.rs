//! A page of `docs/integrations`, read as the programs that stand on it.

use std::{fs, path::Path};

use super::support::processes::Provider;

/// Where the pages say that the provider is.
const PROVIDER: &str = "http://localhost:8080";
/// Where the pages say that the shop is.
const SHOP: &str = "http://127.0.0.1:3000";
/// The same, as a server is told where to listen.
const SHOP_SOCKET: &str = "127.0.0.1:3000";

/// A page whose addresses are those of this run; nothing else of it is changed.
pub struct Page {
    text: String,
}

impl Page {
    /// Reads a page for a provider and a shop on these addresses.
    pub fn read(name: &str, provider: &Provider, shop_port: u16) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/integrations").join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(PROVIDER) && text.contains(SHOP), "{name} speaks of the usual addresses");
        let text = text.replace(PROVIDER, &provider.origin);
        Self { text: text.replace(SHOP_SOCKET, &format!("127.0.0.1:{shop_port}")) }
    }

    /// The blocks marked `file=NAME`, one after the other.
    pub fn file(&self, name: &str) -> String {
        let mark = format!("file={name}");
        let mut inside = None;
        let mut found = String::new();
        for line in self.text.lines() {
            match (line.strip_prefix("```"), inside) {
                (Some(info), None) => inside = Some(info.split(' ').any(|word| word == mark)),
                (Some(_), Some(_)) => inside = None,
                (None, Some(true)) => found.extend([line, "\n"]),
                (None, _) => {}
            }
        }
        assert!(!found.is_empty(), "the page has no block of {name}");
        found
    }
}
