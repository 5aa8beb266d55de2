//! How a protected reference is written before it is sealed: a version, then parts, each with its tag and length, so that
//! a reader knows what it has and refuses what it does not understand. All numbers are little-endian.

use zeroize::Zeroizing;

use super::{Coverage, FaceMap, ModelId, ProtectedMap, ProtectedReference, TransformKey, Transformed};

/// The first byte.
const VERSION: u8 = 1;
/// The model's name (UTF-8).
const MODEL: u8 = 1;
/// The 2D template: its length before it was filled up (u32), then its values (f32).
const TEMPLATE: u8 = 2;
/// How the 3D map was made (UTF-8).
const MAP_RECIPE: u8 = 3;
/// The map's direction, written as the template is.
const MAP_DIRECTION: u8 = 4;
/// The map's uncertainty, written as the template is.
const MAP_UNCERTAINTY: u8 = 5;
/// The names of the poses that the map covers (UTF-8).
const MAP_COVERAGE: u8 = 6;
/// One more than the last tag.
const TAGS: usize = 7;

/// Bytes before a part's content: its tag and its length.
const HEAD: usize = 5;

/// Why bytes are no protected reference of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a protected reference of a known layout")]
pub struct Unreadable;

/// The bytes of a reference, without its key.
pub fn write(reference: &ProtectedReference) -> Zeroizing<Vec<u8>> {
    let mut parts = vec![(MODEL, text(reference.model.as_str())), (TEMPLATE, vector(&reference.template))];
    if let Some(map) = &reference.map {
        parts.push((MAP_RECIPE, text(FaceMap::RECIPE)));
        parts.push((MAP_DIRECTION, vector(&map.direction)));
        parts.push((MAP_UNCERTAINTY, vector(&map.uncertainty)));
        parts.push((MAP_COVERAGE, text(&map.coverage.to_string())));
    }
    let length = parts.iter().map(|(_, content)| HEAD + content.len()).sum::<usize>();
    // As large as it will be, so that no half of it is left behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 + length));
    bytes.push(VERSION);
    for (tag, content) in parts {
        bytes.push(tag);
        bytes.extend_from_slice(&(content.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&content);
    }
    bytes
}

fn text(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

fn vector(vector: &Transformed) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 + 4 * vector.values.len()));
    bytes.extend_from_slice(&(vector.length as u32).to_le_bytes());
    vector.values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    bytes
}

/// Reads what [`write`] wrote: every part once, all of a map's parts or none, and nothing else.
pub fn read(bytes: &[u8], key: TransformKey) -> Result<ProtectedReference, Unreadable> {
    let parts = split(bytes)?;
    let [_, model, template, recipe, direction, uncertainty, coverage] = parts;
    let map = match (recipe, direction, uncertainty, coverage) {
        (None, None, None, None) => None,
        // A map of another recipe does not compare with a live one, so it is left aside.
        (Some(recipe), Some(_), Some(_), Some(_)) if recipe != FaceMap::RECIPE.as_bytes() => None,
        (Some(_), Some(direction), Some(uncertainty), Some(coverage)) => Some(ProtectedMap {
            direction: read_vector(direction)?,
            uncertainty: read_vector(uncertainty)?,
            coverage: Coverage::parse(read_text(coverage)?).ok_or(Unreadable)?,
        }),
        _ => return Err(Unreadable),
    };
    let model = ModelId(read_text(model.ok_or(Unreadable)?)?.to_owned());
    Ok(ProtectedReference { key, model, template: read_vector(template.ok_or(Unreadable)?)?, map })
}

/// The content of each tag.
fn split(bytes: &[u8]) -> Result<[Option<&[u8]>; TAGS], Unreadable> {
    let mut rest = bytes.strip_prefix(&[VERSION]).ok_or(Unreadable)?;
    let mut parts = [None; TAGS];
    while let Some((tag, behind)) = rest.split_first() {
        let (length, behind) = read_number(behind)?;
        let (content, behind) = behind.split_at_checked(length).ok_or(Unreadable)?;
        let slot = parts.get_mut(usize::from(*tag)).filter(|_| *tag != 0).ok_or(Unreadable)?;
        if slot.replace(content).is_some() {
            return Err(Unreadable);
        }
        rest = behind;
    }
    Ok(parts)
}

fn read_number(bytes: &[u8]) -> Result<(usize, &[u8]), Unreadable> {
    let (number, rest) = bytes.split_first_chunk::<4>().ok_or(Unreadable)?;
    Ok((u32::from_le_bytes(*number) as usize, rest))
}

fn read_text(bytes: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(bytes).map_err(|_| Unreadable)
}

fn read_vector(bytes: &[u8]) -> Result<Transformed, Unreadable> {
    let (length, bytes) = read_number(bytes)?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    let values: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let values = Zeroizing::new(values);
    let is_whole = rest.is_empty()
        && length > 0
        && length.checked_next_power_of_two() == Some(values.len())
        && values.iter().all(|value| value.is_finite());
    if is_whole { Ok(Transformed { values, length }) } else { Err(Unreadable) }
}
