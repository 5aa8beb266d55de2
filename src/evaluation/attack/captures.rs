//! Which presentations there are: `bona_fide/<name>`, `attack/<species>/<name>`, and where a comparison is wanted,
//! `enrol/<name>`; each a folder of frames, a picture or a video file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::frames;
use crate::evaluation::EvaluationFault;

/// One presentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Its name, without ending.
    pub name: String,
    /// A folder of frames or a file.
    pub path: PathBuf,
}

/// All presentations of a folder.
#[derive(Debug)]
pub struct Captures {
    /// Of live people.
    pub bona_fide: Vec<Capture>,
    /// Attacks by species.
    pub attacks: BTreeMap<String, Vec<Capture>>,
    /// Pictures of people whom presentations are compared with.
    pub enrolled: Vec<Capture>,
}

impl Captures {
    /// Lists a folder.
    pub fn list(root: &Path) -> Result<Self, EvaluationFault> {
        let species = folders(&root.join("attack"))?;
        let attacks = species.into_iter().map(|folder| {
            let listed = presentations(&folder.path)?;
            Ok((folder.name, listed))
        });
        let captures = Self {
            bona_fide: presentations(&root.join("bona_fide"))?,
            attacks: attacks.collect::<Result<_, EvaluationFault>>()?,
            enrolled: presentations(&root.join("enrol"))?,
        };
        if captures.all().next().is_none() {
            let reason =
                "holds no presentations: they belong into bona_fide/<name> and attack/<species>/<name>";
            return Err(EvaluationFault::file(root, reason));
        }
        Ok(captures)
    }

    /// All of them: the bona fide ones, then the attacks species by species.
    pub fn all(&self) -> impl Iterator<Item = &Capture> {
        self.bona_fide.iter().chain(self.attacks.values().flatten())
    }
}

/// The enrolled person whom a presentation is of: the one whose name it has or begins with, up to `_`, `-` or `.`.
pub fn person_of<'a, T>(presentation: &str, enrolled: &'a BTreeMap<String, T>) -> Option<&'a T> {
    let is_of = |name: &&String| {
        let rest = presentation.strip_prefix(name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-', '.']))
    };
    enrolled.keys().filter(is_of).max_by_key(|name| name.len()).and_then(|name| enrolled.get(name))
}

fn presentations(folder: &Path) -> Result<Vec<Capture>, EvaluationFault> {
    Ok(entries(folder)?
        .into_iter()
        .filter(|entry| entry.path.is_dir() || frames::is_readable(&entry.path))
        .collect())
}

fn folders(folder: &Path) -> Result<Vec<Capture>, EvaluationFault> {
    Ok(entries(folder)?.into_iter().filter(|entry| entry.path.is_dir()).collect())
}

/// What a folder holds, in order of names; nothing where there is no folder.
fn entries(folder: &Path) -> Result<Vec<Capture>, EvaluationFault> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let unreadable = |error| EvaluationFault::file(folder, format!("cannot be read ({error})"));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let part = if path.is_dir() { path.file_name() } else { path.file_stem() };
        let name = part.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.starts_with('.') {
            found.push(Capture { name, path });
        }
    }
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presentation_is_of_the_person_whose_name_it_begins_with() {
        let enrolled: BTreeMap<String, u8> =
            [("ann", 1), ("ann_lee", 2), ("bo", 3)].map(|(name, n)| (name.to_owned(), n)).into();
        for (presentation, person) in
            [("ann", Some(1)), ("ann_lee-print", Some(2)), ("ann_x", Some(1)), ("bob", None), ("", None)]
        {
            assert_eq!(person_of(presentation, &enrolled).copied(), person, "{presentation}");
        }
    }

    #[test]
    fn presentations_are_folders_pictures_and_videos() {
        let root = tempfile::tempdir().unwrap();
        for file in ["bona_fide/a/1.jpg", "bona_fide/b.mp4", "bona_fide/notes.txt", "attack/print/c.jpg"] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::create_dir_all(root.path().join("attack/mask")).unwrap();
        let found = Captures::list(root.path()).unwrap();
        let names: Vec<_> = found.all().map(|capture| capture.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(found.attacks.keys().collect::<Vec<_>>(), ["mask", "print"]);
        assert!(Captures::list(&root.path().join("attack")).is_err());
    }
}
