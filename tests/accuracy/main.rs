//! Are the numbers right? A part of Labeled Faces in the Wild, measured by the code behind `facestep evaluate`, through the
//! whole path from JPEG to verdict. The bounds are loose enough for the sample's size and tight enough that a wrong channel
//! order, a wrong template or a shifted crop breaks them.
//!
//! The pictures are not in the project: `FACESTEP_TEST_DATA`, or else `../shared/data`, is where they are looked for.

use std::{
    fmt::Write,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use facestep::{
    domain::face::operating_point::{OperatingPoint, TargetFmr},
    evaluation::{
        bootstrap::Resampling, groups, lists::read_pairs, protection, setting::Setting, verification,
    },
    inference::verify::{Models, verify_models},
};
use tempfile::TempDir;

/// How many genuine and how many impostor pairs are compared.
const PAIRS: usize = 300;
/// How many people are compared by means of three pictures; each needs six.
const PEOPLE: usize = 30;
/// How many pictures of each.
const PICTURES: usize = 6;

/// The folder with the pictures, or `None` after saying so.
fn lfw() -> Option<PathBuf> {
    let data = std::env::var_os("FACESTEP_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let folder = data.join("lfw");
    if folder.join("pairs.csv").is_file() {
        return Some(folder);
    }
    println!("SKIPPED: no {} (set FACESTEP_TEST_DATA)", folder.display());
    None
}

static MODELS: LazyLock<Models> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/built");
    verify_models(&folder).unwrap_or_else(|fault| panic!("run make models: {fault}"))
});

fn setting(cache: &Path) -> Setting<'static> {
    let resampling = Resampling { rounds: 100, seed: 1 };
    Setting {
        models: &MODELS,
        cache: cache.to_owned(),
        forget: true,
        resampling,
        date: jiff::civil::date(2026, 1, 1),
    }
}

/// `count` of the items, at equal distances.
fn sampled<T: Clone>(items: &[T], count: usize) -> Vec<T> {
    let count = count.min(items.len());
    (0..count).map(|i| items[i * items.len() / count].clone()).collect()
}

/// Prints a count of errors and holds it to a bound.
fn hold(what: &str, errors: u64, n: u64, most: u64) {
    println!(
        "{what}: {errors} of {n} ({:.2} %), at most {most} are accepted here",
        100.0 * errors as f64 / n as f64
    );
    assert!(errors <= most, "{what}: {errors} of {n}");
}

#[test]
fn single_pictures_of_the_official_pairs_are_told_right() {
    // Huang et al., UMass Amherst TR 07-49: view 2.
    let Some(folder) = lfw() else { return };
    let rows = read_pairs(&folder.join("pairs.csv")).unwrap();
    let (genuine, impostor): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.same);
    let mut list = "left,right,same\n".to_owned();
    for row in [sampled(&genuine, PAIRS), sampled(&impostor, PAIRS)].concat() {
        writeln!(list, "{},{},{}", row.left, row.right, u8::from(row.same)).unwrap();
    }
    let scratch = TempDir::new().unwrap();
    let pairs = scratch.path().join("pairs.csv");
    fs::write(&pairs, list).unwrap();
    let request =
        verification::Request { images: folder.join("images"), pairs: Some(pairs), all_pairs: false };
    let report = verification::measure(&setting(&scratch.path().join("cache")), &request).unwrap();
    hold("pictures without a face", report.failure_to_acquire as u64, report.pictures as u64, 0);
    let n = report.genuine + report.impostor;
    assert_eq!(n, 2 * PAIRS as u64);
    hold("pairs told wrong", ((1.0 - report.accuracy) * n as f64).round() as u64, n, 9);
    assert!(report.eer <= 0.015, "EER {}", report.eer);
}

#[test]
fn means_of_three_pictures_err_no_more_than_the_manifest_says() {
    let Some(folder) = lfw() else { return };
    let scratch = TempDir::new().unwrap();
    let images = scratch.path().join("images");
    let list = collect(&folder.join("images"), &images);
    let list_file = scratch.path().join("groups.csv");
    fs::write(&list_file, list).unwrap();
    let thresholds = MODELS.thresholds();
    let at = |point: OperatingPoint, enrol: usize, probe: usize| {
        let at = groups::At::Cosine(f64::from(point.threshold), "the manifest".to_owned());
        let request = groups::Request { images: images.clone(), groups: list_file.clone(), enrol, probe, at };
        groups::measure(&setting(&scratch.path().join("cache")), &request).unwrap().overall
    };
    let standard = TargetFmr::Standard;
    let template = at(thresholds.match_template.at(standard), 3, 3);
    hold("template: false non-matches", template.false_non_matches, template.genuine, 1);
    hold("template: false matches", template.false_matches, template.impostor, 1);
    let portrait = at(thresholds.match_portrait.at(standard), 1, 3);
    hold("portrait: false non-matches", portrait.false_non_matches, portrait.genuine, portrait.genuine / 50);
    hold("portrait: false matches", portrait.false_matches, portrait.impostor, 4);
}

#[test]
fn the_transform_changes_no_decision_and_enrolments_of_one_person_cannot_be_linked() {
    // ISO/IEC 24745; the measure of Gomez-Barrero et al. 2018. `docs/biometrics.md` has all pictures.
    let Some(folder) = lfw() else { return };
    let scratch = TempDir::new().unwrap();
    let images = scratch.path().join("images");
    collect(&folder.join("images"), &images);
    let request = protection::Request { images, enrol: 1, others: 20 };
    let report = protection::measure(&setting(&scratch.path().join("cache")), &request).unwrap();
    let agreement = &report.agreement;
    println!("{agreement:?}");
    assert!(agreement.genuine >= 100 && agreement.impostor > 3_000 && agreement.largest_difference < 1e-5);
    for at in &agreement.decisions {
        hold(&format!("decided otherwise at {}", at.threshold), at.different, agreement.impostor, 0);
    }
    for attempt in &report.linking {
        println!("{attempt:?}");
    }
    let (plain, protected) = report.linking.split_first().unwrap();
    assert!(plain.d_sys > 0.9, "without a transform enrolments are linked");
    assert!(protected.iter().all(|attempt| attempt.d_sys <= 2.0 * attempt.d_sys_by_chance[1]));
}

/// Links six pictures of thirty people, and returns a list that puts all in one group.
fn collect(from: &Path, to: &Path) -> String {
    let listed = |folder: &Path| -> Vec<PathBuf> {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        entries
    };
    let people: Vec<Vec<PathBuf>> = listed(from)
        .iter()
        .map(|person| listed(person))
        .filter(|pictures| pictures.len() >= PICTURES)
        .collect();
    let mut list = "identity,group\n".to_owned();
    for (number, pictures) in sampled(&people, PEOPLE).iter().enumerate() {
        let person = to.join(number.to_string());
        fs::create_dir_all(&person).unwrap();
        for picture in pictures.iter().take(PICTURES) {
            let picture = fs::canonicalize(picture).unwrap();
            symlink(&picture, person.join(picture.file_name().unwrap())).unwrap();
        }
        writeln!(list, "{number},all").unwrap();
    }
    list
}
