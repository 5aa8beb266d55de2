//! Whether the residual that a homography leaves tells a turned head from a turned picture
//! ([`planarity`](crate::domain::face::planarity)).
//!
//! Two pictures of a person at different poses stand in for a turn. They were taken on different days with different
//! expressions, which adds to the residual: the heads' shares that stay below a threshold are lower bounds, and what the
//! same pose leaves is measured beside.

use std::{collections::BTreeMap, fs};

use serde::Serialize;

use super::{
    Request, Spread,
    faces::{SeenFace, on_all_processors},
    stage::{Body, Stand},
};
use crate::{
    domain::face::{observation::Pose, planarity::residual, policy::VerificationPolicy},
    evaluation::EvaluationFault,
    inference::{
        image::{Limits, Picture, decode},
        pipeline::Pipeline,
        verify::Models,
    },
};

/// Residuals of one kind.
#[derive(Debug, Serialize)]
pub struct Parallax {
    /// Of what.
    pub of: String,
    /// How they are spread, and how many reach the thresholds of a turn and of a nod.
    pub residual: Spread,
}

/// Degrees within which a face looks ahead.
const AHEAD: f32 = 10.0;
/// Degrees within which two pictures show one pose.
const SAME: f32 = 4.0;
/// Pairs of a person, at most: a few people have hundreds of pictures.
const OF_ONE: usize = 10;
/// How far a flat picture is turned, in degrees.
const TURNED: [f64; 4] = [15.0, 30.0, 45.0, 60.0];
/// The distance of a turned picture in centimetres.
const DISTANCE: f64 = 45.0;

/// What two poses make of a pair of pictures.
#[derive(Clone, Copy, PartialEq)]
enum Move {
    Aside,
    Nod,
    None,
}

/// Measures pairs of pictures, and planes of portraits.
pub fn measure(
    models: &Models,
    faces: &[SeenFace],
    request: &Request,
) -> Result<Vec<Parallax>, EvaluationFault> {
    let policy = VerificationPolicy::default();
    let thresholds = [policy.solid_nod, policy.solid_aside];
    let mut told: Vec<Parallax> = [
        (Move::Aside, "two pictures of a person, turned aside"),
        (Move::Nod, "two pictures of a person, nodding"),
        (Move::None, "two pictures of a person in one pose"),
    ]
    .into_iter()
    .map(|(made, of)| {
        let residual = Spread::of(of_pairs(faces, made, &policy), &thresholds);
        Parallax { of: of.to_owned(), residual }
    })
    .collect();
    let portraits = portraits(faces, request.portraits);
    let seen = on_all_processors("turned planes", models, portraits.len(), |pipeline, place| {
        portraits.get(place).map_or(Ok(Vec::new()), |portrait| planes(pipeline, portrait))
    })?;
    for (name, nods) in [("a flat picture turned aside", false), ("a flat picture tilted", true)] {
        for degrees in TURNED {
            let of = |plane: &&Plane| plane.nods == nods && plane.degrees == degrees;
            let residuals = seen.iter().flatten().filter(of).map(|plane| plane.residual).collect();
            told.push(Parallax {
                of: format!("{name} by {degrees}°"),
                residual: Spread::of(residuals, &thresholds),
            });
        }
        let passes = |plane: &&Plane| plane.nods == nods && plane.counts_as_turn;
        let residuals = seen.iter().flatten().filter(passes).map(|plane| plane.residual).collect();
        told.push(Parallax {
            of: format!("{name}, where its pose counts as a turn"),
            residual: Spread::of(residuals, &thresholds),
        });
    }
    Ok(told)
}

