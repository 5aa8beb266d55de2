//! The renewable form in which a reference is kept: transformed under a key that is drawn for each enrolment and kept apart
//! (ISO/IEC 24745, renewability and unlinkability). A live face is transformed by the same key and compared there; what is
//! kept is never taken back, but for the moment of a renewal, which needs no new capture.
//!
//! The transform keeps every angle, which is why accuracy does not suffer, and why it protects nobody whose transform key
//! is known: it is no one-way function, and sealing is what keeps a template secret.

use zeroize::Zeroizing;

use super::{
    coverage::Coverage,
    face_map::FaceMap,
    template::{FaceTemplate, ModelId, Similarity},
};

mod layout;
mod transform;

pub use layout::Unreadable;
pub use transform::TransformKey;

use transform::{Part, Transform};

/// What an enrolment is made of: a face, as one capture showed it.
#[derive(Clone)]
pub struct FaceReference {
    /// The 2D template.
    pub template: FaceTemplate,
    /// The 3D map, where the capture yields one.
    pub map: Option<FaceMap>,
}

/// A reference under its transform, with the key that a live face is brought there by.
pub struct ProtectedReference {
    key: TransformKey,
    model: ModelId,
    template: Transformed,
    map: Option<ProtectedMap>,
}

/// A map under the transforms of its parts. Which poses it covers is no biometric and stays as it is.
struct ProtectedMap {
    direction: Transformed,
    uncertainty: Transformed,
    coverage: Coverage,
}

/// A vector after its transform, and its length before it was filled up.
struct Transformed {
    values: Zeroizing<Vec<f32>>,
    length: usize,
}

impl Transformed {
    fn of(key: &TransformKey, part: Part, values: &[f32]) -> Self {
        Self { values: key.apply(part, values), length: values.len() }
    }

    fn reissue(&self, key: &TransformKey, next: &TransformKey, part: Part) -> Self {
        Self::of(next, part, &key.undo(part, &self.values, self.length))
    }
}

impl ProtectedReference {
    /// Transforms a reference under a fresh key.
    pub fn protect(reference: &FaceReference, key: TransformKey) -> Self {
        let map = reference.map.as_ref().map(|map| ProtectedMap {
            direction: Transformed::of(&key, Part::MapDirection, map.values()),
            uncertainty: Transformed::of(&key, Part::MapUncertainty, map.uncertainty()),
            coverage: map.coverage(),
        });
        let template = Transformed::of(&key, Part::Template, reference.template.values());
        Self { key, model: reference.template.model().clone(), template, map }
    }

    /// The key, to be wrapped and kept apart from the rest.
    pub fn key(&self) -> &TransformKey {
        &self.key
    }

    /// The model that made the template.
    pub fn model(&self) -> &ModelId {
        &self.model
    }

    /// Which poses the 3D map covers, where there is one.
    pub fn coverage(&self) -> Option<Coverage> {
        self.map.as_ref().map(|map| map.coverage)
    }

    /// The same face under another key. For this moment each part stands plain in memory, and is wiped after it.
    #[must_use]
    pub fn reissue(&self, next: TransformKey) -> Self {
        let anew = |kept: &Transformed, part| kept.reissue(&self.key, &next, part);
        let map = self.map.as_ref().map(|map| ProtectedMap {
            direction: anew(&map.direction, Part::MapDirection),
            uncertainty: anew(&map.uncertainty, Part::MapUncertainty),
            coverage: map.coverage,
        });
        let template = anew(&self.template, Part::Template);
        Self { key: next, model: self.model.clone(), template, map }
    }

    /// Brings a live template under the same key and compares it there; `None` for another model's.
    pub(in crate::domain::face) fn compare(&self, live: &FaceTemplate) -> Option<Similarity> {
        self.comparing().compare(live)
    }

    /// The same for many live templates: the transform is drawn once.
    pub(in crate::domain::face) fn comparing(&self) -> Comparing<'_> {
        Comparing { kept: self, transform: self.key.transform(Part::Template, self.template.length) }
    }

    /// Compares what is kept of two enrolments as whoever stole both would: each is under its own key, so this tells
    /// nothing. For measuring that it does not.
    pub(in crate::domain::face) fn cross_compare(&self, other: &Self) -> Similarity {
        Similarity::of_directions(&self.template.values, &other.template.values)
    }

    /// The template's values after the transform, for measuring what else they might tell.
    pub(in crate::domain::face) fn values(&self) -> &[f32] {
        &self.template.values
    }

    /// The bytes that are sealed, without the key.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        layout::write(self)
    }

    /// Reads back what [`Self::to_bytes`] wrote, with the key that was kept apart.
    pub fn from_bytes(bytes: &[u8], key: TransformKey) -> Result<Self, Unreadable> {
        layout::read(bytes, key)
    }
}

/// A reference that live templates are compared with.
pub(in crate::domain::face) struct Comparing<'a> {
    kept: &'a ProtectedReference,
    transform: Transform,
}

impl Comparing<'_> {
    /// Brings a live template under the same key and compares it there; `None` for another model's.
    pub(in crate::domain::face) fn compare(&self, live: &FaceTemplate) -> Option<Similarity> {
        let ProtectedReference { model, template, .. } = self.kept;
        let comparable = live.model() == model && live.values().len() == template.length;
        comparable.then(|| Similarity::of_directions(&self.transform.apply(live.values()), &template.values))
    }
}

#[cfg(test)]
mod tests;
