//! How a protected reference is written before it is sealed: a version, then parts, each with its tag and length, so that
//! a reader knows what it has and refuses what it does not understand.

use zeroize::Zeroizing;

use super::{FaceTemplate, ModelId, ProtectedReference, TransformKey, Transformed};

/// The first byte.
const VERSION: u8 = 1;
/// The model's name (UTF-8).
const MODEL: u8 = 1;
/// The 2D template: its length before it was filled up (u32), then its values (f32).
const TEMPLATE: u8 = 2;

/// Why bytes are no protected reference of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a protected reference of a known layout")]
pub struct Unreadable;

/// All numbers are little-endian.
pub fn write(reference: &ProtectedReference) -> Zeroizing<Vec<u8>> {
    let Transformed { vector, length } = &reference.template;
    let model = vector.model().as_str().as_bytes();
    let values = vector.values();
    // Grown once, so that no half of it is left behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(32 + model.len() + 4 * values.len()));
    bytes.push(VERSION);
    part(&mut bytes, MODEL, model.len());
    bytes.extend_from_slice(model);
    part(&mut bytes, TEMPLATE, 4 + 4 * values.len());
    bytes.extend_from_slice(&(*length as u32).to_le_bytes());
    values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    bytes
}

fn part(bytes: &mut Vec<u8>, tag: u8, length: usize) {
    bytes.push(tag);
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
}

/// Reads what [`write`] wrote; every part once, and nothing else.
pub fn read(bytes: &[u8], key: TransformKey) -> Result<ProtectedReference, Unreadable> {
    let mut rest = bytes.strip_prefix(&[VERSION]).ok_or(Unreadable)?;
    let (mut model, mut template) = (None, None);
    while let Some((tag, behind)) = rest.split_first() {
        let (length, behind) = number(behind)?;
        let (content, behind) = behind.split_at_checked(length).ok_or(Unreadable)?;
        let slot = match *tag {
            MODEL => &mut model,
            TEMPLATE => &mut template,
            _ => return Err(Unreadable),
        };
        if slot.replace(content).is_some() {
            return Err(Unreadable);
        }
        rest = behind;
    }
    let model = std::str::from_utf8(model.ok_or(Unreadable)?).map_err(|_| Unreadable)?;
    let (length, values) = number(template.ok_or(Unreadable)?)?;
    let values = floats(values)?;
    if length.next_power_of_two() != values.len() {
        return Err(Unreadable);
    }
    let vector = FaceTemplate::of_values(ModelId(model.to_owned()), values).map_err(|_| Unreadable)?;
    Ok(ProtectedReference { key, template: Transformed { vector, length } })
}

fn number(bytes: &[u8]) -> Result<(usize, &[u8]), Unreadable> {
    let (number, rest) = bytes.split_first_chunk::<4>().ok_or(Unreadable)?;
    Ok((u32::from_le_bytes(*number) as usize, rest))
}

fn floats(bytes: &[u8]) -> Result<Zeroizing<Vec<f32>>, Unreadable> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    let values: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let values = Zeroizing::new(values);
    if rest.is_empty() && values.iter().all(|value| value.is_finite()) { Ok(values) } else { Err(Unreadable) }
}
