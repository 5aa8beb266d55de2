//! The example bank in this process, on another site than the provider.

#[allow(dead_code, reason = "the example's own items, some of which only its program uses")]
#[path = "../../../examples/bank/mod.rs"]
mod example;

use std::net::TcpListener;

pub use example::Ask;

use super::processes::Provider;

/// A running bank that the provider knows as a client.
pub struct Bank {
    /// Its address.
    pub origin: String,
    handle: actix_web::dev::ServerHandle,
}

impl Bank {
    /// Registers a bank with the provider and starts it.
    pub async fn start(provider: &Provider, ask: Ask, registration: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (redirect, api) = (format!("{origin}/callback"), format!("{origin}/api"));
        let id = format!("bank-{}", listener.local_addr().unwrap().port());
        let add = ["client", "add", "--id", &id, "--name", "Harbour Bank", "--redirect-uri", &redirect];
        let arguments: Vec<&str> = add
            .into_iter()
            .chain(["--secret-stdin", "--first-party", "--resource", &api])
            .chain(registration.iter().copied())
            .collect();
        provider.command(&arguments, Some("a secret that only the bank knows"));
        let settings = example::Settings {
            issuer: provider.origin.clone(),
            own_url: origin.clone(),
            client_id: id,
            client_secret: "a secret that only the bank knows".into(),
            ask,
        };
        let server = example::serve(listener, settings).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self { origin, handle }
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        let stopped = self.handle.stop(false);
        drop(stopped);
    }
}
