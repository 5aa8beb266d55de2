//! FMR and FNMR of each group of people at one threshold, and how much worse the worst group fares than all together
//! (ISO/IEC 19795-10; NIST SP 800-63A-4 asks for no more than a quarter).
//!
//! A group's impostor comparisons are those within it: people of one group are more alike than people of two, and it is
//! them whom an attacker of that group would try to pass for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    EvaluationFault,
    bootstrap::Interval,
    lists::{GroupRow, Groups, read_groups},
    pictures::{PictureFolder, folder_of, identity},
    report::{LeftOut, Measured, Method},
    setting::{Person, Setting, failures, people},
    templates::{Sides, named},
};
use crate::domain::face::error_rates::{Threshold, Weighting};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder of pictures.
    pub images: PathBuf,
    /// The list of groups.
    pub groups: PathBuf,
    /// How many pictures make a reference.
    pub enrol: usize,
    /// How many pictures make a probe.
    pub probe: usize,
    /// The threshold.
    pub at: At,
}

/// Which threshold the groups are held to.
#[derive(Clone, Debug)]
pub enum At {
    /// A given one, and where it comes from.
    Cosine(f64, String),
    /// The lowest that keeps this FMR, each comparison alike, on all these pictures.
    Fmr(f64),
}

/// What a measurement of groups found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What was compared with what.
    pub comparison: String,
    /// The threshold.
    pub threshold: f64,
    /// Where it comes from.
    pub threshold_from: String,
    /// How many pictures have no usable face.
    pub failure_to_acquire: usize,
    /// All pictures, with the comparisons between groups.
    pub overall: Rates,
    /// The groups' own comparisons, added up.
    pub within_groups: Sums,
    /// Each group by its name.
    pub groups: BTreeMap<String, Rates>,
    /// The groups with the highest rates.
    pub worst: Worst,
    /// Pictures that belong to no group; they are in `overall` alone.
    pub pictures_without_group: usize,
    /// Entries of the list that no picture belongs to.
    pub entries_without_pictures: usize,
    /// How it was measured.
    pub method: Method,
}

/// The rates of some pictures; `null` is "no data".
#[derive(Clone, Debug, Serialize)]
pub struct Rates {
    /// How many identities.
    pub identities: usize,
    /// How many pictures.
    pub pictures: usize,
    /// How many of these have no usable face.
    pub failure_to_acquire: u64,
    /// How many genuine comparisons.
    pub genuine: u64,
    /// How many impostor comparisons.
    pub impostor: u64,
    /// How many impostor comparisons match.
    pub false_matches: u64,
    /// How many different pairs of identities these are of.
    pub false_match_pairs: u64,
    /// How many genuine comparisons do not match.
    pub false_non_matches: u64,
    /// The share of impostor comparisons that match.
    pub fmr: Option<f64>,
    /// Its 95 % interval.
    pub fmr_ci95: Option<Interval>,
    /// The mean over pairs of identities.
    pub fmr_by_pair_of_identities: Option<f64>,
    /// The share of genuine comparisons that do not match.
    pub fnmr: Option<f64>,
    /// Its 95 % interval.
    pub fnmr_ci95: Option<Interval>,
    /// The mean over identities.
    pub fnmr_by_identity: Option<f64>,
    /// Its 95 % interval.
    pub fnmr_by_identity_ci95: Option<Interval>,
}

/// Comparisons of several groups, added up.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Sums {
    /// How many genuine comparisons.
    pub genuine: u64,
    /// How many impostor comparisons.
    pub impostor: u64,
    /// The share of impostor comparisons that match.
    pub fmr: Option<f64>,
    /// The share of genuine comparisons that do not match.
    pub fnmr: Option<f64>,
}

/// The groups with the highest rates; `null` where no group has data.
#[derive(Clone, Debug, Serialize)]
pub struct Worst {
    /// By FMR.
    pub fmr: Option<WorstGroup>,
    /// By FNMR.
    pub fnmr: Option<WorstGroup>,
}