fn of_pairs(faces: &[SeenFace], made: Move, policy: &VerificationPolicy) -> Vec<f32> {
    let mut people: BTreeMap<&str, Vec<&SeenFace>> = BTreeMap::new();
    faces.iter().for_each(|face| people.entry(&face.identity).or_default().push(face));
    let mut residuals = Vec::new();
    for pictures in people.into_values() {
        let pairs = pictures.iter().flat_map(|a| pictures.iter().map(move |b| (a, b)));
        let fitting = pairs
            .filter(|(a, b)| !std::ptr::eq(**a, **b))
            .filter(|(a, b)| moved(a.face.pose, b.face.pose, policy) == Some(made))
            .filter_map(|(a, b)| residual(&a.face, &b.face));
        residuals.extend(fitting.take(OF_ONE));
    }
    residuals
}

/// What a person who looks ahead in one picture does in the other.
fn moved(ahead: Pose, other: Pose, policy: &VerificationPolicy) -> Option<Move> {
    let (aside, nod) = ((other.yaw - ahead.yaw).abs(), (other.pitch - ahead.pitch).abs());
    if !ahead.is_frontal(AHEAD) {
        return None;
    }
    match (aside, nod) {
        (aside, nod) if aside >= policy.movement.yaw && nod < policy.movement.pitch => Some(Move::Aside),
        (aside, nod) if nod >= policy.movement.pitch && aside < SAME => Some(Move::Nod),
        (aside, nod) if aside < SAME && nod < SAME => Some(Move::None),
        _ => None,
    }
}

/// Frontal, clear pictures of different people, spread over the folder.
pub fn portraits(faces: &[SeenFace], most: usize) -> Vec<&SeenFace> {
    let mut people: BTreeMap<&str, &SeenFace> = BTreeMap::new();
    let fitting = |seen: &&SeenFace| seen.face.pose.is_frontal(6.0) && seen.face.confidence >= 0.9;
    faces.iter().filter(fitting).for_each(|seen| {
        people.entry(&seen.identity).or_insert(seen);
    });
    let step = (people.len() / most.max(1)).max(1);
    people.into_values().step_by(step).take(most).collect()
}

/// A portrait's picture, decoded anew.
pub fn picture_of(portrait: &SeenFace) -> Result<Picture, EvaluationFault> {
    let bytes = fs::read(&portrait.path).map_err(|error| EvaluationFault::file(&portrait.path, error))?;
    decode(&bytes, &Limits::PICTURE).map_err(|error| EvaluationFault::file(&portrait.path, error))
}

/// A flat picture that was turned.
struct Plane {
    nods: bool,
    degrees: f64,
    residual: f32,
    counts_as_turn: bool,
}

fn planes(pipeline: &mut Pipeline, portrait: &SeenFace) -> Result<Vec<Plane>, EvaluationFault> {
    let policy = VerificationPolicy::default();
    let picture = picture_of(portrait)?;
    let Some(body) = Body::flat(&portrait.face, &picture) else { return Ok(Vec::new()) };
    let mut look = |yaw: f64, pitch: f64| -> Result<_, EvaluationFault> {
        let seen = body.seen(&picture, Stand { distance: DISTANCE, yaw, pitch });
        Ok(seen.map(|seen| pipeline.observe_central(&seen)).transpose()?.flatten())
    };
    let Some(centre) = look(0.0, 0.0)? else { return Ok(Vec::new()) };
    let mut planes = Vec::new();
    for degrees in TURNED {
        for (nods, sign) in [(false, 1.0), (false, -1.0), (true, 1.0), (true, -1.0)] {
            let (yaw, pitch) = if nods { (0.0, sign * degrees) } else { (sign * degrees, 0.0) };
            let Some(turned) = look(yaw, pitch)? else { continue };
            let Some(residual) = residual(&centre, &turned) else { continue };
            let (aside, nod) = (turned.pose.yaw - centre.pose.yaw, turned.pose.pitch - centre.pose.pitch);
            let counts_as_turn = aside.abs() >= policy.movement.yaw || nod.abs() >= policy.movement.pitch;
            planes.push(Plane { nods, degrees, residual, counts_as_turn });
        }
    }
    Ok(planes)
}
