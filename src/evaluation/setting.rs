//! What every measurement stands on: the models, where embeddings are kept, and how intervals are drawn.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use super::{
    EvaluationFault,
    acquire::{self, recipe},
    bootstrap::Resampling,
    cache::{Acquired, Cache},
    pictures::identity,
};
use crate::{
    domain::face::template::{Embedding, ModelId},
    inference::verify::Models,
};

/// What every measurement stands on.
pub struct Setting<'a> {
    /// The models.
    pub models: &'a Models,
    /// The folder for embeddings.
    pub cache: PathBuf,
    /// Whether the embeddings are deleted when they have been used.
    pub forget: bool,
    /// How identities are drawn for intervals.
    pub resampling: Resampling,
    /// The day that the report names.
    pub date: Date,
}

impl Setting<'_> {
    /// What comes of each picture of a folder, in order.
    pub fn embed(&self, root: &Path, pictures: &[String]) -> Result<Vec<Acquired>, EvaluationFault> {
        self.cache_is_apart_from(root)?;
        let cache = Cache::open(&self.cache, &recipe(self.models)?)?;
        let path = cache.path().to_owned();
        if !cache.is_empty() {
            eprintln!("{} pictures are known from {}", cache.len(), path.display());
        }
        let (acquired, file) = acquire::embed(self.models, root, pictures, cache)?;
        if self.forget {
            file.forget()?;
        } else {
            eprintln!("embeddings are kept in {}: delete them when you are done", path.display());
        }
        Ok(acquired)
    }

    /// The recipe that templates are made by.
    pub fn model(&self) -> ModelId {
        self.models.embedder_id()
    }

    /// A collection of pictures is often shared or kept; what was made of its faces must not go with it.
    fn cache_is_apart_from(&self, root: &Path) -> Result<(), EvaluationFault> {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let resolved = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| absolute(path));
        if resolved(&self.cache).starts_with(resolved(root)) {
            let reason = "lies in the pictures' folder; give another one with --cache";
            return Err(EvaluationFault::file(&self.cache, reason));
        }
        Ok(())
    }
}

/// One identity's usable pictures.
#[derive(Default)]
pub struct Person<'a> {
    /// Its faces, in the order of the pictures.
    pub faces: Vec<&'a Embedding>,
    /// How many of its pictures have no usable face.
    pub failed: u64,
}

/// Sorts pictures by identity, which is their folder's name.
pub fn people<'a>(pictures: impl Iterator<Item = (&'a str, &'a Acquired)>) -> Vec<Person<'a>> {
    let mut people: BTreeMap<&str, Person<'a>> = BTreeMap::new();
    for (picture, acquired) in pictures {
        let Some(name) = identity(picture) else { continue };
        let person = people.entry(name).or_default();
        match acquired.face() {
            Some(face) => person.faces.push(face),
            None => person.failed += 1,
        }
    }
    people.into_values().collect()
}

/// How many pictures have no usable face.
pub fn failures(acquired: &[Acquired]) -> usize {
    acquired.iter().filter(|one| one.face().is_none()).count()
}
