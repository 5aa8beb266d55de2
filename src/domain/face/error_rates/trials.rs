//! Which templates are compared with which, and what a comparison stands for: one identity or two.

use std::{collections::BTreeMap, ops::Range};

use super::STEPS;
use crate::domain::face::template::FaceTemplate;

/// A template with whose it is and what it was made of.
pub struct Specimen {
    /// The number of the identity, counted from 0.
    pub identity: u32,
    /// The places of its pictures among the identity's own.
    pub pictures: Range<u32>,
    /// The template.
    pub template: FaceTemplate,
}

/// Two specimens of a list, and whether the list calls them one person.
#[derive(Clone, Copy, Debug)]
pub struct ListedPair {
    /// The place of one specimen.
    pub left: usize,
    /// The place of the other.
    pub right: usize,
    /// Whether they are of one person.
    pub same: bool,
}

/// What is compared with what. Templates that share a picture are never compared.
#[derive(Clone, Copy)]
pub enum Trials<'a> {
    /// Every two of these.
    Among(&'a [Specimen]),
    /// Every reference with every probe.
    Between {
        /// One side.
        references: &'a [Specimen],
        /// The other side.
        probes: &'a [Specimen],
    },
    /// The pairs of a list. The list says who is who, but a genuine trial counts for its left identity.
    Listed {
        /// What the list is about.
        specimens: &'a [Specimen],
        /// The list.
        pairs: &'a [ListedPair],
    },
}

/// One comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trial {
    /// Of one identity.
    Genuine(u32),
    /// Of two, the reference's first where it matters and else the smaller first.
    Impostor(u32, u32),
}

impl Trial {
    fn between(a: &Specimen, b: &Specimen) -> Self {
        Self::Impostor(a.identity.min(b.identity), a.identity.max(b.identity))
    }
}

/// Templates of one side in a piece of work: two such tiles stay in a processor's cache.
const TILE: usize = 128;
/// Pairs of a list in a piece of work.
const ROWS: usize = 4096;

impl Trials<'_> {
    /// Into how many pieces the work divides.
    pub fn pieces(&self) -> usize {
        let tiles = |side: &[Specimen]| side.len().div_ceil(TILE);
        match self {
            Self::Among(all) => tiles(all) * tiles(all),
            Self::Between { references, probes } => tiles(references) * tiles(probes),
            Self::Listed { pairs, .. } => pairs.len().div_ceil(ROWS),
        }
    }

    /// Visits every comparison of a piece with the step that its similarity lies on.
    pub(super) fn each(&self, piece: usize, visit: &mut impl FnMut(Trial, i32)) {
        match self {
            Self::Among(all) => {
                let tiles = all.len().div_ceil(TILE).max(1);
                let (row, column) = (piece / tiles, piece % tiles);
                if row <= column {
                    let sides = Sides { one: true, same_tile: row == column };
                    compare(tile(all, row), tile(all, column), sides, visit);
                }
            }
            Self::Between { references, probes } => {
                let tiles = probes.len().div_ceil(TILE).max(1);
                let sides = Sides { one: false, same_tile: false };
                compare(tile(references, piece / tiles), tile(probes, piece % tiles), sides, visit);
            }
            Self::Listed { specimens, pairs } => {
                for pair in pairs.iter().skip(piece * ROWS).take(ROWS) {
                    if let (Some(a), Some(b)) = (specimens.get(pair.left), specimens.get(pair.right))
                        && let Some(step) = step(a, b)
                    {
                        visit(pair.trial(a, b), step);
                    }
                }
            }
        }
    }
}

impl ListedPair {
    fn trial(&self, a: &Specimen, b: &Specimen) -> Trial {
        match self.same {
            true => Trial::Genuine(a.identity),
            false => Trial::between(a, b),
        }
    }
}

fn tile(side: &[Specimen], number: usize) -> &[Specimen] {
    let start = (number * TILE).min(side.len());
    side.get(start..(start + TILE).min(side.len())).unwrap_or_default()
}

/// Whether rows and columns come from one side, and whether they are the same tile of it.
#[derive(Clone, Copy)]
struct Sides {
    one: bool,
    same_tile: bool,
}

fn compare(rows: &[Specimen], columns: &[Specimen], sides: Sides, visit: &mut impl FnMut(Trial, i32)) {
    for (place, a) in rows.iter().enumerate() {
        let skipped = if sides.same_tile { place + 1 } else { 0 };
        for b in columns.iter().skip(skipped) {
            let shares_a_picture = a.pictures.start < b.pictures.end && b.pictures.start < a.pictures.end;
            let trial = match a.identity == b.identity {
                true if shares_a_picture => continue,
                true => Trial::Genuine(a.identity),
                false if sides.one => Trial::between(a, b),
                false => Trial::Impostor(a.identity, b.identity),
            };
            if let Some(step) = step(a, b) {
                visit(trial, step);
            }
        }
    }
}

