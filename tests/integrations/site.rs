//! A shop that is pages alone: files, served as any web server would.

use std::{fs, net::TcpListener, path::PathBuf};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};

use super::{packages, shop::Plans};

/// A site that is up.
pub struct Site {
    /// Where it is.
    pub origin: String,
    _files: Plans,
    server: ServerHandle,
}

/// Where a path's file is: packages beside the page's own files, and `index.html` for whatever else a page's script does.
struct Files {
    own: PathBuf,
    packages: PathBuf,
}

impl Site {
    /// Serves the files of a page.
    pub fn open(plans: Plans) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", plans.port)).unwrap();
        let files = web::Data::new(Files { own: plans.folder().to_owned(), packages: packages::node() });
        let app = move || App::new().app_data(files.clone()).default_service(web::get().to(file));
        let server = HttpServer::new(app).workers(1).listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { origin: plans.origin(), _files: plans, server: handle }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let stopped = self.server.stop(false);
        drop(stopped);
    }
}

async fn file(request: HttpRequest, files: web::Data<Files>) -> HttpResponse {
    let path = request.path();
    let folder = if path.starts_with("/node_modules/") { &files.packages } else { &files.own };
    if !path.ends_with(".js") {
        let page = fs::read_to_string(files.own.join("index.html")).unwrap();
        return HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page);
    }
    match fs::read_to_string(folder.join(path.trim_start_matches('/'))) {
        Ok(script) => HttpResponse::Ok().content_type("text/javascript").body(script),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}
