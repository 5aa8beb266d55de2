//! The report on the geometry of faces, in words.

use std::fmt::{Result, Write};

use super::output::Printed;
use crate::evaluation::geometry::{Maps, Report, Spread};

impl Printed for Report {
    fn words(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = self.tell(&mut text);
        text
    }
}

impl Report {
    fn tell(&self, text: &mut String) -> Result {
        writeln!(
            text,
            "# The geometry of faces\n\n{}, {}. {} pictures, {} without a usable face.\n",
            self.method.date, self.method.program, self.pictures, self.failure_to_acquire
        )?;
        self.maps.iter().try_for_each(|maps| tell_maps(text, maps))?;
        writeln!(
            text,
            "## Parallax: what the best homography leaves over\n\n{}",
            head(&self.parallax.first().map(|p| &p.residual))
        )?;
        for one in &self.parallax {
            writeln!(text, "| {} | {} |", one.of, cells(&one.residual))?;
        }
        writeln!(
            text,
            "\n## Perspective: the change on a way\n\n{}",
            head(&self.approach.first().map(|a| &a.window))
        )?;
        for one in &self.approach {
            let way =
                format!("{} from {} cm to {} cm (expected {:.3})", one.of, one.from, one.to, one.expected);
            writeln!(text, "| {way}, one frame | {} |", cells(&one.frame))?;
            writeln!(text, "| {way}, five | {} |", cells(&one.window))?;
        }
        Ok(())
    }
}

fn tell_maps(text: &mut String, maps: &Maps) -> Result {
    writeln!(text, "## Maps of {} against maps of {}\n", pictures(maps.of), pictures(maps.of))?;
    if let Some(one) = maps.comparisons.first() {
        writeln!(
            text,
            "{} genuine comparisons of {} identities, {} impostor comparisons. FNMR by identity, with 95 % intervals.\n",
            one.genuine, one.identities, one.impostor
        )?;
        let targets: Vec<String> =
            one.operating_points.iter().map(|point| format!("FNMR at FMR {:.0e}", point.fmr)).collect();
        writeln!(text, "| share of the map | EER | {} |", targets.join(" | "))?;
        writeln!(text, "|---|---|{}", "---|".repeat(targets.len()))?;
    }
    for one in &maps.comparisons {
        let points: Vec<String> = one
            .operating_points
            .iter()
            .map(|point| match point.fnmr_ci95 {
                Some([low, high]) => {
                    format!("{} ({} to {})", per_cent(point.fnmr), per_cent(low), per_cent(high))
                }
                None => per_cent(point.fnmr),
            })
            .collect();
        writeln!(text, "| {} | {} | {} |", one.share, per_cent(one.eer), points.join(" | "))?;
    }
    writeln!(text, "\nThe share that is best on one half of the identities, judged on the other:\n")?;
    for one in &maps.cross_validated {
        writeln!(
            text,
            "- FMR {:.0e}: share {}; FNMR {} without the map, {} with it ({} genuine comparisons)",
            one.fmr,
            one.share,
            per_cent(one.fnmr_alone),
            per_cent(one.fnmr_with_map),
            one.genuine
        )?;
    }
    writeln!(text)
}

fn head(spread: &Option<&Spread>) -> String {
    let at: Vec<String> =
        spread.iter().flat_map(|spread| &spread.reach).map(|rate| format!("reach {}", rate.at)).collect();
    format!(
        "| of | n | 5 % | median | 95 % | {} |\n|---|---|---|---|---|{}",
        at.join(" | "),
        "---|".repeat(at.len())
    )
}

fn cells(spread: &Spread) -> String {
    if spread.n == 0 {
        return format!("0 | no data{}", " | ".repeat(2 + spread.reach.len()));
    }
    let reach: Vec<String> = spread
        .reach
        .iter()
        .map(|rate| match rate.ci95 {
            Some([low, high]) => {
                format!("{} = {} ({} to {})", rate.count, per_cent(rate.share), per_cent(low), per_cent(high))
            }
            None => rate.count.to_string(),
        })
        .collect();
    format!(
        "{} | {:.3} | {:.3} | {:.3} | {}",
        spread.n,
        spread.p5,
        spread.median,
        spread.p95,
        reach.join(" | ")
    )
}

fn pictures(of: usize) -> String {
    if of == 1 { "one picture".to_owned() } else { format!("{of} pictures") }
}

fn per_cent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}
