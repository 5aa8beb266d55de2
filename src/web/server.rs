//! The HTTP server: middleware outside, routes inside.

use std::{io, net::TcpListener};

use actix_web::{App as ActixApp, HttpServer, dev::Server, middleware::from_fn, web};

use super::{
    error::explain, headers::secure, limits::bound_head, request_log::request_log, routes::routes, state::App,
};

/// Seconds that requests in progress are given when the server is told to stop.
const SHUTDOWN_SECONDS: u64 = 30;

/// Serves on a listener until the returned server is stopped; signals are the caller's to hear.
pub fn serve(app: App, listener: TcpListener, workers: usize) -> io::Result<Server> {
    let limits = app.limits;
    let app = web::Data::new(app);
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .configure(routes)
            .wrap(from_fn(bound_head))
            .wrap(from_fn(explain))
            .wrap(from_fn(secure))
            .wrap(request_log())
    })
    .workers(workers)
    .client_request_timeout(limits.within)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
