//! One line in the log for each request: its id, method, route, status and time.
//!
//! The route is the pattern that matched, never the address: a query can hold a code, and a path an identifier. The id is
//! made here and never taken from outside. Faults are logged where they are turned into answers, inside the same span.

use actix_web::Error;
use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use std::time::Instant;
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder, TracingLogger};

/// The middleware that writes the line.
pub fn request_log() -> TracingLogger<RequestLine> {
    TracingLogger::new()
}

/// What the line holds.
pub struct RequestLine;

struct Started(Instant);

impl RootSpanBuilder for RequestLine {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        request.extensions_mut().insert(Started(Instant::now()));
        let route = request.match_pattern();
        tracing::info_span!(
            "request",
            request_id = id,
            method = request.method().as_str(),
            route = route.as_deref().unwrap_or("none"),
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let _inside = span.enter();
        match outcome {
            Ok(response) => {
                let status = response.status().as_u16();
                match response.request().extensions().get::<Started>() {
                    Some(Started(at)) => {
                        tracing::info!(status, milliseconds = at.elapsed().as_millis(), "answered");
                    }
                    None => tracing::info!(status, "answered"),
                }
            }
            Err(error) => {
                let status = error.as_response_error().status_code().as_u16();
                tracing::info!(status, "answered");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{App, HttpResponse, test, web};
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    async fn log_of(request: test::TestRequest) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        let _guard = tracing::subscriber::set_default(log);
        let app = App::new()
            .wrap(request_log())
            .route("/step-up/{ceremony}", web::get().to(async || HttpResponse::Ok().finish()));
        let service = test::init_service(app).await;
        test::call_service(&service, request.to_request()).await;
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[actix_web::test]
    async fn a_request_is_one_line_without_query_path_values_or_cookies() {
        let request = test::TestRequest::get()
            .uri("/step-up/cer_1234?code=c0de")
            .insert_header(("Cookie", "__Host-facestep=s3cret"))
            .insert_header(("X-Request-Id", "mine"));
        let log = log_of(request).await;
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(log.contains("\"route\":\"/step-up/{ceremony}\"") && log.contains("\"status\":200"), "{log}");
        for kept_out in ["cer_1234", "c0de", "s3cret", "mine"] {
            assert!(!log.contains(kept_out), "{log}");
        }
    }

    #[actix_web::test]
    async fn an_address_that_nothing_answers_is_not_repeated() {
        let log = log_of(test::TestRequest::get().uri("/etc/passwd?x=1")).await;
        assert!(log.contains("\"route\":\"none\"") && log.contains("\"status\":404"), "{log}");
        assert!(!log.contains("passwd"), "{log}");
    }
}
