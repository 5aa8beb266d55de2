//! The kit as most will want it, put together from the adapters of this crate: the kit's own composition root.

use std::sync::Arc;

use super::server::{BadResourceServer, Ports, ResourceServer};
use crate::{
    jose::client_jwts::JoseClientJwts,
    outbound::{HttpOutbound, OutboundPolicy},
    system::SystemClock,
};

impl ResourceServer {
    /// An API that takes this issuer's tokens for this audience: the absolute URI that clients name in `resource`, to the
    /// letter (RFC 8707 §2). Nothing is fetched before the first token comes.
    pub fn new(issuer: &str, audience: &str) -> Result<Self, BadResourceServer> {
        // The issuer is the operator's own choice, and often in the operator's own network.
        let policy = OutboundPolicy { allow_private: true, ..OutboundPolicy::default() };
        let http = Arc::new(HttpOutbound::new(policy).map_err(|_| BadResourceServer::Outbound)?);
        let ports = Ports {
            outbound: http.clone(),
            inquiry: http,
            jwts: Arc::new(JoseClientJwts),
            clock: Arc::new(SystemClock),
        };
        Self::over(ports, issuer, audience)
    }
}
