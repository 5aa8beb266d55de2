//! ONNX Runtime: loads the library and runs one model at a time. The only file that names `ort`.
//!
//! Every session runs on one thread: parallel work is a matter of [`super::workers`], where each thread owns its sessions.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ort::{
    environment::Environment,
    logging::LogLevel,
    session::{Session as OrtSession, builder::GraphOptimizationLevel},
    value::{Outlet, TensorRef},
};

/// What went wrong in the runtime, in its own words; they hold names and shapes, never pictures or scores.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RuntimeFault(String);

impl<E> From<ort::Error<E>> for RuntimeFault {
    fn from(error: ort::Error<E>) -> Self {
        Self(error.to_string())
    }
}

/// The loaded library.
#[derive(Clone)]
pub struct Runtime {
    environment: Environment,
}

/// ONNX Runtime allows one environment in a process, even after the first is dropped; so this one stays.
static LOADED: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);

impl Runtime {
    /// Loads the library, or answers with the one that this process has loaded from the same path before.
    pub fn load(library: &Path) -> Result<Self, RuntimeFault> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, environment)) = loaded.as_ref() {
            return match path == library {
                true => Ok(Self { environment: environment.clone() }),
                false => Err(RuntimeFault(format!("this process already runs {}", path.display()))),
            };
        }
        // With an explicit path a missing library is an error; ort's own search for one would panic.
        let builder = ort::init_from(library).map_err(|error| RuntimeFault(error.to_string()))?;
        let environment = builder.with_name("facestep").with_telemetry(false).build()?;
        environment.set_log_level(LogLevel::Error);
        *loaded = Some((library.to_owned(), environment.clone()));
        Ok(Self { environment })
    }

    /// Makes a session of a model's bytes.
    pub fn session(&self, model: &[u8]) -> Result<Session, RuntimeFault> {
        let session = OrtSession::builder(&self.environment)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(1)?
            // A pattern is kept for every shape of input, and the detector sees many.
            .with_memory_pattern(false)?
            .with_inter_threads(1)?
            .with_config_entry("session.intra_op.allow_spinning", "0")?
            .commit_from_memory(model)?;
        Ok(Session {
            inputs: session.inputs().iter().map(TensorShape::of).collect(),
            outputs: session.outputs().iter().map(TensorShape::of).collect(),
            session,
        })
    }
}

/// Name and shape of a model's input or output; -1 stands for a size that the model leaves open.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TensorShape {
    /// The name in the graph.
    pub name: String,
    /// The sizes.
    pub shape: Vec<i64>,
}

impl TensorShape {
    fn of(outlet: &Outlet) -> Self {
        let shape = outlet.dtype().tensor_shape().map(|shape| shape.to_vec()).unwrap_or_default();
        Self { name: outlet.name().to_owned(), shape }
    }
}

/// One model, ready to run.
pub struct Session {
    session: OrtSession,
    inputs: Vec<TensorShape>,
    outputs: Vec<TensorShape>,
}

impl Session {
    /// What the graph takes.
    pub fn inputs(&self) -> &[TensorShape] {
        &self.inputs
    }

    /// What the graph gives, in the order of [`Self::run`]'s answer.
    pub fn outputs(&self) -> &[TensorShape] {
        &self.outputs
    }

    /// Runs the model on one tensor and returns its outputs in order.
    pub fn run(&mut self, shape: &[usize], values: &[f32]) -> Result<Vec<Vec<f32>>, RuntimeFault> {
        self.run_with(shape, values, |outputs| outputs.iter().map(|values| values.to_vec()).collect())
    }

    /// Runs the model on one tensor and has its outputs read, in order, where they lie.
    pub fn run_with<T>(
        &mut self,
        shape: &[usize],
        values: &[f32],
        read: impl FnOnce(&[&[f32]]) -> T,
    ) -> Result<T, RuntimeFault> {
        let tensor = TensorRef::from_array_view((shape, values))?;
        let answers = self.session.run(ort::inputs![tensor])?;
        let mut outputs = Vec::with_capacity(self.outputs.len());
        let values: Vec<_> = answers.values().collect();
        for value in &values {
            outputs.push(value.try_extract_tensor::<f32>()?.1);
        }
        Ok(read(&outputs))
    }
}
