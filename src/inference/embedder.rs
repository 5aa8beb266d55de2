//! Makes a vector of an aligned face: SFace.
//!
//! Any model with the same input (five-point aligned, 112x112, red first, 0..255) can stand here: replace its table in
//! `models/manifest.toml` and measure the thresholds again. A template names the model that made it by the hash of
//! its file, so vectors of two models are never compared.

use crate::domain::face::template::Embedding;

use super::{
    aligner::SIDE,
    image::Picture,
    runtime::{RuntimeFault, Session},
    tensor::{Colours, planes},
};

/// The embedder.
pub struct Embedder {
    session: Session,
}

impl Embedder {
    /// Takes the model.
    pub fn new(session: Session) -> Self {
        Self { session }
    }

    /// The vector of an aligned face, not normalised: its norm tells the picture's quality.
    pub fn embed(&mut self, aligned: &Picture) -> Result<Option<Embedding>, RuntimeFault> {
        let outputs = self.session.run(&[1, 3, SIDE, SIDE], &pre(aligned))?;
        Ok(post(outputs))
    }
}

/// What the network sees; it brings the values to its own scale itself.
pub fn pre(aligned: &Picture) -> Vec<f32> {
    planes(aligned, Colours::Rgb, SIDE, SIDE)
}

/// The only output; `None` when it is no direction.
pub fn post(outputs: Vec<Vec<f32>>) -> Option<Embedding> {
    let embedding = Embedding::new(outputs.into_iter().next()?);
    embedding.norm().is_normal().then_some(embedding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn red_comes_first_and_values_stay_as_they_are() {
        let picture = Picture::from_rgb(SIDE, SIDE, [[200, 10, 30]; SIDE * SIDE].concat()).unwrap();
        let values = pre(&picture);
        assert_eq!((values[0], values[SIDE * SIDE], values[2 * SIDE * SIDE]), (200.0, 10.0, 30.0));
    }

    #[test]
    fn a_vector_without_direction_is_no_embedding() {
        assert!(post(vec![vec![0.0; 128]]).is_none());
        assert!(post(vec![vec![f32::NAN; 128]]).is_none());
        assert!(post(vec![]).is_none());
        assert!(post(vec![vec![0.5; 128]]).is_some());
    }
}
