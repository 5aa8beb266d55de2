//! A capture page's WebSocket as a line of text messages.

use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, MessageStream, Session};
use tokio::time::{Instant, timeout_at};

use crate::flows::ceremony::live::Line;

/// A page that says nothing for so long is gone: it sends a hint frame several times a second.
const SILENCE: Duration = Duration::from_secs(20);
/// How often a quiet page is asked whether it is still there, so that nothing between us closes the connection.
const KEEPALIVE: Duration = Duration::from_secs(8);

/// The line to one page.
pub struct PageLine {
    session: Session,
    stream: AggregatedMessageStream,
    heard: Instant,
    asked: Instant,
}

impl PageLine {
    /// Over an accepted socket.
    pub fn new(session: Session, stream: MessageStream) -> Self {
        let now = Instant::now();
        Self { session, stream: stream.aggregate_continuations(), heard: now, asked: now }
    }

    /// Ends it; the page learns by this that everything it sent was taken in.
    pub async fn close(self) {
        // A page that is gone already needs no goodbye.
        let _ = self.session.close(None).await;
    }

    async fn ask(&mut self) {
        self.asked = Instant::now();
        let _ = self.session.ping(b"").await;
    }
}

impl Line for PageLine {
    async fn next(&mut self) -> Option<String> {
        loop {
            let ask_at = self.heard.max(self.asked) + KEEPALIVE;
            let until = ask_at.min(self.heard + SILENCE);
            let Ok(message) = timeout_at(until, self.stream.recv()).await else {
                if self.heard.elapsed() >= SILENCE {
                    return None;
                }
                self.ask().await;
                continue;
            };
            self.heard = Instant::now();
            match message {
                Some(Ok(AggregatedMessage::Text(text))) => return Some(text.to_string()),
                Some(Ok(AggregatedMessage::Ping(payload))) => {
                    let _ = self.session.pong(&payload).await;
                }
                Some(Ok(AggregatedMessage::Pong(_))) => {}
                Some(Ok(AggregatedMessage::Binary(_) | AggregatedMessage::Close(_)) | Err(_)) | None => {
                    return None;
                }
            }
        }
    }

    async fn send(&mut self, text: String) {
        // A page that is gone is noticed when it is listened to.
        let _ = self.session.text(text).await;
    }
}
