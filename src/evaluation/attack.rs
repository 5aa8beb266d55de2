//! Presentation attack detection by species (ISO/IEC 30107-3): who is let in and who is kept out, by the passive models
//! alone, by geometry alone and by the whole verdict.
//!
//! A presentation that cannot be judged is refused, as the product refuses it: it counts as kept out in APCER and as kept out
//! in BPCER. How many those are is reported beside, and so are the rates without them. Presentations are taken to be
//! independent of each other; where several are of one person or one instrument, the intervals are too narrow.

mod captures;
mod frames;
mod rates;

use captures::Captures;
pub use jiff::civil::Date;
pub use rates::{Attacks, BonaFide, Column, Impostors, Report};

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use super::{EvaluationFault, progress::Progress};
use crate::{
    domain::face::{
        capture::EncodedFrame,
        examination::CloserLooks,
        observation::FrameObservation,
        policy::VerificationPolicy,
        presentation::{Enrolled, Presentation, Responses},
        template::FaceTemplate,
    },
    inference::{
        image::Limits,
        pipeline::{Pipeline, PipelineFault},
        verify::Models,
    },
};
use captures::Capture;

/// What is asked for.
pub struct Request {
    /// The folder of captures.
    pub captures: PathBuf,
    /// What presentations are judged by.
    pub policy: VerificationPolicy,
    /// The day that the report names.
    pub date: Date,
}

/// Measures.
pub fn measure(models: &Models, request: &Request) -> Result<Report, EvaluationFault> {
    let captures = Captures::list(&request.captures)?;
    let enrolled = enrol(models, &captures)?;
    let all: Vec<&Capture> = captures.all().collect();
    let (next, (sender, receiver)) = (AtomicUsize::new(0), mpsc::channel());
    let mut found: Vec<Option<Responses>> = vec![None; all.len()];
    let mut progress = Progress::begin("presentations", all.len());
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(all.len().max(1));
    thread::scope(|scope| -> Result<(), EvaluationFault> {
        for _ in 0..threads {
            let (sender, next, all, enrolled) = (sender.clone(), &next, &all, &enrolled);
            scope.spawn(move || {
                let mut judge = match Judge::open(models, &request.policy) {
                    Ok(judge) => judge,
                    // The receiver is gone when another thread has failed.
                    Err(fault) => return drop(sender.send((0, Err(fault)))),
                };
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(capture) = all.get(place) else { return };
                    let of = captures::person_of(&capture.name, enrolled);
                    if sender.send((place, judge.judge(capture, of))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (place, responses) in receiver {
            let responses = responses?;
            if let Some(slot) = found.get_mut(place) {
                *slot = Some(responses);
            }
            progress.step();
        }
        Ok(())
    })?;
    progress.end();
    let found: Vec<Responses> = found.into_iter().flatten().collect();
    Ok(rates::report(&captures, &found, !enrolled.is_empty(), request.date))
}

/// One thread's models.
struct Judge<'a> {
    pipeline: Pipeline,
    models: &'a Models,
    policy: &'a VerificationPolicy,
}

impl<'a> Judge<'a> {
    fn open(models: &'a Models, policy: &'a VerificationPolicy) -> Result<Self, EvaluationFault> {
        Ok(Self { pipeline: Pipeline::open(models, Limits::PICTURE)?, models, policy })
    }

    fn judge(
        &mut self,
        capture: &Capture,
        enrolled: Option<&Enrolled>,
    ) -> Result<Responses, EvaluationFault> {
        let frames = frames::read(&capture.path)?;
        let mut seen = Vec::with_capacity(frames.len());
        for frame in &frames {
            seen.push(self.observe(frame)?);
        }
        let presentation = Presentation::observe(&seen, self.policy);
        let mut looks = Vec::new();
        for face in presentation.worth_a_closer_look() {
            if let Some(frame) = frames.get(face.place) {
                looks.push((face.place, self.pipeline.look_closer(frame, &face)?));
            }
        }
        Ok(presentation.judge(&CloserLooks::new(looks), &self.models.embedder_id(), enrolled, self.policy))
    }

    /// What a frame shows; a frame that cannot be decoded shows nothing.
    fn observe(&mut self, frame: &EncodedFrame) -> Result<Option<FrameObservation>, EvaluationFault> {
        match self.pipeline.observe(frame) {
            Ok(observation) => Ok(Some(observation)),
            Err(PipelineFault::Undecodable(_)) => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// Makes a reference of each enrolled person's pictures.
fn enrol(models: &Models, captures: &Captures) -> Result<BTreeMap<String, Enrolled>, EvaluationFault> {
    let mut enrolled = BTreeMap::new();
    if captures.enrolled.is_empty() {
        return Ok(enrolled);
    }
    let mut pipeline = Pipeline::open(models, Limits::PICTURE)?;
    for person in &captures.enrolled {
        let mut faces = Vec::new();
        for frame in frames::read(&person.path)? {
            match pipeline.embed_central(&frame) {
                Ok(face) => faces.extend(face),
                Err(PipelineFault::Undecodable(_)) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        let template = FaceTemplate::mean_of(models.embedder_id(), &faces)
            .map_err(|_| EvaluationFault::file(&person.path, "has no picture with a usable face"))?;
        let reference =
            if faces.len() == 1 { Enrolled::Portrait(template) } else { Enrolled::Template(template) };
        enrolled.insert(person.name.clone(), reference);
    }
    Ok(enrolled)
}
