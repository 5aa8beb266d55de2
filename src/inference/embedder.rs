//! Makes a vector of an aligned face: one or more embedders side by side.
//!
//! An embedder is a table in `models/manifest.toml` and one file. The table says how the network takes a face (five-point
//! aligned, 112x112), whether it also sees the mirror image, from which point its vectors are seen, and its weight in the
//! cosine. An embedding is the embedders' unit vectors one behind the other, each times the root of its weight, so that a
//! dot product of two embeddings is the weighted sum of their cosines and whatever compares embeddings knows of one vector
//! only.
//!
//! What the networks take and give is wiped as soon as it has been used. ONNX Runtime's own working memory is not.

use zeroize::{Zeroize, Zeroizing};

use crate::domain::face::template::Embedding;

use super::{
    aligner::SIDE,
    image::Picture,
    manifest::{EmbedderRecipe, Layout},
    runtime::{RuntimeFault, Session},
    tensor::Colours,
};

/// All embedders of the manifest.
pub struct Embedder {
    networks: Vec<Network>,
}

/// One network, and how it is used.
struct Network {
    recipe: EmbedderRecipe,
    session: Session,
    /// What the network takes; filled for every run and wiped after it.
    input: Zeroizing<Vec<f32>>,
}

impl Embedder {
    /// Takes the models in the manifest's order: the norm of the first one's vector tells a picture's quality.
    pub fn new(networks: Vec<(EmbedderRecipe, Session)>) -> Self {
        let input = || Zeroizing::new(vec![0.0; 3 * SIDE * SIDE]);
        let network = |(recipe, session)| Network { recipe, session, input: input() };
        Self { networks: networks.into_iter().map(network).collect() }
    }

    /// The embedding of an aligned face; `None` when a network gives no direction.
    pub fn embed(&mut self, aligned: &Picture) -> Result<Option<Embedding>, RuntimeFault> {
        let mut parts = Vec::with_capacity(self.networks.len());
        for network in &mut self.networks {
            let seen = network.run(aligned, View::AsIs)?;
            let mirrored = match network.recipe.mirror {
                true => Some(network.run(aligned, View::Mirrored)?),
                false => None,
            };
            parts.push((network.recipe.weight, Embedding::seen_twice(seen, mirrored)));
        }
        Ok(Embedding::joined(&parts))
    }
}

/// How a network sees a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// As it is.
    AsIs,
    /// Left and right exchanged.
    Mirrored,
}

impl Network {
    fn run(&mut self, aligned: &Picture, view: View) -> Result<Embedding, RuntimeFault> {
        fill(&mut self.input, aligned, &self.recipe, view);
        let shape = match self.recipe.layout {
            Layout::Planes => [1, 3, SIDE, SIDE],
            Layout::Pixels => [1, SIDE, SIDE, 3],
        };
        let outputs = self.session.run(&shape, &self.input);
        self.input.as_mut_slice().zeroize();
        Ok(Embedding::seen_from(&self.recipe.origin, outputs?.into_iter().next().unwrap_or_default()))
    }
}

/// What a network sees of an aligned face: its layout, its order of colours, its scale.
#[expect(clippy::indexing_slicing, reason = "numeric kernel; sizes are checked before the loops")]
pub fn fill(input: &mut [f32], aligned: &Picture, recipe: &EmbedderRecipe, view: View) {
    let rgb = aligned.rgb();
    if rgb.len() != 3 * SIDE * SIDE || input.len() != rgb.len() {
        return input.fill(0.0);
    }
    let order = match recipe.colours {
        Colours::Rgb => [0, 1, 2],
        Colours::Bgr => [2, 1, 0],
    };
    // Steps from one colour, and from one pixel, to the next.
    let (colour_step, pixel_step) = match recipe.layout {
        Layout::Planes => (SIDE * SIDE, 1),
        Layout::Pixels => (1, 3),
    };
    let mut at = 0;
    while at < SIDE * SIDE {
        let column = at % SIDE;
        let from = match view {
            View::AsIs => at,
            View::Mirrored => at - column + (SIDE - 1 - column),
        };
        let mut colour = 0;
        while colour < 3 {
            let value = f32::from(rgb[from * 3 + order[colour]]);
            input[at * pixel_step + colour * colour_step] = (value - recipe.centre) / recipe.range;
            colour += 1;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AS_IS: EmbedderRecipe = EmbedderRecipe {
        layout: Layout::Planes,
        colours: Colours::Rgb,
        centre: 0.0,
        range: 1.0,
        weight: 1.0,
        mirror: false,
        origin: Vec::new(),
    };

    /// The first pixel is (200, 10, 30), all others are black.
    fn picture() -> Picture {
        let mut pixels = vec![0; 3 * SIDE * SIDE];
        pixels[..3].copy_from_slice(&[200, 10, 30]);
        Picture::from_rgb(SIDE, SIDE, pixels).unwrap()
    }

    fn filled(recipe: &EmbedderRecipe, view: View) -> Vec<f32> {
        let mut input = vec![9.0; 3 * SIDE * SIDE];
        fill(&mut input, &picture(), recipe, view);
        input
    }

    #[test]
    fn planes_follow_each_other_in_the_networks_order_of_colours() {
        let values = filled(&AS_IS, View::AsIs);
        assert_eq!((values[0], values[SIDE * SIDE], values[2 * SIDE * SIDE]), (200.0, 10.0, 30.0));
        let values = filled(&EmbedderRecipe { colours: Colours::Bgr, ..AS_IS }, View::AsIs);
        assert_eq!((values[0], values[SIDE * SIDE], values[2 * SIDE * SIDE]), (30.0, 10.0, 200.0));
    }

    #[test]
    fn pixels_stay_together_and_values_are_brought_to_the_networks_scale() {
        let recipe = EmbedderRecipe { layout: Layout::Pixels, centre: 100.0, range: 50.0, ..AS_IS };
        assert_eq!(filled(&recipe, View::AsIs)[..4], [2.0, -1.8, -1.4, -2.0]);
    }

    #[test]
    fn a_mirrored_face_has_its_first_column_last() {
        let values = filled(&AS_IS, View::Mirrored);
        assert_eq!((values[0], values[SIDE - 1], values[2 * SIDE - 1]), (0.0, 200.0, 0.0));
    }

    #[test]
    fn a_picture_of_another_size_is_seen_as_nothing() {
        let mut input = vec![9.0; 3 * SIDE * SIDE];
        fill(&mut input, &Picture::from_rgb(2, 1, vec![7; 6]).unwrap(), &AS_IS, View::AsIs);
        assert!(input.iter().all(|value| *value == 0.0));
    }
}
