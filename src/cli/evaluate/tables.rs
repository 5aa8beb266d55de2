//! Reports in words.

use std::fmt::Write;

use super::output::Printed;
use crate::domain::face::operating_point::TargetFmr;
use crate::evaluation::{
    bootstrap::Interval,
    det::draw,
    groups,
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
        self.tell_manifest(text)?;
        writeln!(
            text,
            "\nIntervals: 95 %, {} bootstrap samples of identities, seed {}, thresholds held fixed. A point is marked * that \
             fewer than 30 false matches or fewer than ten pairs of identities stand behind.",
            self.method.resamples, self.method.seed
        )
    }
}

impl Report {
    /// What `models/manifest.toml` holds of the targets: the higher of both weightings' thresholds, and what stands behind
    /// each.
    fn tell_manifest(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "\nAs models/manifest.toml writes it:\n\n```toml")?;
        for (name, target) in TargetFmr::NAMED {
            let at = |point: &&OperatingPoint| point.fmr.total_cmp(&target.rate()).is_eq();
            let Some(point) = self.operating_points.iter().find(at) else { continue };
            let Some(other) = point.otherwise_weighted.as_deref() else { continue };
            let used = if point.threshold >= other.threshold { point } else { other };
            let (by_pairs, by_comparisons) =
                if self.weighting == "identities" { (point, other) } else { (other, point) };
            writeln!(text, "[{name}]\nvalue = {:.4}", (used.threshold * 1e4).ceil() / 1e4)?;
            writeln!(text, "fmr_by_pair = {:.2e}", used.fmr_by_pair_of_identities)?;
            writeln!(text, "fmr_by_comparison = {:.2e}", used.fmr_by_comparison)?;
            writeln!(text, "fnmr = {:.2e}", used.fnmr_by_identity)?;
            writeln!(text, "genuine = {}\nimpostor = {}", self.genuine, self.impostor)?;
            writeln!(text, "false_matches = {}", by_comparisons.false_matches)?;
            writeln!(text, "false_match_pairs = {}", by_pairs.false_match_pairs)?;
            writeln!(text, "date = \"{}\"\n", self.method.date)?;
        }
        writeln!(text, "```")
    }
}

impl Printed for groups::Report {
    fn words(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = self.tell(&mut text);
        text
    }
}

impl groups::Report {
    fn tell(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "# Groups: {}\n", self.comparison)?;
        writeln!(
            text,
            "{}, {}, model {}\n",
            self.method.date,
            self.method.program,
            short(&self.method.model)
        )?;
        writeln!(text, "Threshold {:.4}: {}.", self.threshold, self.threshold_from)?;
        writeln!(
            text,
            "{} pictures have no usable face, {} belong to no group, {} entries of the list have no picture.\n",
            self.failure_to_acquire, self.pictures_without_group, self.entries_without_pictures
        )?;
        writeln!(
            text,
            "| group | identities | genuine | FNMR (95 %) | impostor | false matches | FMR (95 %) |"
        )?;
        writeln!(text, "|---|---|---|---|---|---|---|")?;
        let rows = self.groups.iter().map(|(name, rates)| (name.as_str(), rates));
        for (name, rates) in [("*all*", &self.overall)].into_iter().chain(rows) {
            let shown = |rate: Option<f64>, interval| {
                rate.map_or_else(|| "no data".to_owned(), |rate| with_interval(rate, interval))
            };
            writeln!(
                text,
                "| {name} | {} | {} | {} | {} | {} | {} |",
                rates.identities,
                rates.genuine,
                shown(rates.fnmr, rates.fnmr_ci95),
                rates.impostor,
                rates.false_matches,
                shown(rates.fmr, rates.fmr_ci95)
            )?;
        }
        writeln!(text)?;
        for (rate, worst) in [("FMR", &self.worst.fmr), ("FNMR", &self.worst.fnmr)] {
            let Some(worst) = worst else { continue };
            let times = worst.ratio.map_or(String::new(), |ratio| format!(", {ratio:.2} times that of all"));
            writeln!(text, "Worst {rate}: {} with {}{times}.", worst.group, per_cent(worst.rate))?;
        }
        writeln!(
            text,
            "\nA group's impostor comparisons are those within it; *all* has those between groups too. Intervals: 95 %, {} \
             bootstrap samples of identities, seed {}.",
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
