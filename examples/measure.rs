//! Measures the models on pictures of your own: error rates of the comparison, and milliseconds of each stage.
//!
//! ```text
//! cargo run --release --example measure -- accuracy FOLDER   one folder of JPEG files per person, as LFW has them
//! cargo run --release --example measure -- speed FOLDER      JPEG files as a camera sends them
//! ```
//!
//! `docs/biometrics.md` holds what this printed and says how to read it. Similarities of single pairs are not printed.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use facestep::inference::{
    aligner::align,
    attack::AttackModels,
    detector::{Detection, Detector},
    embedder::Embedder,
    image::{Limits, Picture, decode},
    mesh::Mesher,
    verify::{Models, verify_models},
};

type Vector = Vec<f32>;
type Failure = Box<dyn Error + Send + Sync>;

/// Thresholds at which rates are printed.
const THRESHOLDS: [f32; 6] = [0.36, 0.40, 0.45, 0.50, 0.55, 0.60];
/// Rates of false matches for which a threshold is looked up.
const RATES: [f64; 3] = [1e-3, 1e-4, 1e-5];
/// How many pictures make a mean.
const MEAN_OF: usize = 3;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let models = verify_models(Path::new("models/built"))?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["accuracy", folder] => accuracy(&models, Path::new(folder)),
        ["speed", folder] => speed(&models, Path::new(folder)),
        _ => Err("usage: measure accuracy FOLDER | measure speed FOLDER".into()),
    }
}

/// Embeds every person's pictures and prints the error rates of three kinds of comparison.
fn accuracy(models: &Models, folder: &Path) -> Result<(), Failure> {
    let people: Vec<Vec<PathBuf>> =
        listed(folder)?.iter().map(|person| listed(person)).collect::<Result<_, _>>()?;
    let half = people.len().div_ceil(2);
    let parts: Result<Vec<Vec<Vec<Vector>>>, Failure> = thread::scope(|scope| {
        let threads: Vec<_> =
            people.chunks(half).map(|part| scope.spawn(|| embed_people(models, part))).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err("a thread failed".into()))).collect()
    });
    let people = parts?.concat();
    println!("{} people, {} pictures with a face", people.len(), people.iter().map(Vec::len).sum::<usize>());

    let single: Vec<Vec<Group>> = people
        .iter()
        .map(|person| (0..person.len()).map(|i| Group::new(person, i..i + 1)).collect())
        .collect();
    let means: Vec<Vec<Group>> = people
        .iter()
        .map(|person| {
            (0..person.len() / MEAN_OF).map(|i| Group::new(person, i * MEAN_OF..(i + 1) * MEAN_OF)).collect()
        })
        .collect();
    compare("one picture against one picture", &single, &single);
    compare("one picture against the mean of three", &single, &means);
    compare("the mean of three against the mean of three", &means, &means);
    Ok(())
}

fn embed_people(models: &Models, people: &[Vec<PathBuf>]) -> Result<Vec<Vec<Vector>>, Failure> {
    let (mut detector, mut embedder) = (Detector::new(models.detector()?), Embedder::new(models.embedder()?));
    let mut embed = |path: &PathBuf| -> Result<Option<Vector>, Failure> {
        let picture = decode(&fs::read(path)?, &Limits::PICTURE)?;
        let Some(face) = central(&picture, detector.detect(&picture)?) else { return Ok(None) };
        let Some(aligned) = align(&picture, &face.landmarks) else { return Ok(None) };
        Ok(embedder.embed(&aligned)?.map(|embedding| normalised(embedding.values().to_vec())))
    };
    people.iter().map(|person| person.iter().filter_map(|path| embed(path).transpose()).collect()).collect()
}

/// The face nearest to the middle: whom the picture is of.
fn central(picture: &Picture, faces: Vec<Detection>) -> Option<Detection> {
    let off = |face: &Detection| {
        let (x, y) = (face.bounds.x + face.bounds.width / 2.0, face.bounds.y + face.bounds.height / 2.0);
        (x - picture.width() as f32 / 2.0).hypot(y - picture.height() as f32 / 2.0)
    };
    faces.into_iter().min_by(|a, b| off(a).total_cmp(&off(b)))
}

/// The normalised mean of some of a person's pictures.
struct Group {
    pictures: std::ops::Range<usize>,
    mean: Vector,
}

impl Group {
    fn new(person: &[Vector], pictures: std::ops::Range<usize>) -> Self {
        let chosen = person.get(pictures.clone()).unwrap_or_default();
        let mut mean = vec![0.0; chosen.first().map_or(0, Vec::len)];
        chosen.iter().for_each(|vector| mean.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value));
        Self { pictures, mean: normalised(mean) }
    }

    fn shares_a_picture_with(&self, other: &Self) -> bool {
        self.pictures.start < other.pictures.end && other.pictures.start < self.pictures.end
    }

    fn cosine(&self, other: &Self) -> f32 {
        self.mean.iter().zip(&other.mean).map(|(a, b)| a * b).sum()
    }
}

fn normalised(mut vector: Vector) -> Vector {
    let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|v| *v /= length);
    vector
}

