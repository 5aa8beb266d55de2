//! Looks at pictures and at what was rendered of them, on all processors.

use std::{
    fs,
    num::NonZeroUsize,
    path::Path,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use crate::{
    domain::face::{observation::ObservedFace, template::Embedding},
    evaluation::{
        EvaluationFault,
        pictures::{PictureFolder, folder_of},
        progress::Progress,
    },
    inference::{
        image::{Limits, decode},
        pipeline::Pipeline,
        verify::Models,
    },
};

/// The face in the middle of a picture.
pub struct SeenFace {
    /// Whose: the picture's folder.
    pub identity: String,
    /// The picture.
    pub path: std::path::PathBuf,
    /// What detector and mesh saw.
    pub face: ObservedFace,
    /// What the embedder made of it.
    pub embedding: Embedding,
}

/// The faces of a folder.
pub struct SeenFaces {
    /// How many pictures there are.
    pub pictures: usize,
    /// The faces that were found, in the order of the pictures.
    pub faces: Vec<SeenFace>,
}

/// Looks at every picture of a folder.
pub fn of_folder(models: &Models, root: &Path) -> Result<SeenFaces, EvaluationFault> {
    let listed = PictureFolder::list(root)?.pictures;
    let seen = on_all_processors("pictures", models, listed.len(), |pipeline, place| {
        let Some(picture) = listed.get(place) else { return Ok(None) };
        let path = root.join(picture);
        let bytes = fs::read(&path)
            .map_err(|error| EvaluationFault::file(&path, format!("cannot be read ({error})")))?;
        let Ok(decoded) = decode(&bytes, &Limits::PICTURE) else { return Ok(None) };
        let Some(face) = pipeline.observe_central(&decoded)? else { return Ok(None) };
        let Some(embedding) = pipeline.embed(&decoded, &face.landmarks)? else { return Ok(None) };
        let identity = folder_of(root, picture)?.to_owned();
        Ok(Some(SeenFace { identity, path, face, embedding }))
    })?;
    Ok(SeenFaces { pictures: listed.len(), faces: seen.into_iter().flatten().collect() })
}

/// Has every processor take places of a work until none is left; the results in order.
pub fn on_all_processors<T: Send>(
    what: &'static str,
    models: &Models,
    places: usize,
    work: impl Fn(&mut Pipeline, usize) -> Result<T, EvaluationFault> + Sync,
) -> Result<Vec<T>, EvaluationFault> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(places.max(1));
    let next = AtomicUsize::new(0);
    let mut progress = Progress::begin(what, places);
    let mut done: Vec<Option<T>> = (0..places).map(|_| None).collect();
    thread::scope(|scope| -> Result<(), EvaluationFault> {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                let mut pipeline = None;
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= places {
                        return;
                    }
                    let result = open(&mut pipeline, models).and_then(|pipeline| work(pipeline, place));
                    // The receiver is gone when another thread has failed.
                    if sender.send((place, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (place, result) in receiver {
            let result = result?;
            if let Some(slot) = done.get_mut(place) {
                *slot = Some(result);
            }
            progress.step();
        }
        Ok(())
    })?;
    progress.end();
    Ok(done.into_iter().flatten().collect())
}

/// Each thread opens its pipeline with the first place that it takes.
fn open<'p>(
    pipeline: &'p mut Option<Pipeline>,
    models: &Models,
) -> Result<&'p mut Pipeline, EvaluationFault> {
    match pipeline {
        Some(open) => Ok(open),
        none => Ok(none.insert(Pipeline::open(models, Limits::PICTURE)?)),
    }
}
