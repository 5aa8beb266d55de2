//! How much one request may take: its head, its body, and the time to send it.

use std::time::Duration;

use actix_web::{
    body::{EitherBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::{CONTENT_LENGTH, HeaderMap},
    middleware::Next,
    web,
};
use futures_util::StreamExt;

use super::{error::Failure, state::App};

/// The limits of every route that sets none of its own.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's address and headers.
    pub head: usize,
    /// Bytes of a body.
    pub body: usize,
    /// Bytes of a sealed capture.
    pub capture: usize,
    /// Time for a head, and again for a body, to arrive.
    pub within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: 16 * 1024, body: 64 * 1024, capture: 8 * 1024 * 1024, within: Duration::from_secs(30) }
    }
}

/// Middleware: refuses a head that is too large (RFC 6585 §5).
pub async fn bound_head<B: MessageBody>(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if head_length(&request) > app.limits.head {
        return Ok(request.error_response(Failure::HeadTooLarge).map_into_boxed_body().map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn head_length(request: &ServiceRequest) -> usize {
    // Each header line has a colon, a space and a line end beside its name and value.
    let lines = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    request.uri().to_string().len() + lines.sum::<usize>()
}

/// Reads a body of at most so many bytes in at most so much time. What it says of its own length is believed only to
/// refuse it sooner.
pub async fn read_body(
    headers: &HeaderMap,
    payload: &mut Payload,
    most: usize,
    within: Duration,
) -> Result<Vec<u8>, Failure> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(Failure::TooLarge);
    }
    let reading = async {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Failure::Malformed("body_broken"))?;
            if body.len() + chunk.len() > most {
                return Err(Failure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    tokio::time::timeout(within, reading).await.unwrap_or(Err(Failure::TooSlow))
}
