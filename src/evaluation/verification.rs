//! One picture against one picture: all cross pairs of a folder, the pairs of a list, or both.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{
    EvaluationFault,
    cache::Acquired,
    lists::{PairRow, read_pairs},
    pictures::{PictureFolder, folder_of, identity},
    report::{LeftOut, Listed, Measured, Method, Report},
    setting::{Setting, failures},
};
use crate::domain::face::{
    error_rates::{Fold, ListedPair, Specimen, Trials, Weighting, cross_validate},
    template::{FaceTemplate, ModelId},
};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder of pictures.
    pub images: PathBuf,
    /// A list of pairs.
    pub pairs: Option<PathBuf>,
    /// Whether operating points come from all cross pairs; without a list they always do.
    pub all_pairs: bool,
}

/// Into how many parts a list is divided for its accuracy.
const FOLDS: usize = 10;

/// Measures.
pub fn measure(setting: &Setting<'_>, request: &Request) -> Result<Report, EvaluationFault> {
    let rows = request.pairs.as_deref().map(read_pairs).transpose()?.unwrap_or_default();
    let crossed = request.all_pairs || request.pairs.is_none();
    let pictures = chosen(request, &rows, crossed)?;
    let identities = if crossed { by_folder(request, &pictures)? } else { by_list(&pictures, &rows) };
    let acquired = setting.embed(&request.images, &pictures)?;
    let collection = Collection::new(&pictures, &identities, &acquired, &setting.model());
    let (pairs, unusable) = collection.listed(&rows);
    let (trials, left_out) = match crossed {
        true => (Trials::Among(&collection.specimens), left_out_of_all(&identities, &acquired)),
        false => (Trials::Listed { specimens: &collection.specimens, pairs: &pairs }, unusable),
    };
    let measured = Measured::count(trials, left_out, setting.resampling);
    let rates = &measured.rates;
    if rates.genuine() == 0 || rates.impostor() == 0 {
        return Err(EvaluationFault::TooLittle(format!(
            "{}: gives {} genuine and {} impostor comparisons; both are needed: at least two identities, and one of them \
             with two usable pictures",
            request.images.display(),
            rates.genuine(),
            rates.impostor()
        )));
    }
    let folds = cross_validate(&collection.specimens, &pairs, FOLDS);
    let (accuracy, accuracy_method) = accuracy(&folds, &measured);
    Ok(Report {
        comparison: "one picture against one picture".to_owned(),
        genuine: rates.genuine(),
        impostor: rates.impostor(),
        failure_to_acquire: failures(&acquired),
        accuracy,
        accuracy_method,
        eer: rates.equal_error_rate(Weighting::Comparisons),
        eer_by_identity: rates.equal_error_rate(Weighting::Identities),
        weighting: "comparisons",
        operating_points: measured.operating_points(Weighting::Comparisons),
        pictures: pictures.len(),
        identities: identities.iter().collect::<BTreeSet<_>>().len(),
        identities_with_genuine: rates.identities(),
        pairs_of_identities: rates.pairs_of_identities() as u64,
        left_out,
        listed: (!rows.is_empty()).then(|| Listed {
            genuine: pairs.iter().filter(|pair| pair.same).count(),
            impostor: pairs.iter().filter(|pair| !pair.same).count(),
            left_out: rows.len() - pairs.len(),
            folds: folds.len(),
            standard_error: standard_error(&folds),
        }),
        method: Method::of(setting.model().as_str(), setting),
        curves: vec![
            measured.curve("each comparison alike", Weighting::Comparisons),
            measured.curve("each identity alike", Weighting::Identities),
        ],
    })
}