/// Compares every reference with every probe.
///
/// Both rates are means: FNMR over people, FMR over pairs of people. A few people have hundreds of pictures, and counting
/// comparisons would let one of them, or one person filed under two names, decide the rate. Counts are printed beside.
fn compare(what: &str, references: &[Vec<Group>], probes: &[Vec<Group>]) {
    let symmetric = std::ptr::eq(references, probes);
    let (mut genuine, mut impostors) = (Scores::default(), Scores::default());
    for (i, reference) in references.iter().enumerate() {
        for (j, probe) in probes.iter().enumerate().skip(if symmetric { i } else { 0 }) {
            let pairs = reference.iter().flat_map(|r| probe.iter().map(move |p| (r, p)));
            match i == j {
                true => genuine.add(
                    pairs
                        .filter(|(r, p)| !r.shares_a_picture_with(p))
                        .filter(|(r, p)| !symmetric || r.pictures.start < p.pictures.start)
                        .map(|(r, p)| r.cosine(p)),
                ),
                false => impostors.add(pairs.map(|(r, p)| r.cosine(p))),
            }
        }
    }
    let (genuine, impostors) = (genuine.sorted(), impostors.sorted());
    println!(
        "\n{what}: {} genuine comparisons of {} people, {} impostor of {} pairs of people",
        genuine.scores.len(),
        genuine.groups,
        impostors.scores.len(),
        impostors.groups
    );
    for rate in RATES {
        let threshold = impostors.threshold_at(rate);
        println!(
            "  FMR {rate:e}: threshold {threshold:.4}, FNMR {:.2} %",
            100.0 * genuine.share_below(threshold)
        );
    }
    for threshold in THRESHOLDS {
        println!(
            "  at {threshold:.2}: FMR {:.2e} ({} comparisons), FNMR {:.2} % ({} comparisons)",
            impostors.share_from(threshold),
            impostors.count_from(threshold),
            100.0 * genuine.share_below(threshold),
            genuine.scores.len() - genuine.count_from(threshold)
        );
    }
}

/// Similarities, each with the weight of its share in its person or pair of people.
#[derive(Default)]
struct Scores {
    scores: Vec<(f32, f32)>,
    groups: usize,
}

impl Scores {
    fn add(&mut self, scores: impl Iterator<Item = f32>) {
        let before = self.scores.len();
        self.scores.extend(scores.map(|score| (score, 1.0)));
        let added = self.scores.len() - before;
        self.scores.iter_mut().skip(before).for_each(|(_, weight)| *weight = 1.0 / added as f32);
        self.groups += usize::from(added > 0);
    }

    /// The greatest first.
    fn sorted(mut self) -> Self {
        self.scores.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
        self
    }

    fn count_from(&self, threshold: f32) -> usize {
        self.scores.partition_point(|(score, _)| *score >= threshold)
    }

    fn share_from(&self, threshold: f32) -> f64 {
        let from = self.scores.iter().take_while(|(score, _)| *score >= threshold);
        from.map(|(_, weight)| f64::from(*weight)).sum::<f64>() / self.groups as f64
    }

    fn share_below(&self, threshold: f32) -> f64 {
        (1.0 - self.share_from(threshold)).max(0.0)
    }

    /// The least threshold that no more than this share reaches.
    fn threshold_at(&self, share: f64) -> f32 {
        let mut reached = 0.0;
        let beyond = self.scores.iter().find(|(_, weight)| {
            reached += f64::from(*weight);
            reached > share * self.groups as f64
        });
        beyond.map_or(-1.0, |(score, _)| score.next_up())
    }
}

/// Times each stage on one thread and prints median and 95th percentile.
fn speed(models: &Models, folder: &Path) -> Result<(), Failure> {
    let mut detector = Detector::new(models.detector()?);
    let mut mesher = Mesher::new(models.mesh()?);
    let mut attack = AttackModels::new(models.attack_near()?, models.attack_far()?);
    let mut embedder = Embedder::new(models.embedder()?);
    let mut stages: [(&str, Vec<f64>); 6] =
        ["decode", "detect", "mesh", "attack", "align", "embed"].map(|stage| (stage, Vec::new()));
    let mut frames = 0;
    for path in listed(folder)?.iter().flat_map(|path| listed(path).unwrap_or_else(|_| vec![path.clone()])) {
        let encoded = fs::read(path)?;
        let Ok(picture) = decode(&encoded, &Limits::PICTURE) else { continue };
        let Some(face) = detector.detect(&picture)?.into_iter().next() else { continue };
        let Some(aligned) = align(&picture, &face.landmarks) else { continue };
        frames += 1;
        let mut clocked: [&mut dyn FnMut() -> Result<(), Failure>; 6] = [
            &mut || Ok(decode(&encoded, &Limits::PICTURE).map(drop)?),
            &mut || Ok(detector.detect(&picture).map(drop)?),
            &mut || Ok(mesher.mesh(&picture, &face).map(drop)?),
            &mut || Ok(attack.look(&picture, &face.bounds).map(drop)?),
            &mut || align(&picture, &face.landmarks).map(drop).ok_or_else(|| "a face without extent".into()),
            &mut || Ok(embedder.embed(&aligned).map(drop)?),
        ];
        for (stage, (_, times)) in clocked.iter_mut().zip(&mut stages) {
            let begun = Instant::now();
            stage()?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    println!("{frames} frames, one thread, milliseconds (median, 95 %)");
    for (stage, times) in &mut stages {
        times.sort_unstable_by(f64::total_cmp);
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        println!("  {stage}: {:.2} {:.2}", at(50), at(95));
    }
    Ok(())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    Ok(entries)
}
