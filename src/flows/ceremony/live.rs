//! The socket of a capture: messages in, messages out, by the server's clock. It knows nothing of the transport.
//!
//! One task reads and answers; a hint frame is analysed beside it, one at a time, so that a hash that arrives meanwhile is
//! stamped when it arrives. Hint frames that come faster than that are passed over.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Ceremonies, FaceRoom, Served, named_interaction,
    open::{find_budget_of, unknown},
};
use crate::{
    domain::{
        audit::AuditKind,
        face::{
            capture::FrameHash,
            ceremony::{Ceremony, Transcript},
            injection::probe,
            live::{Cue, LiveChallenge, StopReason},
            observation::Glance,
        },
        id::CeremonyId,
    },
    flows::browser::Browser,
    ports::{BoxFuture, face::AnalyzerFault},
};

/// The version of the protocol that is spoken here.
pub const VERSION: u32 = 2;
/// How often the passing of time is looked at.
const TICK: Duration = Duration::from_millis(500);
/// How long a page that was told to upload may take to close the socket, so that frames under way still count.
const LINGER: Duration = Duration::from_secs(5);
/// The most hashes in one message.
const MOST_HASHES: usize = 8;

/// The two ends of a socket.
pub trait Line {
    /// The next text message; `None` when the page is gone. What was read is lost only with the future's value.
    fn next(&mut self) -> impl Future<Output = Option<String>>;
    /// Sends a text message; a page that is gone is noticed by [`Self::next`].
    fn send(&mut self, text: String) -> impl Future<Output = ()>;
}

/// What a page may say.
#[derive(Deserialize)]
#[serde(tag = "t", rename_all = "lowercase", deny_unknown_fields)]
enum Message {
    Ready {
        v: u32,
        /// What else the page can do; names that are not known are passed over.
        #[serde(default)]
        can: Vec<String>,
    },
    Hint {
        jwe: String,
    },
    Hashes {
        h: Vec<String>,
    },
    Camera {
        width: Option<u32>,
        height: Option<u32>,
    },
    End {},
}

/// What a page may say that it can: ask its camera for another size.
const CAMERA: &str = "camera";

/// A capture whose socket is connected.
pub struct LiveCapture {
    room: Arc<FaceRoom>,
    ceremony: Ceremony,
    browser: Browser,
}

/// A hint frame on its way through the models.
type Looking = BoxFuture<'static, (Timestamp, Result<Glance, AnalyzerFault>)>;

/// How a conversation goes on.
enum Turn {
    GoOn,
    Linger,
    End,
}

impl Ceremonies {
    /// Takes the one socket of a capture.
    pub async fn connect(&self, ceremony: &CeremonyId, browser: &Browser) -> Served<LiveCapture> {
        let (id, visitor, policy) = (ceremony.clone(), browser.clone(), self.room.policy.attempts);
        let ceremony = self
            .room
            .change(move |db, scribe| {
                let mut ceremony = db.find_ceremony(&id)?.ok_or_else(unknown)?;
                ceremony.connect(&visitor.session.id, scribe.now)?;
                let mut budget = find_budget_of(db, &ceremony.user, visitor.device.as_ref())?;
                budget.begin(scribe.now, &policy)?;
                db.save_budget(&budget)?;
                db.save_ceremony(&ceremony)?;
                Ok(ceremony)
            })
            .await?;
        Ok(LiveCapture { room: self.room.clone(), ceremony, browser: browser.clone() })
    }
}

impl LiveCapture {
    /// Talks with the page until it is gone or the capture ends, then keeps what was committed. A capture that broke off
    /// after a movement was revealed counts against the account's pace.
    pub async fn run(self, line: &mut impl Line) -> Served<()> {
        let begun = self.room.clock.now();
        let mut live = LiveChallenge::begin(&self.ceremony.challenge, self.room.policy.capture, begun);
        self.converse(line, &mut live).await;
        let has_revealed = live.has_revealed_a_movement();
        let Some(transcript) = live.into_transcript() else { return self.break_off(has_revealed).await };
        self.keep(transcript).await?;
        line.send(json!({ "t": "kept" }).to_string()).await;
        Ok(())
    }

    async fn converse(&self, line: &mut impl Line, live: &mut LiveChallenge) {
        let mut tick = tokio::time::interval(TICK);
        let mut looking: Option<Looking> = None;
        let mut deadline: Option<tokio::time::Instant> = None;
        loop {
            let cues = tokio::select! {
                text = line.next() => match text {
                    None => return,
                    Some(text) if is_end(&text) && live.is_finished() => return,
                    Some(text) => self.hear(&text, live, &mut looking),
                },
                (arrived, seen) = look(&mut looking) => {
                    looking = None;
                    self.see(arrived, seen, live)
                }
                _ = tick.tick() => self.watch(live),
            };
            match self.tell(line, cues).await {
                Turn::GoOn => {}
                Turn::Linger => deadline = Some(tokio::time::Instant::now() + LINGER),
                Turn::End => return,
            }
            if deadline.is_some_and(|deadline| tokio::time::Instant::now() > deadline) {
                return;
            }
        }
    }

