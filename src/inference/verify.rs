//! Decides whether the files in a models folder are the ones that this program was built for.
//!
//! Bytes by SHA-256, shapes by asking the runtime, and the arithmetic by one made-up picture with known answers. What is
//! verified is what runs: sessions are made of the very bytes that were hashed.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use crate::domain::face::template::ModelId;

use super::{
    aligner::PLACES,
    manifest::{BUILT_WITH, EmbedderPin, EmbedderRecipe, Manifest, ModelPin, Thresholds},
    runtime::{Runtime, RuntimeFault, Session},
};

/// What is wrong with a models folder; each message names the file and the mend.
#[derive(Debug, thiserror::Error)]
pub enum ModelFault {
    /// A file cannot be read.
    #[error("{file}: cannot be read ({reason}); run `make models`", file = .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why not.
        reason: std::io::Error,
    },
    /// The manifest beside the models is not the one that the program was built with.
    #[error("{file}: differs from the manifest that this program was built with; run `make models`, or build the program again (`make build`)", file = .file.display())]
    OtherManifest {
        /// The manifest.
        file: PathBuf,
    },
    /// The manifest cannot be understood.
    #[error("models/manifest.toml: {0}")]
    BadManifest(String),
    /// No runtime is pinned for this architecture.
    #[error("models/manifest.toml: pins no ONNX Runtime for {0}; add one to [runtime.build]")]
    UnknownArchitecture(&'static str),
    /// A file has other bytes than the manifest pins.
    #[error("{file}: sha256 is {found}, the manifest pins {pinned}; delete the file and run `make models`", file = .file.display())]
    OtherBytes {
        /// The file.
        file: PathBuf,
        /// Its hash.
        found: String,
        /// What it should be.
        pinned: String,
    },
    /// The runtime refuses a file.
    #[error("{file}: {fault}; delete the file and run `make models`", file = .file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// In the runtime's words.
        fault: RuntimeFault,
    },
    /// The manifest's embedders do not make one embedding.
    #[error(
        "models/manifest.toml: the embedders' weights must be positive, and 1 in sum; an origin must be as long as the vector"
    )]
    BadRecipe,
    /// A model takes or gives other tensors than the manifest says.
    #[error("{file}: has other inputs or outputs than the manifest says; correct [model] in models/manifest.toml", file = .file.display())]
    OtherShapes {
        /// The model.
        file: PathBuf,
    },
    /// A model answers the golden picture differently.
    #[error("{file}: output `{output}` of the golden picture is wrong on this machine; the runtime library does not fit this processor", file = .file.display())]
    OtherAnswers {
        /// The model.
        file: PathBuf,
        /// The output.
        output: String,
    },
}

/// A verified model: what the manifest says, and the bytes that were hashed.
struct Verified {
    file: PathBuf,
    pin: ModelPin,
    bytes: Arc<[u8]>,
}

/// Models that may run.
pub struct Models {
    runtime: Runtime,
    manifest: Manifest,
    detector: Verified,
    mesh: Verified,
    attack_near: Verified,
    attack_far: Verified,
    embedders: Vec<(EmbedderRecipe, Verified)>,
}

/// What was verified, a line per file.
#[derive(Debug)]
pub struct Report {
    /// File name, SHA-256 and licence of the runtime and of every model.
    pub files: Vec<(String, String, String)>,
}

/// Verifies the folder that `make models` fills: the runtime library, the models, and a copy of the manifest.
pub fn verify_models(folder: &Path) -> Result<Models, ModelFault> {
    let manifest_file = folder.join("manifest.toml");
    if read(&manifest_file)? != BUILT_WITH.as_bytes() {
        return Err(ModelFault::OtherManifest { file: manifest_file });
    }
    let manifest = Manifest::parse(BUILT_WITH).map_err(|error| ModelFault::BadManifest(error.to_string()))?;
    let runtime = load_runtime(folder, &manifest)?;
    check_recipe(&manifest.model.embedders)?;
    let model = |pin: &ModelPin| verify_model(folder, &runtime, pin);
    let embedder = |pin: &EmbedderPin| Ok((pin.recipe.clone(), model(&pin.model)?));
    Ok(Models {
        detector: model(&manifest.model.detector)?,
        mesh: model(&manifest.model.mesh)?,
        attack_near: model(&manifest.model.attack_near)?,
        attack_far: model(&manifest.model.attack_far)?,
        embedders: manifest.model.embedders.iter().map(embedder).collect::<Result<_, ModelFault>>()?,
        runtime,
        manifest,
    })
}

/// A cosine of 1 must mean the same face to every embedder, and an origin must lie where the vectors do.
fn check_recipe(embedders: &[EmbedderPin]) -> Result<(), ModelFault> {
    const ROUNDING: f32 = 1e-4;
    let length = |pin: &ModelPin| pin.outputs.first().and_then(|output| output.shape.last().copied());
    let is_one_of_many = |EmbedderPin { model, recipe }: &EmbedderPin| {
        let fits = recipe.origin.is_empty() || length(model) == i64::try_from(recipe.origin.len()).ok();
        fits && recipe.weight > 0.0
    };
    let sum: f32 = embedders.iter().map(|embedder| embedder.recipe.weight).sum();
    let is_whole = (sum - 1.0).abs() <= ROUNDING && embedders.iter().all(is_one_of_many);
    if is_whole { Ok(()) } else { Err(ModelFault::BadRecipe) }
}

