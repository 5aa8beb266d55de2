//! Prints where each embedder's vectors lie on average: the values that `origin` in `models/manifest.toml` is made of.
//!
//! ```text
//! cargo run --release --example embedder_origin -- FOLDER   one folder of JPEG files per person
//! ```
//!
//! The mean is one over people and not over pictures, so that nobody counts more for having been photographed often.
//! `docs/biometrics.md` ("What makes a template") says what the origin is for.

use std::{error::Error, fs, path::Path};

use facestep::inference::{
    aligner::align,
    detector::Detector,
    embedder::Embedder,
    image::{Limits, decode},
    manifest::EmbedderRecipe,
    verify::verify_models,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: embedder_origin FOLDER")?;
    let models = verify_models(Path::new("models/built"))?;
    let mut detector = Detector::new(models.detector()?);
    let alone = |recipe| EmbedderRecipe { weight: 1.0, mirror: false, origin: Vec::new(), ..recipe };
    let mut embedders: Vec<Embedder> = models
        .embedder()?
        .into_iter()
        .map(|(recipe, session)| Embedder::new(vec![(alone(recipe), session)]))
        .collect();
    let mut means: Vec<Mean> = embedders.iter().map(|_| Mean::default()).collect();
    for person in fs::read_dir(folder)? {
        let mut own: Vec<Mean> = means.iter().map(|_| Mean::default()).collect();
        for picture in fs::read_dir(person?.path())? {
            let picture = decode(&fs::read(picture?.path())?, &Limits::PICTURE)?;
            let faces = detector.detect(&picture)?;
            let Some(aligned) = faces.first().and_then(|face| align(&picture, &face.landmarks)) else {
                continue;
            };
            for (embedder, mean) in embedders.iter_mut().zip(&mut own) {
                if let Some(embedding) = embedder.embed(&aligned)? {
                    mean.add(embedding.values().iter().map(|value| value * embedding.norm()));
                }
            }
        }
        means
            .iter_mut()
            .zip(own)
            .filter(|(_, own)| own.count > 0)
            .for_each(|(mean, own)| mean.add(own.values()));
    }
    for mean in means {
        println!("{} people: {:.3?}", mean.count, mean.values().collect::<Vec<_>>());
    }
    Ok(())
}

#[derive(Default)]
struct Mean {
    sum: Vec<f32>,
    count: usize,
}

impl Mean {
    fn add(&mut self, values: impl Iterator<Item = f32>) {
        let values: Vec<f32> = values.collect();
        self.sum.resize(values.len(), 0.0);
        self.sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        self.count += 1;
    }

    fn values(&self) -> impl Iterator<Item = f32> {
        self.sum.iter().map(|sum| sum / self.count as f32)
    }
}
