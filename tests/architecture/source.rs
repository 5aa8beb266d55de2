//! Reads the project's files, and finds names in Rust code without being taken in by comments and strings.

use std::path::{Path, PathBuf};

/// One file of the project.
pub struct SourceFile {
    /// From the project's folder, with forward slashes.
    pub path: String,
    /// As it stands.
    pub text: String,
}

/// The project's folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of these kinds under a folder of the project, without what is built, kept out of git or made by tools.
pub fn files_under(folder: &str, kinds: &[&str]) -> Vec<SourceFile> {
    let mut found = Vec::new();
    let start = if folder == "." { project().to_path_buf() } else { project().join(folder) };
    collect(&start, kinds, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no file under {folder}");
    found
}

fn collect(folder: &Path, kinds: &[&str], found: &mut Vec<SourceFile>) {
    let skipped = ["target", "var", "node_modules", "built", "cache", ".git"];
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path: PathBuf = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !skipped.contains(&name.as_str()) {
                collect(&path, kinds, found);
            }
        } else if path.extension().is_some_and(|kind| kinds.iter().any(|wanted| kind == *wanted)) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let path = path.strip_prefix(project()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push(SourceFile { path, text });
        }
    }
}

impl SourceFile {
    /// The lines that are code, numbered from 1: comments and the insides of plain strings taken out.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, String)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, code_of(line)))
    }

    /// The modules of this crate that the code names, as in `crate::domain::…` or `use crate::{domain, ports}`.
    pub fn names_of_ours(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let code: Vec<_> = self.code_lines().collect();
        for (index, (line, text)) in code.iter().enumerate() {
            for (at, _) in text.match_indices("crate::") {
                let whole_word =
                    !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
                if !whole_word {
                    continue;
                }
                let following: String =
                    code.iter().skip(index + 1).take(60).map(|(_, text)| text.as_str()).collect();
                let rest = format!("{}{following}", &text[at + "crate::".len()..]);
                found.extend(first_names(&rest).into_iter().map(|name| (*line, name)));
            }
        }
        found
    }

    /// The first line whose code holds this name as a whole word.
    pub fn line_naming(&self, name: &str) -> Option<usize> {
        self.code_lines().find(|(_, code)| holds_word(code, name)).map(|(line, _)| line)
    }

    /// The types and traits that the file defines.
    pub fn defined_types(&self) -> Vec<(usize, String)> {
        self.code_lines()
            .filter_map(|(line, code)| {
                let mut words =
                    code.split_whitespace().skip_while(|word| !["struct", "enum", "trait"].contains(word));
                words.next()?;
                let name: String =
                    words.next()?.chars().take_while(|letter| letter.is_alphanumeric()).collect();
                Some((line, name))
            })
            .collect()
    }
}

/// Whether a line holds this absolute path as the beginning of a path, and not as a part of an address or of another.
pub fn holds_absolute_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-/}*)$".contains(before))
    })
}

/// The names right after `crate::`: one, or each head of a group in braces.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let mut names = vec![name(group)];
    let mut depth = 0_usize;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn holds_word(code: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

/// A line without its comment and without what stands in its strings.
fn code_of(line: &str) -> String {
    let mut code = String::new();
    let mut letters = line.chars().peekable();
    let mut in_string = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if in_string => {
                letters.next();
            }
            // The letter '"' opens no string.
            '\'' if !in_string && letters.peek() == Some(&'"') => {
                letters.nth(1);
            }
            '"' => in_string = !in_string,
            '/' if !in_string && letters.peek() == Some(&'/') => break,
            _ if in_string => {}
            _ => code.push(letter),
        }
    }
    code
}

#[test]
fn a_group_names_each_of_its_heads() {
    assert_eq!(first_names("{domain::{a, b}, ports::Store, web}"), ["domain", "ports", "web"]);
    assert_eq!(first_names("flows::Authorize;"), ["flows"]);
}

#[test]
fn comments_and_strings_are_no_code() {
    assert_eq!(code_of(r#"call("crate::web \" x"); // crate::web"#), "call(); ");
}

#[test]
fn an_address_is_no_path_of_a_machine() {
    let path = format!("/{}", "home/");
    assert!(holds_absolute_path(&format!("cd {path}someone"), &path));
    assert!(!holds_absolute_path(&format!("example.org{path}"), &path));
}
