//! Reads the lists that come with pictures: pairs, and groups. What is wrong is told with its file and line.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{EvaluationFault, pictures::within};

/// A row of a list of pairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairRow {
    /// One picture.
    pub left: String,
    /// The other picture.
    pub right: String,
    /// Whether they are of one person.
    pub same: bool,
    /// The line that says so.
    pub line: u64,
}

/// A row of a list of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// The identity (a folder) or the picture.
    pub member: String,
    /// The group that it belongs to.
    pub group: String,
    /// The line that says so.
    pub line: u64,
}

/// A list of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// By identity.
    OfIdentities(Vec<GroupRow>),
    /// By picture.
    OfPictures(Vec<GroupRow>),
}

/// Reads a list with the columns `left`, `right` and `same` (1 or 0).
pub fn read_pairs(file: &Path) -> Result<Vec<PairRow>, EvaluationFault> {
    let table = Table::read(file)?;
    let [left, right, same] = table.columns(["left", "right", "same"])?;
    let rows = table.rows.iter().map(|row| {
        Ok(PairRow {
            left: table.path(row, left, "left")?,
            right: table.path(row, right, "right")?,
            same: match table.text(row, same, "same")?.to_ascii_lowercase().as_str() {
                "1" | "true" => true,
                "0" | "false" => false,
                other => return Err(table.fault(row, format!("`same` is \"{other}\"; write 1 or 0"))),
            },
            line: row.line,
        })
    });
    rows.collect()
}

/// Reads a list with the columns `identity` (a folder's name) or `image`, and `group`.
pub fn read_groups(file: &Path) -> Result<Groups, EvaluationFault> {
    let table = Table::read(file)?;
    let of_identities = table.has("identity");
    let name = if of_identities { "identity" } else { "image" };
    let [member, group] = table.columns([name, "group"])?;
    let rows = table.rows.iter().map(|row| {
        Ok(GroupRow {
            member: table.path(row, member, name)?,
            group: table.text(row, group, "group")?.to_owned(),
            line: row.line,
        })
    });
    let rows = rows.collect::<Result<_, EvaluationFault>>()?;
    Ok(if of_identities { Groups::OfIdentities(rows) } else { Groups::OfPictures(rows) })
}

struct Table<'a> {
    file: &'a Path,
    header: StringRecord,
    rows: Vec<Row>,
}

struct Row {
    line: u64,
    fields: StringRecord,
}

impl Row {
    /// The reader counts empty lines before a row to the row, so they are added here.
    fn new(fields: StringRecord, text: &str) -> Self {
        let line = fields.position().map_or(0, |position| {
            let from = text.get(position.byte() as usize..).unwrap_or_default();
            let empty = from.chars().take_while(|letter| ['\r', '\n'].contains(letter));
            position.line() + empty.filter(|letter| *letter == '\n').count() as u64
        });
        Self { line, fields }
    }
}

impl<'a> Table<'a> {
    fn read(file: &'a Path) -> Result<Self, EvaluationFault> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| EvaluationFault::file(file, format!("cannot be read ({error})")))?;
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| EvaluationFault::file(file, error))?.clone();
        let rows = reader
            .records()
            .map(|fields| Ok(Row::new(fields?, text)))
            .collect::<Result<_, csv::Error>>()
            .map_err(|error| EvaluationFault::file(file, error))?;
        Ok(Self { file, header, rows })
    }

    fn has(&self, name: &str) -> bool {
        self.header.iter().any(|column| column == name)
    }

    fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], EvaluationFault> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            let found = self.header.iter().position(|column| column == name);
            *place = found.ok_or_else(|| EvaluationFault::Line {
                file: self.file.to_owned(),
                line: 1,
                reason: format!("there is no column `{name}`; the first line must be {}", names.join(",")),
            })?;
        }
        Ok(places)
    }

    fn text<'r>(&self, row: &'r Row, place: usize, name: &str) -> Result<&'r str, EvaluationFault> {
        row.fields
            .get(place)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| self.fault(row, format!("`{name}` is missing")))
    }

    fn path(&self, row: &Row, place: usize, name: &str) -> Result<String, EvaluationFault> {
        let text = self.text(row, place, name)?;
        within(text).ok_or_else(|| {
            self.fault(row, format!("`{name}` is \"{text}\", which leaves the pictures' folder"))
        })
    }

    fn fault(&self, row: &Row, reason: String) -> EvaluationFault {
        EvaluationFault::Line { file: self.file.to_owned(), line: row.line, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn pairs_are_read_in_any_order_of_columns() {
        let file = listed("\u{feff}same,left,right,note\n1, ./a/1.jpg ,a/2.jpg,x\nfalse,a/1.jpg,b/1.jpg\n");
        let rows = read_pairs(file.path()).unwrap();
        let row = |left: &str, right: &str, same, line| PairRow {
            left: left.into(),
            right: right.into(),
            same,
            line,
        };
        assert_eq!(rows, [row("a/1.jpg", "a/2.jpg", true, 2), row("a/1.jpg", "b/1.jpg", false, 3)]);
    }

    #[test]
    fn a_bad_line_is_told_with_its_file_its_number_and_its_column() {
        for (text, parts) in [
            ("left,right\na,b\n", ["line 1", "`same`"]),
            ("left,right,same\na,b,1\na,b,maybe\n", ["line 3", "\"maybe\""]),
            ("left,right,same\na,b,1\n\na,b\n", ["line 4", "`same` is missing"]),
            ("left,right,same\na,../b,1\n", ["line 2", "`right`"]),
        ] {
            let file = listed(text);
            let told = read_pairs(file.path()).unwrap_err().to_string();
            let name = file.path().display().to_string();
            for part in [parts[0], parts[1], &name] {
                assert!(told.contains(part), "{part} is missing in: {told}");
            }
        }
    }

    #[test]
    fn groups_are_of_identities_or_of_pictures() {
        let row = |member: &str, line| GroupRow { member: member.into(), group: "x".into(), line };
        let file = listed("identity,group\nann,x\n");
        assert_eq!(read_groups(file.path()).unwrap(), Groups::OfIdentities(vec![row("ann", 2)]));
        let file = listed("group,image\nx,ann/1.jpg\n");
        assert_eq!(read_groups(file.path()).unwrap(), Groups::OfPictures(vec![row("ann/1.jpg", 2)]));
        assert!(read_groups(listed("a,b\n").path()).is_err());
    }
}