/// A group with the highest rate.
#[derive(Clone, Debug, Serialize)]
pub struct WorstGroup {
    /// Its name.
    pub group: String,
    /// Its rate.
    pub rate: f64,
    /// The rate of all.
    pub overall: f64,
    /// The one over the other; `null` where nobody's rate is above 0.
    pub ratio: Option<f64>,
}

/// Measures.
pub fn measure(setting: &Setting<'_>, request: &Request) -> Result<Report, EvaluationFault> {
    let listed = read_groups(&request.groups)?;
    let pictures = PictureFolder::list(&request.images)?.pictures;
    pictures.iter().try_for_each(|picture| folder_of(&request.images, picture).map(drop))?;
    let (memberships, entries_without_pictures) = memberships(&listed, &pictures, &request.groups)?;
    let acquired = setting.embed(&request.images, &pictures)?;
    let model = setting.model();
    let compare = |people: Vec<Person<'_>>, at: Option<Threshold>| {
        let sides = Sides::of(&people, request.enrol, request.probe, &model);
        let measured = Measured::count(sides.trials(), LeftOut::default(), setting.resampling);
        let (at, from) = at.map_or_else(|| request.at.on(&measured), |at| (at, String::new()));
        (at, from, Rates::of(&people, &measured, at))
    };
    let known = || pictures.iter().map(String::as_str).zip(&acquired);
    let (at, threshold_from, overall) = compare(people(known()), None);
    let groups: BTreeMap<String, Rates> = memberships
        .values()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|group| {
            let members = known().filter(|(picture, _)| memberships.get(picture) == Some(group));
            ((*group).to_owned(), compare(people(members), Some(at)).2)
        })
        .collect();
    Ok(Report {
        comparison: format!("{} against {}", named(request.enrol), named(request.probe)),
        threshold: at.cosine(),
        threshold_from,
        failure_to_acquire: failures(&acquired),
        within_groups: Sums::of(groups.values()),
        worst: Worst {
            fmr: worst(&groups, overall.fmr, |rates| rates.fmr),
            fnmr: worst(&groups, overall.fnmr, |rates| rates.fnmr),
        },
        overall,
        pictures_without_group: pictures.len() - memberships.len(),
        groups,
        entries_without_pictures,
        method: Method::of(setting.model().as_str(), setting),
    })
}

impl At {
    fn on(&self, measured: &Measured<'_>) -> (Threshold, String) {
        match self {
            Self::Cosine(cosine, from) => (Threshold::at_least(*cosine), from.clone()),
            Self::Fmr(target) => {
                let at = measured.rates.threshold_at(*target, Weighting::Comparisons);
                (at, format!("FMR {target:e} on these pictures, each comparison alike"))
            }
        }
    }
}

/// Each picture's group, and how many entries of the list no picture belongs to.
fn memberships<'a>(
    listed: &'a Groups,
    pictures: &'a [String],
    file: &Path,
) -> Result<(BTreeMap<&'a str, &'a str>, usize), EvaluationFault> {
    type MemberOf = fn(&str) -> Option<&str>;
    let (rows, of): (&[GroupRow], MemberOf) = match listed {
        Groups::OfIdentities(rows) => (rows, identity),
        Groups::OfPictures(rows) => (rows, |picture| Some(picture)),
    };
    let mut named: BTreeMap<&str, &GroupRow> = BTreeMap::new();
    for row in rows {
        if let Some(before) = named.insert(&row.member, row).filter(|before| before.group != row.group) {
            let reason = format!("{} was in group {} on line {}", row.member, before.group, before.line);
            return Err(EvaluationFault::Line { file: file.to_owned(), line: row.line, reason });
        }
    }
    let member = |picture: &'a String| Some((of(picture)?, picture.as_str()));
    let mut unused: BTreeSet<&str> = named.keys().copied().collect();
    let mut groups = BTreeMap::new();
    for (member, picture) in pictures.iter().filter_map(member) {
        if let Some(row) = named.get(member) {
            unused.remove(member);
            groups.insert(picture, row.group.as_str());
        }
    }
    if groups.is_empty() {
        return Err(EvaluationFault::file(file, "names nobody of whom there is a picture"));
    }
    Ok((groups, unused.len()))
}