    /// Takes in a message.
    fn hear(&self, text: &str, live: &mut LiveChallenge, looking: &mut Option<Looking>) -> Vec<Cue> {
        let now = self.room.clock.now();
        let stop = |reason| vec![Cue::Stop(reason)];
        match serde_json::from_str(text) {
            Ok(Message::Ready { v: VERSION, can }) => {
                if can.iter().any(|name| name == CAMERA) {
                    let [random] = self.room.entropy.bytes();
                    live.probe_camera(probe::draw(random));
                }
                Vec::new()
            }
            Ok(Message::Camera { width, height }) => live.camera_gives(width.zip(height), now),
            Ok(Message::Hashes { h }) if h.len() <= MOST_HASHES => {
                match h.iter().map(|hash| FrameHash::parse(hash)).collect() {
                    Some(hashes) => live.commit(hashes, now),
                    None => stop(StopReason::Protocol),
                }
            }
            Ok(Message::Hint { jwe }) => match live.admit_hint(now) {
                Err(reason) => stop(reason),
                Ok(()) if looking.is_some() || live.is_finished() => Vec::new(),
                Ok(()) => match self.open_hint(&jwe) {
                    None => stop(StopReason::Protocol),
                    Some(frame) => {
                        let analyzer = self.room.analyzer.clone();
                        *looking = Some(Box::pin(async move { (now, analyzer.glance(frame).await) }));
                        Vec::new()
                    }
                },
            },
            Ok(Message::Ready { .. } | Message::Hashes { .. } | Message::End {}) | Err(_) => {
                stop(StopReason::Protocol)
            }
        }
    }

    fn open_hint(&self, jwe: &str) -> Option<crate::domain::face::capture::EncodedFrame> {
        let Ceremony { id, nonce, keys, .. } = &self.ceremony;
        self.room.opener.open_hint(id, nonce, keys, jwe).ok()
    }

    /// Takes in what a hint frame showed. Without room for it the person is simply led a little later.
    fn see(
        &self,
        arrived: Timestamp,
        seen: Result<Glance, AnalyzerFault>,
        live: &mut LiveChallenge,
    ) -> Vec<Cue> {
        match seen {
            Ok(glance) => live.see(&glance, arrived, self.room.clock.now()),
            Err(AnalyzerFault::Busy) => Vec::new(),
            Err(AnalyzerFault::BadPicture(_)) => vec![Cue::Stop(StopReason::Protocol)],
            Err(AnalyzerFault::Fault(fault)) => {
                // Nobody waits for an answer to a hint, so this is where its fault is logged.
                tracing::error!(%fault, "a hint frame could not be looked at");
                Vec::new()
            }
        }
    }

    fn watch(&self, live: &LiveChallenge) -> Vec<Cue> {
        let now = self.room.clock.now();
        let expired = (now >= self.ceremony.expires_at).then_some(StopReason::Expired);
        expired.or_else(|| live.tick(now)).map(Cue::Stop).into_iter().collect()
    }

    async fn tell(&self, line: &mut impl Line, cues: Vec<Cue>) -> Turn {
        let mut turn = Turn::GoOn;
        for cue in cues {
            line.send(written(cue).to_string()).await;
            match cue {
                Cue::Stop(_) => return Turn::End,
                Cue::Upload => turn = Turn::Linger,
                Cue::Camera(_) | Cue::Hint(_) | Cue::Prompt { .. } | Cue::Progress(_) | Cue::Hold(_) => {}
            }
        }
        turn
    }

    /// Keeps what was revealed and committed: from here on the frames may be sent.
    async fn keep(&self, transcript: Transcript) -> Served<()> {
        let id = self.ceremony.id.clone();
        self.room
            .change(move |db, scribe| {
                let mut ceremony = db.find_ceremony(&id)?.ok_or_else(unknown)?;
                ceremony.finish(transcript.clone(), scribe.now)?;
                Ok(db.save_ceremony(&ceremony)?)
            })
            .await
    }

    async fn break_off(&self, has_revealed: bool) -> Served<()> {
        let (id, device) = (self.ceremony.id.clone(), self.browser.device.clone());
        self.room
            .change(move |db, scribe| {
                let mut ceremony = db.find_ceremony(&id)?.ok_or_else(unknown)?;
                if !ceremony.abandon() {
                    return Ok(());
                }
                db.save_ceremony(&ceremony)?;
                let mut budget = find_budget_of(db, &ceremony.user, device.as_ref())?;
                if !has_revealed {
                    budget.turn_back();
                    return Ok(db.save_budget(&budget)?);
                }
                budget.break_off(scribe.now);
                db.save_budget(&budget)?;
                let interaction = named_interaction(db, &ceremony.interaction)?;
                let event = scribe.ceremony_event(AuditKind::CeremonyBrokenOff, &interaction, &ceremony);
                Ok(db.append_event(&event)?)
            })
            .await
    }
}

/// Waits for the hint frame that is being looked at; for ever where there is none.
async fn look(looking: &mut Option<Looking>) -> (Timestamp, Result<Glance, AnalyzerFault>) {
    match looking {
        Some(looking) => looking.await,
        None => std::future::pending().await,
    }
}

/// Whether the page says that it has sent its last hash.
fn is_end(text: &str) -> bool {
    matches!(serde_json::from_str(text), Ok(Message::End {}))
}

/// A cue as the page reads it.
fn written(cue: Cue) -> Value {
    match cue {
        Cue::Hint(hint) => json!({ "t": "hint", "code": hint.code() }),
        Cue::Prompt { n, of, action } => json!({ "t": "prompt", "n": n, "of": of, "action": action }),
        Cue::Progress(value) => json!({ "t": "progress", "value": (value * 100.0).round() / 100.0 }),
        Cue::Hold(time) => json!({ "t": "hold", "ms": i64::try_from(time.as_millis()).unwrap_or_default() }),
        Cue::Camera((width, height)) => json!({ "t": CAMERA, "width": width, "height": height }),
        Cue::Upload => json!({ "t": "upload" }),
        Cue::Stop(reason) => json!({ "t": "stop", "reason": reason.code() }),
    }
}
