//! Which pictures there are, and of whom: a folder of folders, each of one identity.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use super::EvaluationFault;

/// The pictures of a folder.
#[derive(Debug)]
pub struct PictureFolder {
    /// Where they are.
    pub root: PathBuf,
    /// Their paths within it, parts joined by `/`, in order.
    pub pictures: Vec<String>,
    /// How many other files there are: the product reads JPEG.
    pub others: usize,
}

impl PictureFolder {
    /// Lists a folder with all its folders.
    pub fn list(root: &Path) -> Result<Self, EvaluationFault> {
        let mut listed = Self { root: root.to_owned(), pictures: Vec::new(), others: 0 };
        listed.walk("")?;
        listed.pictures.sort_unstable();
        if listed.pictures.is_empty() {
            return Err(EvaluationFault::file(root, "holds no JPEG pictures (.jpg, .jpeg)"));
        }
        Ok(listed)
    }

    fn walk(&mut self, within: &str) -> Result<(), EvaluationFault> {
        let folder = self.root.join(within);
        let unreadable = |error| EvaluationFault::file(&folder, format!("cannot be read ({error})"));
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = if within.is_empty() { name } else { format!("{within}/{name}") };
            if entry.path().is_dir() {
                self.walk(&path)?;
            } else if is_jpeg(&path) {
                self.pictures.push(path);
            } else {
                self.others += 1;
            }
        }
        Ok(())
    }
}

/// Whether a name is that of a picture that the product reads.
pub fn is_jpeg(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["jpg", "jpeg"].iter().any(|jpeg| ending.eq_ignore_ascii_case(jpeg))
}

/// The identity that a picture's folder stands for; `None` of a picture that lies in no folder.
pub fn identity(picture: &str) -> Option<&str> {
    picture.rsplit_once('/').map(|(folder, _)| folder)
}

/// The same, where a picture must have one.
pub fn folder_of<'a>(root: &Path, picture: &'a str) -> Result<&'a str, EvaluationFault> {
    let reason = "lies in no folder, and the folder's name is taken as the identity";
    identity(picture).ok_or_else(|| EvaluationFault::file(&root.join(picture), reason))
}

/// A path as a list gives it, in the form of [`PictureFolder::pictures`]; `None` if it leaves the folder.
pub fn within(text: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in Path::new(text).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_list_stays_within_its_folder() {
        assert_eq!(within("./a/b.jpg").as_deref(), Some("a/b.jpg"));
        for path in ["../a.jpg", "/a.jpg", "a/../../b.jpg", "", "."] {
            assert_eq!(within(path), None, "{path}");
        }
    }

    #[test]
    fn pictures_are_listed_in_order_and_named_by_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b/2.jpg", "b/1.JPEG", "a/x/1.jpg", "a/notes.txt", ".hidden/1.jpg"] {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let listed = PictureFolder::list(folder.path()).unwrap();
        assert_eq!(listed.pictures, ["a/x/1.jpg", "b/1.JPEG", "b/2.jpg"]);
        assert_eq!((listed.others, identity("a/x/1.jpg"), identity("1.jpg")), (1, Some("a/x"), None));
        let told = PictureFolder::list(&folder.path().join("missing")).unwrap_err().to_string();
        assert!(told.contains("missing") && told.contains("cannot be read"), "{told}");
    }
}