/// Templates of two models are no trial.
pub(super) fn step(a: &Specimen, b: &Specimen) -> Option<i32> {
    Some(a.template.compare(&b.template)?.step(STEPS))
}

/// How many impostor trials each pair of identities has.
pub struct Population {
    identities: usize,
    pairs: Pairs,
}

enum Pairs {
    /// Every specimen of one with every specimen of the other: how many each identity has on each side, and whether the
    /// sides are one.
    Crossed { references: Vec<u32>, probes: Vec<u32>, one_side: bool },
    /// As listed.
    Listed(BTreeMap<(u32, u32), u32>),
}

impl Population {
    /// Counts what a set of trials is made of.
    pub fn of(trials: &Trials<'_>) -> Self {
        let (identities, pairs) = match trials {
            Trials::Among(all) => {
                let counts = counted(all, identities(all));
                (counts.len(), Pairs::Crossed { references: counts.clone(), probes: counts, one_side: true })
            }
            Trials::Between { references, probes } => {
                let all = identities(references).max(identities(probes));
                let (references, probes) = (counted(references, all), counted(probes, all));
                (all, Pairs::Crossed { references, probes, one_side: false })
            }
            Trials::Listed { specimens, pairs } => {
                let mut listed = BTreeMap::new();
                for pair in pairs.iter().filter(|pair| !pair.same) {
                    if let (Some(a), Some(b)) = (specimens.get(pair.left), specimens.get(pair.right))
                        && let Trial::Impostor(one, other) = pair.trial(a, b)
                    {
                        *listed.entry((one, other)).or_insert(0) += 1;
                    }
                }
                (identities(specimens), Pairs::Listed(listed))
            }
        };
        Self { identities, pairs }
    }

    /// How many identities there are.
    pub fn identities(&self) -> usize {
        self.identities
    }

    /// How many pairs of identities have impostor trials.
    pub fn pairs(&self) -> f64 {
        self.weighted(&vec![1; self.identities]).1
    }

    /// How many impostor trials a pair of identities has.
    pub fn trials_of(&self, one: u32, other: u32) -> u32 {
        let count = |side: &[u32], identity: u32| side.get(identity as usize).copied().unwrap_or_default();
        match &self.pairs {
            Pairs::Crossed { references, probes, .. } => count(references, one) * count(probes, other),
            Pairs::Listed(listed) => listed.get(&(one, other)).copied().unwrap_or_default(),
        }
    }

    /// How many impostor trials, and how many pairs of identities that have some, there are when every identity is there
    /// as many times as its weight. Two copies of one identity are no impostors to each other.
    pub fn weighted(&self, weights: &[u32]) -> (f64, f64) {
        let weight = |identity: usize| f64::from(weights.get(identity).copied().unwrap_or_default());
        match &self.pairs {
            Pairs::Crossed { references, probes, one_side } => {
                let (mut trials, mut pairs) = (Product::default(), Product::default());
                for (identity, (a, b)) in references.iter().zip(probes).enumerate() {
                    let w = weight(identity);
                    trials.add(w * f64::from(*a), w * f64::from(*b));
                    pairs.add(w * f64::from(u8::from(*a > 0)), w * f64::from(u8::from(*b > 0)));
                }
                let sides = if *one_side { 2.0 } else { 1.0 };
                (trials.off_diagonal() / sides, pairs.off_diagonal() / sides)
            }
            Pairs::Listed(listed) => listed.iter().fold((0.0, 0.0), |(trials, pairs), ((a, b), count)| {
                let w = weight(*a as usize) * weight(*b as usize);
                (trials + w * f64::from(*count), pairs + w)
            }),
        }
    }
}

/// The sum of all products of two rows but those of the same place.
#[derive(Default)]
struct Product {
    left: f64,
    right: f64,
    diagonal: f64,
}

impl Product {
    fn add(&mut self, left: f64, right: f64) {
        self.left += left;
        self.right += right;
        self.diagonal += left * right;
    }

    fn off_diagonal(&self) -> f64 {
        self.left * self.right - self.diagonal
    }
}

fn identities(specimens: &[Specimen]) -> usize {
    specimens.iter().map(|specimen| specimen.identity as usize + 1).max().unwrap_or_default()
}

fn counted(specimens: &[Specimen], identities: usize) -> Vec<u32> {
    let mut counts = vec![0; identities];
    for specimen in specimens {
        if let Some(count) = counts.get_mut(specimen.identity as usize) {
            *count += 1;
        }
    }
    counts
}
