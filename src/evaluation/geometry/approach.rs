//! Whether the change of perspective tells a head that comes nearer from a picture that does
//! ([`perspective`](crate::domain::face::perspective)).
//!
//! Heads are rendered from portraits with the depth that the mesh model gave them, before a pinhole camera, and looked at with
//! the same model: this shows whether the model responds to perspective at all, not how it does on real heads. There is no
//! camera noise in it and no compression.

use serde::Serialize;

use super::{
    Request, Spread,
    faces::{SeenFace, on_all_processors},
    parallax::{picture_of, portraits},
    stage::{Body, EYES, Stand},
};
use crate::{
    domain::face::{observation::ObservedFace, perspective::change},
    evaluation::EvaluationFault,
    inference::{image::Picture, pipeline::Pipeline, verify::Models},
};

/// The change of perspective of one kind of body on one way. On ways that lead away its sign is turned round, so that a head
/// has a positive one on every way.
#[derive(Debug, Serialize)]
pub struct Approach {
    /// What moves.
    pub of: String,
    /// Centimetres to the camera at first.
    pub from: f64,
    /// Centimetres to the camera afterwards.
    pub to: f64,
    /// What a head's change is by the lengths alone.
    pub expected: f64,
    /// The change in one frame.
    pub frame: Spread,
    /// The median of five frames.
    pub window: Spread,
}

/// The ways, in centimetres.
const WAYS: [(f64, f64); 5] = [(50.0, 30.0), (45.0, 25.0), (40.0, 30.0), (50.0, 40.0), (40.0, 65.0)];
/// How frames of a window differ: centimetres, degrees of yaw and of pitch.
const FRAMES: [(f64, f64, f64); 5] =
    [(0.0, 1.5, -1.0), (0.6, -2.0, 1.5), (-0.6, 2.5, 2.0), (1.0, -1.0, -2.5), (-1.0, 0.5, 3.0)];
/// Degrees by which a flat picture is turned on its way to hide that it is one.
const TILTS: [(f64, f64); 8] = [
    (15.0, 0.0),
    (-15.0, 0.0),
    (0.0, 15.0),
    (0.0, -15.0),
    (30.0, 0.0),
    (-30.0, 0.0),
    (0.0, 30.0),
    (0.0, -30.0),
];
/// The thresholds that are told of.
const THRESHOLDS: [f32; 4] = [0.02, 0.03, 0.04, 0.05];

/// One window: a body on a way.
struct Window {
    kind: Kind,
    way: usize,
    frames: Vec<f32>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Head,
    Flat,
    Tilted,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Head => "a rendered head",
            Self::Flat => "a flat picture",
            Self::Tilted => "a flat picture that is turned by 15° or 30° on the way",
        }
    }
}

/// Measures rendered heads, and planes.
pub fn measure(
    models: &Models,
    faces: &[SeenFace],
    request: &Request,
) -> Result<Vec<Approach>, EvaluationFault> {
    let portraits = portraits(faces, request.portraits);
    let windows = on_all_processors("heads and planes", models, portraits.len(), |pipeline, place| {
        portraits.get(place).map_or(Ok(Vec::new()), |portrait| windows(pipeline, portrait))
    })?;
    let mut told = Vec::new();
    for (way, (from, to)) in WAYS.into_iter().enumerate() {
        for kind in [Kind::Head, Kind::Flat, Kind::Tilted] {
            let of: Vec<&Window> =
                windows.iter().flatten().filter(|window| window.kind == kind && window.way == way).collect();
            if of.is_empty() {
                continue;
            }
            let first = of.iter().filter_map(|window| window.frames.first().copied()).collect();
            let medians = of.iter().filter_map(|window| median(&window.frames)).collect();
            told.push(Approach {
                of: kind.name().to_owned(),
                from,
                to,
                expected: (EYES / to - EYES / from).abs(),
                frame: Spread::of(first, &THRESHOLDS),
                window: Spread::of(medians, &THRESHOLDS),
            });
        }
    }
    Ok(told)
}

fn windows(pipeline: &mut Pipeline, portrait: &SeenFace) -> Result<Vec<Window>, EvaluationFault> {
    let picture = picture_of(portrait)?;
    let (Some(head), Some(flat)) = (Body::head(&portrait.face), Body::flat(&portrait.face, &picture)) else {
        return Ok(Vec::new());
    };
    let mut windows = Vec::new();
    for way in 0..WAYS.len() {
        let mut add = |kind: Kind, body: &Body, tilt: (f64, f64)| -> Result<(), EvaluationFault> {
            let frames = walk(pipeline, body, &picture, way, tilt)?;
            windows.push(Window { kind, way, frames });
            Ok(())
        };
        add(Kind::Head, &head, (0.0, 0.0))?;
        add(Kind::Flat, &flat, (0.0, 0.0))?;
        // A picture's turn is the same trick on every way: the first one shows what it brings.
        let tilts = if way == 0 { TILTS.as_slice() } else { &[] };
        tilts.iter().try_for_each(|tilt| add(Kind::Tilted, &flat, *tilt))?;
    }
    Ok(windows)
}

/// The changes of a body's frames on a way, against one frame at its beginning.
fn walk(
    pipeline: &mut Pipeline,
    body: &Body,
    picture: &Picture,
    way: usize,
    (yaw, pitch): (f64, f64),
) -> Result<Vec<f32>, EvaluationFault> {
    let Some((from, to)) = WAYS.get(way).copied() else { return Ok(Vec::new()) };
    let mut look = |stand: Stand| -> Result<Option<ObservedFace>, EvaluationFault> {
        let seen = body.seen(picture, stand);
        Ok(seen.map(|seen| pipeline.observe_central(&seen)).transpose()?.flatten())
    };
    let Some(centre) = look(Stand { distance: from, yaw: 0.0, pitch: 0.0 })? else { return Ok(Vec::new()) };
    let mut changes = Vec::new();
    for (off, aside, nod) in FRAMES {
        let moved = look(Stand { distance: to + off, yaw: yaw + aside, pitch: pitch + nod })?;
        let found = moved.and_then(|moved| change(&centre, &moved));
        changes.extend(found.map(|found| if to < from { found.magnification } else { -found.magnification }));
    }
    Ok(changes)
}

fn median(values: &[f32]) -> Option<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