fn load_runtime(folder: &Path, manifest: &Manifest) -> Result<Runtime, ModelFault> {
    let architecture = std::env::consts::ARCH;
    let pin =
        manifest.runtime.build.get(architecture).ok_or(ModelFault::UnknownArchitecture(architecture))?;
    let file = folder.join(&manifest.runtime.file);
    check_bytes(&file, &read(&file)?, &pin.sha256)?;
    let absolute =
        fs::canonicalize(&file).map_err(|reason| ModelFault::Unreadable { file: file.clone(), reason })?;
    Runtime::load(&absolute).map_err(|fault| ModelFault::Refused { file, fault })
}

fn verify_model(folder: &Path, runtime: &Runtime, pin: &ModelPin) -> Result<Verified, ModelFault> {
    let file = folder.join(&pin.file);
    let bytes: Arc<[u8]> = read(&file)?.into();
    check_bytes(&file, &bytes, &pin.sha256)?;
    let refused = |fault| ModelFault::Refused { file: file.clone(), fault };
    let mut session = runtime.session(&bytes).map_err(refused)?;
    if session.inputs() != std::slice::from_ref(&pin.input) || session.outputs() != pin.outputs {
        return Err(ModelFault::OtherShapes { file });
    }
    let answers = session.run(&pin.golden.shape, &pin.golden.picture()).map_err(refused)?;
    for (output, answer) in pin.outputs.iter().zip(&answers) {
        if !pin.golden.agrees(&output.name, answer) {
            return Err(ModelFault::OtherAnswers { file, output: output.name.clone() });
        }
    }
    Ok(Verified { file, pin: pin.clone(), bytes })
}

fn read(file: &Path) -> Result<Vec<u8>, ModelFault> {
    fs::read(file).map_err(|reason| ModelFault::Unreadable { file: file.to_owned(), reason })
}

fn check_bytes(file: &Path, bytes: &[u8], pinned: &str) -> Result<(), ModelFault> {
    let found = hex::encode(Sha256::digest(bytes));
    match found == pinned {
        true => Ok(()),
        false => Err(ModelFault::OtherBytes { file: file.to_owned(), found, pinned: pinned.to_owned() }),
    }
}

impl Models {
    /// What was verified.
    pub fn report(&self) -> Report {
        let runtime = &self.manifest.runtime;
        let pinned =
            runtime.build.get(std::env::consts::ARCH).map(|pin| pin.sha256.clone()).unwrap_or_default();
        let mut files = vec![(runtime.file.clone(), pinned, "MIT".to_owned())];
        let one_each = [&self.detector, &self.mesh, &self.attack_near, &self.attack_far];
        for model in one_each.into_iter().chain(self.embedders.iter().map(|(_, model)| model)) {
            files.push((model.pin.file.clone(), model.pin.sha256.clone(), model.pin.licence.clone()));
        }
        Report { files }
    }

    /// The embedders' name in templates: a SHA-256 over how a face is aligned, their files, and all that is done with them.
    /// Whatever changes an embedding changes the name.
    pub fn embedder_id(&self) -> ModelId {
        let places = PLACES.map(|place| (place.x, place.y));
        let mut recipe = Sha256::new_with_prefix(format!("detector's points at {places:?}\n"));
        for (used, model) in &self.embedders {
            recipe.update(format!("{} {used:?}\n", model.pin.sha256));
        }
        ModelId(hex::encode(recipe.finalize()))
    }

    /// The thresholds with what they stand for.
    pub fn thresholds(&self) -> &Thresholds {
        &self.manifest.thresholds
    }

    /// Opens a session of the detector.
    pub fn detector(&self) -> Result<Session, ModelFault> {
        self.session(&self.detector)
    }

    /// Opens a session of the mesh model.
    pub fn mesh(&self) -> Result<Session, ModelFault> {
        self.session(&self.mesh)
    }

    /// Opens a session of the attack model of the close crop.
    pub fn attack_near(&self) -> Result<Session, ModelFault> {
        self.session(&self.attack_near)
    }

    /// Opens a session of the attack model of the wide crop.
    pub fn attack_far(&self) -> Result<Session, ModelFault> {
        self.session(&self.attack_far)
    }

    /// Opens a session of every embedder, in the manifest's order.
    pub fn embedder(&self) -> Result<Vec<(EmbedderRecipe, Session)>, ModelFault> {
        self.embedders.iter().map(|(recipe, model)| Ok((recipe.clone(), self.session(model)?))).collect()
    }

    fn session(&self, model: &Verified) -> Result<Session, ModelFault> {
        let refused = |fault| ModelFault::Refused { file: model.file.clone(), fault };
        self.runtime.session(&model.bytes).map_err(refused)
    }
}
