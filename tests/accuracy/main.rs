//! Are the numbers right? False matches and false non-matches on a part of Labeled Faces in the Wild, through the whole
//! path from JPEG to cosine (ISO/IEC 19795-1's FMR and FNMR). The bounds are loose enough for the sample's size and tight
//! enough that a wrong channel order, a wrong template or a shifted crop breaks them.
//!
//! The pictures are not in the project: `FACESTEP_TEST_DATA`, or else `../shared/data`, is where they are looked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex},
    thread,
};

use facestep::inference::{
    aligner::align,
    detector::Detector,
    embedder::Embedder,
    image::{Limits, decode},
    verify::{Models, verify_models},
};

/// How many genuine and how many impostor pairs are compared.
const PAIRS: usize = 300;
/// How many people are compared by means of three pictures; each needs six.
const PEOPLE: usize = 30;
/// How many pictures make a mean.
const MEAN_OF: usize = 3;

type Vector = Vec<f32>;

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

/// Embeds pictures on two threads; a picture without a face is left out.
fn embed(folder: &Path, names: &BTreeSet<String>) -> BTreeMap<String, Vector> {
    let waiting = Mutex::new(names.iter());
    let embedded = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut detector = Detector::new(MODELS.detector().unwrap());
                let mut embedder = Embedder::new(MODELS.embedder().unwrap());
                loop {
                    let Some(name) = waiting.lock().unwrap().next() else { return };
                    let bytes = fs::read(folder.join("images").join(name)).unwrap();
                    let picture = decode(&bytes, &Limits::PICTURE).unwrap();
                    let middle = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
                    // The person meant is in the middle; others may be larger.
                    let face = detector.detect(&picture).unwrap().into_iter().min_by(|a, b| {
                        let off = |x: f32, y: f32| (x - middle.0).hypot(y - middle.1);
                        let [a, b] = [a, b].map(|face| off(face.landmarks[2].x, face.landmarks[2].y));
                        a.total_cmp(&b)
                    });
                    let Some(face) = face else { continue };
                    let aligned = align(&picture, &face.landmarks).unwrap();
                    let vector = embedder.embed(&aligned).unwrap().unwrap().values().to_vec();
                    embedded.lock().unwrap().insert(name.clone(), normalised(vector));
                }
            });
        }
    });
    embedded.into_inner().unwrap()
}

fn normalised(vector: Vector) -> Vector {
    let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    vector.into_iter().map(|v| v / length).collect()
}

fn mean(vectors: &[&Vector]) -> Vector {
    let mut sum = vec![0.0; vectors[0].len()];
    vectors.iter().for_each(|vector| sum.iter_mut().zip(*vector).for_each(|(s, v)| *s += v));
    normalised(sum)
}

fn cosine(a: &Vector, b: &Vector) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// `count` of the items, at equal distances.
fn sampled<T: Clone>(items: &[T], count: usize) -> Vec<T> {
    let count = count.min(items.len());
    (0..count).map(|i| items[i * items.len() / count].clone()).collect()
}

/// Prints a rate with its n and holds it to a bound.
fn hold(what: &str, errors: usize, n: usize, most: usize) {
    println!(
        "{what}: {errors} of {n} ({:.2} %), at most {most} are accepted here",
        100.0 * errors as f64 / n as f64
    );
    assert!(errors <= most, "{what}: {errors} of {n}");
}

#[test]
fn single_pictures_of_the_official_pairs_match_as_often_as_the_manifest_says() {
    let Some(folder) = lfw() else { return };
    let listed = fs::read_to_string(folder.join("pairs.csv")).unwrap();
    let pairs: Vec<(String, String, bool)> = listed
        .lines()
        .skip(1)
        .map(|line| {
            let [left, right, same] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
            (left.to_owned(), right.to_owned(), same == "1")
        })
        .collect();
    let (genuine, impostor): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(_, _, same)| *same);
    let chosen = [sampled(&genuine, PAIRS), sampled(&impostor, PAIRS)].concat();
    let names = chosen.iter().flat_map(|(left, right, _)| [left.clone(), right.clone()]).collect();
    let vectors = embed(&folder, &names);
    hold("pictures without a face", names.len() - vectors.len(), names.len(), names.len() / 200);

    let scores = |same: bool| -> Vec<f32> {
        let pairs = chosen.iter().filter(|pair| pair.2 == same);
        pairs.filter_map(|(l, r, _)| Some(cosine(vectors.get(l)?, vectors.get(r)?))).collect()
    };
    let (genuine, impostor) = (scores(true), scores(false));
    let matched = |scores: &[f32], threshold: f32| scores.iter().filter(|s| **s >= threshold).count();
    hold("FNMR at 0.37", genuine.len() - matched(&genuine, 0.37), genuine.len(), 12);
    hold("FMR at 0.37", matched(&impostor, 0.37), impostor.len(), 2);
    hold("FNMR at 0.50", genuine.len() - matched(&genuine, 0.50), genuine.len(), 45);
    hold("FMR at 0.50", matched(&impostor, 0.50), impostor.len(), 0);
}

#[test]
fn means_of_three_pictures_match_where_single_pictures_do_not() {
    let Some(folder) = lfw() else { return };
    let mut people: Vec<Vec<String>> = Vec::new();
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder.join("images")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for person in folders {
        let mut pictures: Vec<String> = fs::read_dir(&person)
            .unwrap()
            .map(|entry| {
                let file = entry.unwrap().path();
                file.strip_prefix(folder.join("images")).unwrap().to_str().unwrap().to_owned()
            })
            .collect();
        pictures.sort();
        if pictures.len() >= 2 * MEAN_OF {
            people.push(pictures[..2 * MEAN_OF].to_vec());
        }
    }
    let people = sampled(&people, PEOPLE);
    let vectors = embed(&folder, &people.iter().flatten().cloned().collect());
    let complete: Vec<Vec<&Vector>> = people
        .iter()
        .filter_map(|pictures| pictures.iter().map(|name| vectors.get(name)).collect())
        .collect();
    let enrolled: Vec<Vector> = complete.iter().map(|person| mean(&person[..MEAN_OF])).collect();
    let probes: Vec<Vector> = complete.iter().map(|person| mean(&person[MEAN_OF..])).collect();

    let compare = |references: &dyn Fn(usize) -> Vector, genuine: bool, threshold: f32| {
        let all = (0..complete.len()).flat_map(|i| (0..complete.len()).map(move |j| (i, j)));
        let pairs: Vec<_> = all.filter(|(i, j)| (i == j) == genuine).collect();
        let wrong =
            pairs.iter().filter(|(i, j)| (cosine(&references(*i), &probes[*j]) >= threshold) != genuine);
        (wrong.count(), pairs.len())
    };
    let template = |i: usize| enrolled[i].clone();
    let portrait = |i: usize| complete[i][0].clone();
    let held = |what: &str, (errors, n): (usize, usize), most| hold(what, errors, n, most);
    held("FNMR at 0.50, mean of three against mean of three", compare(&template, true, 0.50), 1);
    held("FMR at 0.50, mean of three against mean of three", compare(&template, false, 0.50), 1);
    held("FNMR at 0.45, one portrait against mean of three", compare(&portrait, true, 0.45), 3);
    held("FMR at 0.45, one portrait against mean of three", compare(&portrait, false, 0.45), 1);
}
