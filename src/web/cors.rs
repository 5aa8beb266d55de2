//! Which pages of other origins may read which answers (Fetch §3.2, CORS protocol). Cookies are never among what they
//! send: no answer allows credentials. The authorization endpoint and every page of ours know no other origin at all.
//!
//! Whether an origin is a client's is asked of the database; `actix-cors` decides by a function that cannot wait for it, so
//! these few lines are our own.

use actix_web::{
    HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap,
            HeaderName, HeaderValue, ORIGIN, VARY,
        },
    },
    middleware::Next,
    web,
};

use super::state::App;

/// What a preflight allows beside what every request may have.
const PREFLIGHT: [(HeaderName, HeaderValue); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST")),
    (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type")),
    (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
];

/// What an answer depends on.
const DEPENDS_ON: HeaderValue = HeaderValue::from_static("Origin");

/// Middleware of what holds no secret: any page may read it.
pub async fn for_everyone<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    allow(request, next, Some(HeaderValue::from_static("*"))).await
}

/// Middleware of what a client's own page asks: pages of registered origins may read it.
pub async fn for_clients<B: MessageBody>(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let origin = request.headers().get(ORIGIN).cloned();
    let allowed = match origin.as_ref().and_then(|origin| origin.to_str().ok()) {
        Some(text) => match app.origins.are_registered(text).await {
            Ok(registered) => origin.filter(|_| registered),
            Err(fault) => {
                tracing::error!(%fault, "the origins of clients could not be read");
                None
            }
        },
        None => None,
    };
    allow(request, next, allowed).await
}

async fn allow<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
    origin: Option<HeaderValue>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if is_preflight(&request) {
        let mut response = HttpResponse::NoContent().finish();
        if origin.is_some() {
            for (name, value) in PREFLIGHT {
                response.headers_mut().insert(name, value);
            }
        }
        write(response.headers_mut(), origin);
        return Ok(request.into_response(response).map_into_right_body());
    }
    let mut response = next.call(request).await?.map_into_left_body();
    write(response.headers_mut(), origin);
    Ok(response)
}

/// A browser asks first (Fetch §3.2.2).
fn is_preflight(request: &ServiceRequest) -> bool {
    let asks = |name| request.headers().contains_key(name);
    request.method() == Method::OPTIONS && asks(ORIGIN) && asks(ACCESS_CONTROL_REQUEST_METHOD)
}

fn write(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    if origin.as_ref().is_none_or(|origin| origin != "*") {
        headers.append(VARY, DEPENDS_ON);
    }
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers
            .insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("www-authenticate, retry-after"));
    }
}
