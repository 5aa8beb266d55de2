//! The renewable form in which a reference is kept: transformed under a key that is drawn for each enrolment and kept apart
//! (ISO/IEC 24745, renewability and unlinkability). A live face is transformed by the same key and compared there; what is
//! kept is never taken back, but for the moment of a renewal, which needs no new capture.
//!
//! The transform keeps every angle, which is why accuracy does not suffer, and why it protects nobody whose transform key
//! is known: it is no one-way function, and sealing is what keeps a template secret.

use zeroize::Zeroizing;

use super::template::{FaceTemplate, ModelId, NoTemplate, Similarity};

mod layout;
mod transform;

pub use layout::Unreadable;
pub use transform::TransformKey;

use transform::Part;

/// What an enrolment is made of: a face, as one capture showed it.
#[derive(Clone)]
pub struct FaceReference {
    /// The 2D template.
    pub template: FaceTemplate,
}

/// A reference under its transform, with the key that a live face is brought there by.
pub struct ProtectedReference {
    key: TransformKey,
    template: Transformed,
}

/// A unit vector after its transform, and its length before it was filled up.
struct Transformed {
    vector: FaceTemplate,
    length: usize,
}

impl ProtectedReference {
    /// Transforms a reference under a fresh key.
    pub fn protect(reference: &FaceReference, key: TransformKey) -> Result<Self, NoTemplate> {
        let template = Transformed {
            vector: transformed(&key, &reference.template)?,
            length: reference.template.values().len(),
        };
        Ok(Self { key, template })
    }

    /// The key, to be wrapped and kept apart from the rest.
    pub fn key(&self) -> &TransformKey {
        &self.key
    }

    /// The model that made the template.
    pub fn model(&self) -> &ModelId {
        self.template.vector.model()
    }

    /// The same face under another key. For this moment the template stands plain in memory, and is wiped after it.
    pub fn reissue(&self, next: TransformKey) -> Result<Self, NoTemplate> {
        let Transformed { vector, length } = &self.template;
        let plain = self.key.undo(Part::Template, vector.values(), *length);
        let template = FaceTemplate::of_values(vector.model().clone(), plain)?;
        Self::protect(&FaceReference { template }, next)
    }

    /// Brings a live template under the same key and compares it there; `None` for another model's.
    pub(in crate::domain::face) fn compare(&self, live: &FaceTemplate) -> Option<Similarity> {
        transformed(&self.key, live).ok()?.compare(&self.template.vector)
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

fn transformed(key: &TransformKey, template: &FaceTemplate) -> Result<FaceTemplate, NoTemplate> {
    FaceTemplate::of_values(template.model().clone(), key.apply(Part::Template, template.values()))
}

#[cfg(test)]
mod tests;