impl Rates {
    fn of(people: &[Person<'_>], measured: &Measured<'_>, at: Threshold) -> Self {
        // The target is of no interest at a threshold that is given.
        let point = measured.at(0.0, at, Weighting::Comparisons);
        let (genuine, impostor) = (measured.rates.genuine(), measured.rates.impostor());
        let (if_genuine, if_impostor) =
            (|rate| (genuine > 0).then_some(rate), |rate| (impostor > 0).then_some(rate));
        Self {
            identities: people.len(),
            pictures: people.iter().map(|person| person.faces.len() + person.failed as usize).sum(),
            failure_to_acquire: people.iter().map(|person| person.failed).sum(),
            genuine,
            impostor,
            false_matches: point.false_matches,
            false_match_pairs: point.false_match_pairs,
            false_non_matches: measured.rates.false_non_matches(at),
            fmr: if_impostor(point.fmr_by_comparison),
            fmr_ci95: point.fmr_ci95,
            fmr_by_pair_of_identities: if_impostor(point.fmr_by_pair_of_identities),
            fnmr: if_genuine(point.fnmr_by_comparison),
            fnmr_ci95: point.fnmr_ci95,
            fnmr_by_identity: if_genuine(point.fnmr_by_identity),
            fnmr_by_identity_ci95: point.fnmr_by_identity_ci95,
        }
    }
}

impl Sums {
    fn of<'a>(groups: impl Iterator<Item = &'a Rates>) -> Self {
        let (mut sums, mut matches, mut non_matches) = (Self::default(), 0, 0);
        for rates in groups {
            sums.genuine += rates.genuine;
            sums.impostor += rates.impostor;
            matches += rates.false_matches;
            non_matches += rates.false_non_matches;
        }
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        Self { fmr: share(matches, sums.impostor), fnmr: share(non_matches, sums.genuine), ..sums }
    }
}

fn worst(
    groups: &BTreeMap<String, Rates>,
    overall: Option<f64>,
    of: impl Fn(&Rates) -> Option<f64>,
) -> Option<WorstGroup> {
    let overall = overall?;
    let rates = groups.iter().filter_map(|(name, rates)| Some((name, of(rates)?)));
    let (name, rate) = rates.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let ratio = (overall > 0.0).then_some(rate / overall);
    Some(WorstGroup { group: name.clone(), rate, overall, ratio })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(member: &str, group: &str, line: u64) -> GroupRow {
        GroupRow { member: member.into(), group: group.into(), line }
    }

    #[test]
    fn a_picture_belongs_to_its_identitys_group() {
        let pictures = ["a/1.jpg", "a/2.jpg", "b/1.jpg", "c/1.jpg"].map(String::from);
        let listed = Groups::OfIdentities(vec![row("a", "x", 2), row("b", "y", 3), row("gone", "x", 4)]);
        let (groups, unused) = memberships(&listed, &pictures, Path::new("groups.csv")).unwrap();
        assert_eq!(
            groups.into_iter().collect::<Vec<_>>(),
            [("a/1.jpg", "x"), ("a/2.jpg", "x"), ("b/1.jpg", "y")]
        );
        assert_eq!(unused, 1);
    }

    #[test]
    fn nobody_is_in_two_groups() {
        let listed = Groups::OfPictures(vec![row("a/1.jpg", "x", 2), row("a/1.jpg", "y", 3)]);
        let told =
            memberships(&listed, &["a/1.jpg".to_owned()], Path::new("groups.csv")).unwrap_err().to_string();
        assert_eq!(told, "groups.csv, line 3: a/1.jpg was in group x on line 2");
    }
}
