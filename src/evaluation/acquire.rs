//! Makes embeddings of pictures with the product's own pipeline, on all processors, each picture once.

use std::{
    collections::HashMap,
    fs,
    num::NonZeroUsize,
    path::Path,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use sha2::{Digest, Sha256};

use super::{
    EvaluationFault,
    cache::{Acquired, Cache, CacheFile, PictureHash},
    progress::Progress,
};
use crate::{
    domain::face::{capture::EncodedFrame, template::Embedding},
    inference::{
        image::Limits,
        pipeline::{Pipeline, PipelineFault},
        verify::Models,
    },
};

/// A picture with a face by which a recipe is known: whatever changes between a picture and its embedding, changes what
/// comes of this one.
const CANARY: &[u8] = include_bytes!("../identity/personas/hale.jpg");

/// The name of what lies between a picture and its embedding, for the cache: models, decoder, alignment and all.
pub fn recipe(models: &Models) -> Result<String, EvaluationFault> {
    let mut pipeline = Pipeline::open(models, Limits::PICTURE)?;
    let embedding = pipeline.embed_central(&EncodedFrame::new(CANARY.to_vec()))?;
    let mut hash = Sha256::new();
    hash.update(models.embedder_id().as_str());
    if let Some(embedding) = embedding {
        hash.update(embedding.to_bytes().as_slice());
    }
    Ok(hex::encode(hash.finalize().get(..16).unwrap_or_default()))
}

/// Embeds the pictures of a folder, in order; what the cache knows is not computed again.
pub fn embed(
    models: &Models,
    root: &Path,
    pictures: &[String],
    cache: Cache,
) -> Result<(Vec<Acquired>, CacheFile), EvaluationFault> {
    let (known, mut file) = cache.into_parts();
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let mut acquired: Vec<Option<Acquired>> = vec![None; pictures.len()];
    let mut progress = Progress::begin("pictures", pictures.len());
    thread::scope(|scope| -> Result<(), EvaluationFault> {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads {
            let (sender, next, known) = (sender.clone(), &next, &known);
            scope.spawn(move || {
                let mut worker = Worker { models, root, known, pipeline: None };
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(picture) = pictures.get(place) else { return };
                    // The receiver is gone when another thread has failed.
                    if sender.send((place, worker.acquire(picture))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (place, result) in receiver {
            let (hash, one, is_new) = result?;
            if is_new {
                file.add(&hash, &one)?;
            }
            if let Some(slot) = acquired.get_mut(place) {
                *slot = Some(one);
            }
            progress.step();
        }
        Ok(())
    })?;
    progress.end();
    Ok((acquired.into_iter().flatten().collect(), file))
}

struct Worker<'a> {
    models: &'a Models,
    root: &'a Path,
    known: &'a HashMap<PictureHash, Acquired>,
    /// Opened with the first picture that is not known.
    pipeline: Option<Pipeline>,
}

impl Worker<'_> {
    /// What comes of a picture, and whether it is new.
    fn acquire(&mut self, picture: &str) -> Result<(PictureHash, Acquired, bool), EvaluationFault> {
        let path = self.root.join(picture);
        let bytes = fs::read(&path)
            .map_err(|error| EvaluationFault::file(&path, format!("cannot be read ({error})")))?;
        let hash: PictureHash = Sha256::digest(&bytes).into();
        match self.known.get(&hash) {
            Some(known) => Ok((hash, known.clone(), false)),
            None => Ok((hash, self.look(bytes)?, true)),
        }
    }

    fn look(&mut self, bytes: Vec<u8>) -> Result<Acquired, EvaluationFault> {
        let pipeline = match &mut self.pipeline {
            Some(pipeline) => pipeline,
            none => none.insert(Pipeline::open(self.models, Limits::PICTURE)?),
        };
        match pipeline.embed_central(&EncodedFrame::new(bytes)) {
            Ok(Some(embedding)) => Ok(Acquired::Face(embedding)),
            Ok(None) => Ok(Acquired::NoFace),
            Err(PipelineFault::Undecodable(_)) => Ok(Acquired::Unreadable),
            Err(fault) => Err(fault.into()),
        }
    }
}

impl Acquired {
    /// The face, if there is one.
    pub fn face(&self) -> Option<&Embedding> {
        match self {
            Self::Face(embedding) => Some(embedding),
            Self::NoFace | Self::Unreadable => None,
        }
    }
}
