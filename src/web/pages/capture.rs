//! The capture page: the camera, the challenge and the sealed upload, run by `capture.js`.
//!
//! The page carries what the script needs as a JSON block; the protocol is in `docs/capture-protocol.md`.

use askama::Template;
use serde::Serialize;
use serde_json::{Value, json};

use super::text::{filters, missing};
use super::{Advice, Page, Purpose, text};
use crate::domain::device::KeyThumbprint;
use crate::domain::face::{injection::camera::FRAME_SIZE, way::Way};
use crate::flows::ceremony::live::VERSION;
use crate::web::headers::{FormTarget, Policy};

/// `GET /step-up/{ceremony}`.
#[derive(Template)]
#[template(path = "interaction/capture.html")]
pub struct CapturePage {
    /// Id of the interaction, to begin afresh (`POST /interaction/{interaction}/begin`).
    pub interaction: String,
    /// Id of the ceremony: in the addresses of socket, upload and decline, and bound into every sealed message.
    pub ceremony: String,
    /// The session's anti-forgery token: in the forms, and in the upload's `X-CSRF-Token`.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// What the check is for.
    pub purpose: Purpose,
    /// The way that was chosen.
    pub way: Way,
    /// The ceremony's nonce, base64url: bound into every sealed message.
    pub nonce: String,
    /// The ceremony's public key (JWK, P-256) that the full frames are sealed to.
    pub capture_key: Value,
    /// The ceremony's public key (JWK, P-256) that the hint frames are sealed to.
    pub hint_key: Value,
    /// What the page has to know of the account's device keys.
    pub device: DeviceSettings,
    /// How full frames are taken.
    pub frame: FrameSettings,
    /// How hint frames are taken.
    pub hint: HintSettings,
}

/// What the page signs the capture with.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceSettings {
    /// By which name the browser keeps its key for this account.
    pub name: String,
    /// Thumbprints of keys that were revoked: the browser makes another in place of one of them.
    pub revoked: Vec<KeyThumbprint>,
}

/// How the page takes the frames that are judged.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameSettings {
    /// Longest width in pixels, of a frame that lies on its side.
    pub width: u32,
    /// Longest height in pixels, of a frame that lies on its side.
    pub height: u32,
    /// JPEG quality, 0 to 1.
    pub quality: f32,
    /// Frames per second, at most.
    pub per_second: u32,
    /// Frames in the whole ceremony, at most.
    pub most: u32,
}

/// How the page takes the small frames that hints are made of.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HintSettings {
    /// Longest width in pixels, of a frame that lies on its side.
    pub width: u32,
    /// Longest height in pixels, of a frame that lies on its side.
    pub height: u32,
    /// JPEG quality, 0 to 1.
    pub quality: f32,
    /// Frames per second, at most.
    pub per_second: u32,
}

impl Default for FrameSettings {
    fn default() -> Self {
        let (width, height) = FRAME_SIZE;
        Self { width, height, quality: 0.85, per_second: 5, most: 64 }
    }
}

impl Default for HintSettings {
    fn default() -> Self {
        Self { width: 320, height: 240, quality: 0.6, per_second: 4 }
    }
}

/// What the socket may ask the person to do.
const ACTIONS: [&str; 7] = ["centre", "turn_left", "turn_right", "look_up", "look_down", "nearer", "farther"];

impl CapturePage {
    /// What `capture.js` starts from, as a text that is safe inside a `<script type="application/json">`.
    fn bootstrap(&self) -> askama::Result<String> {
        let json = json!({
            "version": VERSION,
            "ceremony": self.ceremony,
            "nonce": self.nonce,
            "way": self.way.name(),
            "socket": format!("/step-up/{}/socket", self.ceremony),
            "upload": format!("/step-up/{}", self.ceremony),
            "captureKey": self.capture_key,
            "hintKey": self.hint_key,
            "csrf": self.csrf,
            "device": self.device,
            "frame": self.frame,
            "hint": self.hint,
            "texts": texts()?,
        });
        // `</script` and `<!--` would end or confuse the block (HTML §4.12.1.3); JSON may write any `<` as an escape.
        Ok(json.to_string().replace('<', "\\u003c"))
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        // The public key of RFC 7518 Appendix C.
        let key = json!({
            "kty": "EC", "crv": "P-256",
            "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
            "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
        });
        Self {
            interaction: "i7Qe2mXk".into(),
            ceremony: "c4Vb8nRt".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            purpose: Purpose::StepUp,
            way: Way::Turns,
            nonce: "bm9uY2Utc2FtcGxl".into(),
            capture_key: key.clone(),
            hint_key: key,
            device: DeviceSettings { name: "k3Ym1dVu".into(), revoked: Vec::new() },
            frame: FrameSettings::default(),
            hint: HintSettings::default(),
        }
    }
}

impl Page for CapturePage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref()).with_camera()
    }
}

/// The words the script puts on the page by itself, by the protocol's own names.
fn texts() -> askama::Result<Value> {
    let find = |key: &str| text::find(key).ok_or_else(|| missing(key));
    let mut actions = serde_json::Map::new();
    for action in ACTIONS {
        actions.insert(action.into(), find(&format!("capture-action-{}", action.replace('_', "-")))?.into());
    }
    // The way back from a movement has words of its own.
    actions.insert("return".into(), find("capture-action-return")?.into());
    let mut hints = serde_json::Map::new();
    let mut advice = serde_json::Map::new();
    hints.insert("good".into(), find("capture-hint-good")?.into());
    for piece in Advice::ALL {
        advice.insert(piece.code().into(), find(piece.key())?.into());
        if piece != Advice::FollowTurns {
            let key = format!("capture-hint-{}", piece.code().replace('_', "-"));
            hints.insert(piece.code().into(), find(&key)?.into());
        }
    }
    let mut states = serde_json::Map::new();
    for state in ["opening", "connecting", "hold", "sealing", "sending", "judging", "busy"] {
        states.insert(state.into(), find(&format!("capture-state-{state}"))?.into());
    }
    // The script fills these in when a prompt comes.
    let places = [("number", "{number}".into()), ("of", "{of}".into())];
    let step = text::find_with("capture-state-step", &places).ok_or_else(|| missing("capture-state-step"))?;
    states.insert("step".into(), step.into());
    Ok(json!({ "actions": actions, "hints": hints, "advice": advice, "states": states }))
}
