//! Names become addresses, of which only the public ones come through. What comes out of here is what is connected to.

use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Names;
use crate::domain::address::is_public;

/// A name has no address that may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("its name has no public address")]
pub(super) struct NotPublic;

/// The system's names.
pub(super) struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}

/// Lets public addresses through, or all where the operator allows that.
pub(super) struct PublicResolver {
    names: Arc<dyn Names>,
    allow_private: bool,
}

impl PublicResolver {
    pub(super) fn new(names: Arc<dyn Names>, allow_private: bool) -> Self {
        Self { names, allow_private }
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, allow_private) = (self.names.clone(), self.allow_private);
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || names.addresses(name.as_str())).await??;
            let let_through: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| allow_private || is_public(*address))
                // Port 0 stands for the one of the address that is asked for.
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if let_through.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(let_through.into_iter()) as Addrs)
        })
    }
}
