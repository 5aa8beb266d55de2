//! Templates at rest: sealed with the name of the model that made them, so that what is unsealed cannot be taken for
//! another model's.

use zeroize::Zeroizing;

use crate::{
    domain::face::template::{FaceTemplate, ModelId},
    ports::{
        envelope::{SealedKind, Vault},
        fault::Fault,
    },
};

/// Seals a template for its owner: the model's name, a zero byte, the values.
pub fn seal_template(
    vault: &dyn Vault,
    kind: SealedKind,
    owner: &str,
    template: &FaceTemplate,
) -> Result<Vec<u8>, Fault> {
    let mut plain = Zeroizing::new(template.model().as_str().as_bytes().to_vec());
    plain.push(0);
    plain.extend_from_slice(&template.to_bytes());
    vault.seal(kind, owner, &plain)
}

/// Opens a template that was sealed for this owner.
pub fn unseal_template(
    vault: &dyn Vault,
    kind: SealedKind,
    owner: &str,
    sealed: &[u8],
) -> Result<FaceTemplate, Fault> {
    let damaged = |what: &str| Fault::Damaged(format!("a sealed template has {what}"));
    let plain = vault.unseal(kind, owner, sealed)?;
    let end = plain.iter().position(|byte| *byte == 0).ok_or_else(|| damaged("no model"))?;
    let (model, values) = plain.split_at(end);
    let model = std::str::from_utf8(model).map_err(|_| damaged("an unreadable model"))?;
    let values = values.get(1..).unwrap_or_default();
    FaceTemplate::from_bytes(ModelId(model.to_owned()), values).map_err(|_| damaged("no values"))
}