/// The pictures that are looked at: all of the folder, or those of the list.
fn chosen(request: &Request, rows: &[PairRow], crossed: bool) -> Result<Vec<String>, EvaluationFault> {
    let mut pictures: BTreeSet<String> = match crossed {
        true => PictureFolder::list(&request.images)?.pictures.into_iter().collect(),
        false => BTreeSet::new(),
    };
    let list = request.pairs.as_deref().unwrap_or(Path::new(""));
    for row in rows {
        for picture in [&row.left, &row.right] {
            if !pictures.contains(picture) && !request.images.join(picture).is_file() {
                return Err(EvaluationFault::Line {
                    file: list.to_owned(),
                    line: row.line,
                    reason: format!("there is no picture {}", request.images.join(picture).display()),
                });
            }
            pictures.insert(picture.clone());
        }
    }
    if pictures.is_empty() {
        return Err(EvaluationFault::file(list, "has no pairs"));
    }
    Ok(pictures.into_iter().collect())
}

/// Identities, numbered, as the folders say.
fn by_folder(request: &Request, pictures: &[String]) -> Result<Vec<u32>, EvaluationFault> {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut identities = Vec::with_capacity(pictures.len());
    for picture in pictures {
        let next = numbers.len() as u32;
        identities.push(*numbers.entry(folder_of(&request.images, picture)?).or_insert(next));
    }
    Ok(identities)
}

/// Identities, numbered, as a list says: the folders, where every row agrees with them, and else the pictures that its
/// genuine rows connect.
fn by_list(pictures: &[String], rows: &[PairRow]) -> Vec<u32> {
    let agrees = |row: &PairRow| {
        identity(&row.left).zip(identity(&row.right)).is_some_and(|(left, right)| (left == right) == row.same)
    };
    let mut heads: Vec<usize> = (0..pictures.len()).collect();
    let place: BTreeMap<&str, usize> =
        pictures.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let links: Vec<(usize, usize)> = if rows.iter().all(agrees) {
        let mut first: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        pictures.iter().enumerate().map(|(i, name)| (*first.entry(identity(name)).or_insert(i), i)).collect()
    } else {
        let same = rows.iter().filter(|row| row.same);
        same.filter_map(|row| Some((*place.get(row.left.as_str())?, *place.get(row.right.as_str())?)))
            .collect()
    };
    for (one, other) in links {
        let (one, other) = (head(&heads, one), head(&heads, other));
        if let Some(to) = heads.get_mut(one.max(other)) {
            *to = one.min(other);
        }
    }
    let mut numbers: BTreeMap<usize, u32> = BTreeMap::new();
    (0..pictures.len())
        .map(|picture| {
            let next = numbers.len() as u32;
            *numbers.entry(head(&heads, picture)).or_insert(next)
        })
        .collect()
}

/// The first picture of those that are connected with a picture.
fn head(heads: &[usize], mut picture: usize) -> usize {
    while let Some(next) = heads.get(picture).filter(|next| **next != picture) {
        picture = *next;
    }
    picture
}

/// The usable pictures as templates.
struct Collection<'a> {
    specimens: Vec<Specimen>,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Collection<'a> {
    fn new(pictures: &'a [String], identities: &[u32], acquired: &[Acquired], model: &ModelId) -> Self {
        let (mut specimens, mut places) = (Vec::new(), BTreeMap::new());
        for (number, ((picture, identity), acquired)) in
            pictures.iter().zip(identities).zip(acquired).enumerate()
        {
            let template = acquired.face().map(|face| FaceTemplate::mean_of(model.clone(), [face]));
            if let Some(Ok(template)) = template {
                places.insert(picture.as_str(), specimens.len());
                let number = number as u32;
                specimens.push(Specimen { identity: *identity, pictures: number..number + 1, template });
            }
        }
        Self { specimens, places }
    }

    /// The rows whose pictures are both usable, and how many are not.
    fn listed(&self, rows: &[PairRow]) -> (Vec<ListedPair>, LeftOut) {
        let (mut pairs, mut left_out) = (Vec::new(), LeftOut::default());
        for row in rows {
            let place = |picture: &str| self.places.get(picture).copied();
            match (place(&row.left), place(&row.right), row.same) {
                (Some(left), Some(right), same) => pairs.push(ListedPair { left, right, same }),
                (_, _, true) => left_out.genuine += 1,
                (_, _, false) => left_out.impostor += 1,
            }
        }
        (pairs, left_out)
    }
}

