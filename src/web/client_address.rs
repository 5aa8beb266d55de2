//! Where a request comes from: its peer, or what proxies that are trusted say.

use std::net::IpAddr;

use actix_web::{HttpRequest, web};

use super::state::App;

/// The client's address; none where there is no peer, as in a test of one handler.
pub fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let Some(app) = request.app_data::<web::Data<App>>() else { return Some(peer) };
    let lines = request.headers().get_all(app.proxies.header());
    let told: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    Some(app.proxies.client(peer, &told.join(",")))
}
