//! A person in front of the camera: the page's stream replaced by a canvas that plays an actor's frames.

use std::{fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

/// Who stands in front of the camera, and what they do.
#[derive(Clone, Copy)]
pub struct Actor {
    /// A folder of `tests/fixtures/actors`.
    pub name: &'static str,
    /// What they do.
    pub plan: Plan,
}

/// How an actor behaves.
#[derive(Clone, Copy)]
pub enum Plan {
    /// Does what the page asks.
    Obey,
    /// Is a photograph: never moves.
    Still,
    /// Always turns the other way.
    WrongWay,
    /// Is a photograph that someone holds nearer and farther as the page asks.
    Held,
}

impl Actor {
    /// Someone who does what the page asks.
    pub fn obeying(name: &'static str) -> Self {
        Self { name, plan: Plan::Obey }
    }

    /// The script that plays the actor, to be run before any script of a page.
    pub fn script(self, seed: u32) -> String {
        let frames: serde_json::Map<_, _> = frames_of(self.name)
            .into_iter()
            .map(|(name, bytes)| (name, json!(STANDARD.encode(bytes))))
            .collect();
        let plan = match self.plan {
            Plan::Obey => "obey",
            Plan::Still => "still",
            Plan::WrongWay => "wrong_way",
            Plan::Held => "held",
        };
        let actor = json!({ "frames": frames, "plan": plan, "seed": seed });
        format!("const ACTOR = {actor};\n{}", include_str!("actor.js"))
    }
}

/// The folder with an actor's frames.
fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/actors").join(name)
}

/// All frames of an actor as (name, JPEG).
fn frames_of(name: &str) -> Vec<(String, Vec<u8>)> {
    fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect()
}

/// One frame of an actor.
pub fn frame(name: &str, pose: &str) -> Vec<u8> {
    fs::read(folder(name).join(format!("{pose}.jpg"))).unwrap()
}
