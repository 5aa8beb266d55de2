//! The few files a page loads: style, scripts, icon. They are built into the program.
//!
//! One hash over all of them stands in each address, so a browser may keep them for ever, and a script finds its
//! neighbour by a relative import.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $content_type:literal) => {
        Asset {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../templates/assets/", $name)),
        }
    };
}

static ASSETS: [Asset; 11] = [
    asset!("style.css", "text/css; charset=utf-8"),
    asset!("console.css", "text/css; charset=utf-8"),
    asset!("capture.js", "text/javascript; charset=utf-8"),
    asset!("camera.js", "text/javascript; charset=utf-8"),
    asset!("device.js", "text/javascript; charset=utf-8"),
    asset!("pace.js", "text/javascript; charset=utf-8"),
    asset!("seal.js", "text/javascript; charset=utf-8"),
    asset!("view.js", "text/javascript; charset=utf-8"),
    asset!("portrait.js", "text/javascript; charset=utf-8"),
    asset!("form_post.js", "text/javascript; charset=utf-8"),
    asset!("mark.svg", "image/svg+xml"),
];

/// Sixteen hexadecimal digits over all names and contents: any change moves every address.
static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in &ASSETS {
        hash.update(asset.name.as_bytes());
        hash.update((asset.bytes.len() as u64).to_be_bytes());
        hash.update(asset.bytes);
    }
    hex::encode(hash.finalize()).chars().take(16).collect()
});

/// The address of an asset in this build.
pub fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *EDITION)
}

/// Adds `GET /assets/{edition}/{name}`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/assets/{edition}/{name}", web::get().to(serve));
}

/// Serves one asset. An address of another build is not found: its content would be another.
async fn serve(path: web::Path<(String, String)>) -> HttpResponse {
    let (edition, name) = path.into_inner();
    match ASSETS.iter().find(|asset| asset.name == name && edition == *EDITION) {
        Some(asset) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, asset.content_type))
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(asset.bytes),
        None => HttpResponse::NotFound().finish(),
    }
}
