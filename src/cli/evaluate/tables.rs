//! Reports in words.

use std::fmt::Write;

use super::output::Printed;
use crate::evaluation::{
    bootstrap::Interval,
    det::draw,
    report::{OperatingPoint, Report},
};

impl Printed for Report {
    fn words(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = self.tell(&mut text);
        text
    }

    fn files(&self) -> Vec<(&'static str, String)> {
        vec![("det.svg", draw(&self.comparison, &self.curves))]
    }
}

impl Report {
    fn tell(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "# {}\n", capitalised(&self.comparison))?;
        writeln!(
            text,
            "{}, {}, model {}\n",
            self.method.date,
            self.method.program,
            short(&self.method.model)
        )?;
        writeln!(
            text,
            "{} pictures of {} identities, {} without a usable face. {} genuine comparisons of {} identities, {} impostor \
             comparisons of {} pairs of identities.\n",
            self.pictures,
            self.identities,
            self.failure_to_acquire,
            self.genuine,
            self.identities_with_genuine,
            self.impostor,
            self.pairs_of_identities
        )?;
        writeln!(
            text,
            "EER {} (each identity alike {}). Accuracy {}: {}.",
            per_cent(self.eer),
            per_cent(self.eer_by_identity),
            per_cent(self.accuracy),
            self.accuracy_method
        )?;
        if let Some(listed) = &self.listed {
            writeln!(
                text,
                "The list: {} genuine and {} impostor rows, {} left out, standard error {}.",
                listed.genuine,
                listed.impostor,
                listed.left_out,
                per_cent(listed.standard_error)
            )?;
        }
        if self.left_out.genuine + self.left_out.impostor > 0 {
            writeln!(
                text,
                "Left out for want of a face: {} genuine and {} impostor comparisons.",
                self.left_out.genuine, self.left_out.impostor
            )?;
        }
        writeln!(text, "\nEach {} alike:\n", singular(self.weighting))?;
        table(text, self.operating_points.iter())?;
        let other = if self.weighting == "identities" { "comparisons" } else { "identities" };
        writeln!(text, "\nEach {} alike:\n", singular(other))?;
        table(text, self.operating_points.iter().filter_map(|point| point.otherwise_weighted.as_deref()))?;
        writeln!(
            text,
            "\nIntervals: 95 %, {} bootstrap samples of identities, seed {}, thresholds held fixed. A point that fewer than \
             30 false matches stand behind is marked *.",
            self.method.resamples, self.method.seed
        )
    }
}

fn table<'a>(text: &mut String, points: impl Iterator<Item = &'a OperatingPoint>) -> std::fmt::Result {
    writeln!(
        text,
        "| target FMR | threshold | FNMR (95 %) | FNMR by identity (95 %) | false matches | of pairs |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|")?;
    for point in points {
        writeln!(
            text,
            "| {:e}{} | {:.4} | {} | {} | {} | {} |",
            point.fmr,
            if point.supported { "" } else { " *" },
            point.threshold,
            with_interval(point.fnmr, point.fnmr_ci95),
            with_interval(point.fnmr_by_identity, point.fnmr_by_identity_ci95),
            point.false_matches,
            point.false_match_pairs
        )?;
    }
    Ok(())
}

pub(super) fn with_interval(rate: f64, interval: Option<Interval>) -> String {
    match interval {
        Some([low, high]) => format!("{} ({} to {})", per_cent(rate), per_cent(low), per_cent(high)),
        None => per_cent(rate),
    }
}

/// Two significant digits at least, so that small rates are not rounded to nothing.
pub(super) fn per_cent(rate: f64) -> String {
    let share = rate * 100.0;
    if share != 0.0 && share < 0.1 { format!("{share:.4} %") } else { format!("{share:.2} %") }
}

fn singular(weighting: &str) -> &str {
    if weighting == "identities" { "identity" } else { "comparison" }
}

fn short(model: &str) -> &str {
    model.get(..12).unwrap_or(model)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