/// The cross pairs in which a picture without a usable face would have been.
fn left_out_of_all(identities: &[u32], acquired: &[Acquired]) -> LeftOut {
    let pairs = |n: u64| n * n.saturating_sub(1) / 2;
    let mut counts: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for (identity, acquired) in identities.iter().zip(acquired) {
        let (all, usable) = counts.entry(*identity).or_default();
        *all += 1;
        *usable += u64::from(acquired.face().is_some());
    }
    let genuine: u64 = counts.values().map(|(all, usable)| pairs(*all) - pairs(*usable)).sum();
    let usable = counts.values().map(|(_, usable)| usable).sum();
    LeftOut { genuine, impostor: pairs(acquired.len() as u64) - pairs(usable) - genuine }
}

/// The mean over folds, or without a list what the best single threshold would reach.
fn accuracy(folds: &[Fold], measured: &Measured<'_>) -> (f64, String) {
    if folds.is_empty() {
        let how =
            "1 - the least mean of FMR and FNMR at one threshold, which is chosen on the same comparisons";
        return (1.0 - measured.rates.least_mean_error(Weighting::Comparisons), how.to_owned());
    }
    let how = format!("mean of {} folds of the list, the threshold chosen on the other folds", folds.len());
    (mean(&shares(folds)), how)
}

fn shares(folds: &[Fold]) -> Vec<f64> {
    folds.iter().map(|fold| fold.right as f64 / fold.pairs.max(1) as f64).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn standard_error(folds: &[Fold]) -> f64 {
    let shares = shares(folds);
    let (mean, n) = (mean(&shares), shares.len() as f64);
    if n < 2.0 {
        return 0.0;
    }
    (shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(left: &str, right: &str, same: bool) -> PairRow {
        PairRow { left: left.into(), right: right.into(), same, line: 2 }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn folders_are_identities_where_a_list_agrees() {
        let pictures = names(&["a/1", "a/2", "a/3", "b/1"]);
        let rows = [row("a/1", "a/2", true), row("a/3", "b/1", false)];
        assert_eq!(by_list(&pictures, &rows), [0, 0, 0, 1]);
    }

    #[test]
    fn genuine_rows_make_identities_where_folders_do_not() {
        let pictures = names(&["enrolled/ann", "enrolled/bob", "live/ann", "live/bob"]);
        let rows = [
            row("enrolled/ann", "live/ann", true),
            row("enrolled/bob", "live/bob", true),
            row("enrolled/ann", "live/bob", false),
        ];
        assert_eq!(by_list(&pictures, &rows), [0, 1, 0, 1]);
        assert_eq!(by_list(&names(&["1", "2", "3"]), &[row("1", "3", true)]), [0, 1, 0]);
    }

    #[test]
    fn what_a_failed_picture_would_have_been_compared_with_is_counted() {
        let face = || Acquired::Face(crate::domain::face::template::Embedding::new(vec![1.0]));
        let acquired = [face(), face(), Acquired::NoFace, face(), Acquired::Unreadable];
        // Identity 0: three pictures, one failed: 3 - 1 genuine. In all 10 - 3 = 7 pairs are lost.
        let lost = left_out_of_all(&[0, 0, 0, 1, 1], &acquired);
        assert_eq!((lost.genuine, lost.impostor), (3, 4));
    }

    #[test]
    fn the_standard_error_is_that_of_the_mean_over_folds() {
        let fold = |right| Fold { pairs: 10, right };
        let error = standard_error(&[fold(10), fold(8)]);
        assert!((error - 0.1).abs() < 1e-12, "{error}");
        assert_eq!(standard_error(&[fold(10)]), 0.0);
    }
}
