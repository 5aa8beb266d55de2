//! What is refused, and what that costs: a capture sealed under another key, and a picture without a face.

use std::sync::Arc;

use facestep::{
    domain::face::{capture::EncodedFrame, ceremony::CeremonyKeys},
    inference::{image::Limits, pipeline::Pipeline, verify::Models},
    jose::{envelope::JweCaptureOpener, master_key::MasterKey},
    ports::{entropy::Entropy, envelope::CaptureOpener},
    system::SystemEntropy,
};
use josekit::{
    jwe::{self, ECDH_ES, JweHeader},
    jwk::Jwk,
};
use serde_json::json;

use crate::{
    Failure,
    capture::Capture,
    clock::{Sample, of_thread},
    report::Report,
};

/// How often each refusal is measured.
const ROUNDS: u8 = 20;

/// A capture on its way: sealed, with the keys that open it.
pub struct Sealed {
    pub opener: Arc<JweCaptureOpener>,
    pub capture: Capture,
    pub keys: CeremonyKeys,
    pub jwe: String,
}

impl Sealed {
    /// Seals a capture as the page does.
    pub fn new(capture: Capture) -> Result<Self, Failure> {
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let opener = Arc::new(JweCaptureOpener::new(Arc::new(MasterKey::new([7; 32]).vault(entropy))));
        let keys = opener.new_keys(&capture.ceremony)?;
        let jwe = seal(&capture, &keys.capture_public_jwk)?;
        Ok(Self { opener, capture, keys, jwe })
    }

    /// Opens it as the upload's flow does, and holds the frames against what was committed.
    pub fn open(&self) -> Option<Vec<EncodedFrame>> {
        let Capture { ceremony, nonce, transcript, .. } = &self.capture;
        let opened = self.opener.open_capture(ceremony, nonce, &self.keys, &self.jwe).ok()?.frames;
        let committed = transcript.committed.iter().map(|commitment| &commitment.hash);
        let are_those = opened.iter().map(EncodedFrame::hash).collect::<Vec<_>>().iter().eq(committed);
        are_those.then_some(opened)
    }
}

fn seal(capture: &Capture, jwk: &str) -> Result<String, Failure> {
    let lengths: Vec<usize> = capture.frames.iter().map(|frame| frame.bytes().len()).collect();
    let header = json!({
        "v": 1, "ceremony": capture.ceremony.as_str(), "nonce": capture.nonce.as_str(), "frames": lengths,
    })
    .to_string();
    let frames: Vec<&[u8]> = capture.frames.iter().map(EncodedFrame::bytes).collect();
    let length = (header.len() as u32).to_be_bytes();
    let bundle = [b"FSC1".as_slice(), &length, header.as_bytes(), &frames.concat()].concat();
    let mut protected = JweHeader::new();
    protected.set_algorithm("ECDH-ES");
    protected.set_content_encryption("A256GCM");
    protected.set_agreement_partyuinfo(capture.ceremony.as_str());
    let nonce = facestep::domain::secret::from_base64url(capture.nonce.as_str()).ok_or("no nonce")?;
    protected.set_agreement_partyvinfo(nonce);
    let encrypter = ECDH_ES.encrypter_from_jwk(&Jwk::from_bytes(jwk.as_bytes())?)?;
    Ok(jwe::serialize_compact(&bundle, &protected, &encrypter)?)
}

/// Measures both.
pub fn measure(models: &Models, report: &mut Report) -> Result<(), Failure> {
    let sealed = Sealed::new(Capture::play("collins", 1)?)?;
    let (mut opening, mut refusing, mut looking) = (Sample::default(), Sample::default(), Sample::default());
    let elsewhere = sealed.opener.new_keys(&sealed.capture.ceremony)?;
    let wrong = Sealed {
        keys: elsewhere,
        opener: sealed.opener.clone(),
        ..Sealed::new(Capture::play("collins", 1)?)?
    };
    for _ in 0..ROUNDS {
        let (opened, took) = of_thread(|| sealed.open());
        opened.ok_or("a capture did not open")?;
        opening.take(took);
        let (opened, took) = of_thread(|| wrong.open());
        refusing.take(took);
        if opened.is_some() {
            return Err("a capture opened under another key".into());
        }
    }
    let mut pipeline = Pipeline::open(models, Limits::PICTURE)?;
    let empty = Capture::without_a_face(1)?;
    for frame in empty.frames.iter().take(ROUNDS.into()) {
        let (seen, took) = of_thread(|| pipeline.observe(frame));
        if seen?.face.is_some() {
            return Err("a face in a picture without one".into());
        }
        looking.take(took);
    }
    let size = sealed.jwe.len() as f64 / 1e6;
    report.refusal(&format!("open a capture ({size:.1} MB)"), &opening, None);
    report.refusal("refuse another key", &refusing, Some(2.0));
    report.refusal("picture without a face", &looking, Some(10.0));
    Ok(())
}
