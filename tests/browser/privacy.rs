//! What is left behind in the browser.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::support::{
    actor::Actor,
    bank::{Ask, Bank},
    browser::{Browser, Camera, before_every_page},
    processes::{OWNER, Provider},
    visit::Visit,
};

/// Keeps 64 bytes out of the middle of every picture that the page encodes, in the page's own memory alone.
const WITNESS: &str = "
  window.__pieces = [];
  const note = async (blob) => {
    if (!blob) return;
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const middle = bytes.slice(bytes.length >> 1, (bytes.length >> 1) + 64);
    window.__pieces.push(btoa(String.fromCharCode(...middle)));
  };
  const toBlob = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (callback, ...rest) {
    return toBlob.call(this, (blob) => { note(blob); callback(blob); }, ...rest);
  };
  if (window.OffscreenCanvas) {
    const convert = OffscreenCanvas.prototype.convertToBlob;
    OffscreenCanvas.prototype.convertToBlob = async function (...all) {
      const blob = await convert.apply(this, all);
      await note(blob);
      return blob;
    };
  }";

#[tokio::test(flavor = "multi_thread")]
async fn after_a_ceremony_the_browsers_profile_holds_no_frame() {
    let provider = Provider::start().await;
    let bank = Bank::start(&provider, Ask::EssentialClaim, &[]).await;
    let browser = Browser::start(Camera::Actor(Actor::obeying(OWNER.actor))).await;
    before_every_page(&browser.driver, WITNESS).await;
    let person = Visit(&browser.driver);
    person.signs_in_at_the_bank(&bank, OWNER.username).await;
    person.presses("#transfer").await;
    person.enrols_with(OWNER.document).await;
    person.sees("[data-action]:not([data-action='']):not([data-action='centre'])").await;
    let pieces = browser.driver.execute("return window.__pieces", vec![]).await.unwrap();
    let pieces: Vec<String> = pieces.convert().unwrap();
    let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| STANDARD.decode(piece).unwrap()).collect();
    assert!(pieces.len() >= 4, "the witness saw {} frames", pieces.len());
    person.sees("#enrolled").await;
    let profile = browser.quit().await;
    let files = files_below(profile.path());
    assert!(files.len() > 10, "the profile was looked into");
    for file in files {
        let content = fs::read(&file).unwrap_or_default();
        for piece in &pieces {
            assert!(!contains(&content, piece), "a frame lies in {}", file.display());
        }
    }
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn contains(content: &[u8], piece: &[u8]) -> bool {
    content.windows(piece.len()).any(|window| window == piece)
}
