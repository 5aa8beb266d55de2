//! A report on presentation attacks in words.

use std::fmt::Write;

use super::{
    output::Printed,
    tables::{per_cent, with_interval},
};
use crate::evaluation::{attack::Report, bootstrap::Interval};

impl Printed for Report {
    fn words(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = self.tell(&mut text);
        text
    }
}

impl Report {
    fn tell(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "# Presentation attacks\n\n{}, {}\n", self.date, self.program)?;
        writeln!(
            text,
            "| judged by | presentations | n | error rate (95 %) | not judged |\n|---|---|---|---|---|"
        )?;
        for (name, column) in [
            ("passive models", &self.passive),
            ("geometry", &self.geometry),
            ("whole verdict", &self.verdict),
        ] {
            let live = &column.bona_fide;
            let bpcer = shown("BPCER", live.bpcer, live.ci95);
            writeln!(text, "| {name} | bona fide | {} | {bpcer} | {} |", live.n, live.no_response)?;
            for (species, of) in &column.attacks {
                let apcer = shown("APCER", of.apcer, of.ci95);
                writeln!(text, "| {name} | attack: {species} | {} | {apcer} | {} |", of.n, of.no_response)?;
            }
            let worst = column.worst.as_ref();
            let worst = worst.map_or("no data".to_owned(), |worst| {
                format!("{}, APCER {}", worst.species, per_cent(worst.apcer))
            });
            writeln!(text, "| {name} | worst species | | {worst} | |")?;
        }
        let how = match self.comparison {
            "enrolled" => "compared with the people of enrol/",
            _ => "without enrol/ every presentation is taken to match",
        };
        writeln!(text, "\nThe whole system, {how}:\n\n| rate | n | (95 %) |\n|---|---|---|")?;
        for (species, of) in &self.iapar {
            writeln!(text, "| IAPAR, {species} | {} | {} |", of.n, shown("", of.rate, of.ci95))?;
        }
        writeln!(text, "| FRR | {} | {} |", self.frr.n, shown("", self.frr.rate, self.frr.ci95))?;
        writeln!(
            text,
            "| RIAPAR (worst IAPAR + FRR) | | {} |",
            shown("", self.riapar.rate, self.riapar.ci95)
        )?;
        writeln!(
            text,
            "\nWhat cannot be judged is refused, and counts so. Intervals: Clopper and Pearson, for independent presentations."
        )
    }
}

fn shown(name: &str, rate: Option<f64>, interval: Option<Interval>) -> String {
    let rate = rate.map_or_else(|| "no data".to_owned(), |rate| with_interval(rate, interval));
    if name.is_empty() { rate } else { format!("{name} {rate}") }
}
