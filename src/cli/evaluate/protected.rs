//! The report on template protection in words.

use std::fmt::Write;

use super::output::Printed;
use crate::evaluation::protection::ProtectionReport;

impl Printed for ProtectionReport {
    fn words(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = tell(self, &mut text);
        text
    }
}

fn tell(report: &ProtectionReport, text: &mut String) -> std::fmt::Result {
    let (method, agreement) = (&report.method, &report.agreement);
    writeln!(text, "# Template protection: {}\n", report.template)?;
    writeln!(text, "{}, {}\n", method.date, method.program)?;
    writeln!(
        text,
        "{} enrolments of {} people, each under a transform of its own. {} genuine and {} impostor comparisons with the \
         transform and without it; the largest difference of a cosine is {:.1e}.\n",
        report.enrolments,
        report.identities,
        agreement.genuine,
        agreement.impostor,
        agreement.largest_difference
    )?;
    writeln!(text, "| cosine | FNMR without, with | FMR without, with | decided otherwise |")?;
    writeln!(text, "|---|---|---|---|")?;
    for at in &agreement.decisions {
        let ([fnmr, fnmr_with], [fmr, fmr_with]) = (at.fnmr, at.fmr);
        writeln!(
            text,
            "| {:.2} | {:.3} %, {:.3} % | {fmr:.1e}, {fmr_with:.1e} | {} |",
            at.threshold,
            100.0 * fnmr,
            100.0 * fnmr_with,
            at.different
        )?;
    }
    writeln!(
        text,
        "\n| linked | pairs of one person, of two | D_sys | by chance | mated above | by chance |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|")?;
    for one in &report.linking {
        let ([median, most], [low, high]) = (one.d_sys_by_chance, one.above_by_chance);
        writeln!(
            text,
            "| {} | {}, {} | {:.3} | {median:.3}, 97.5 % below {most:.3} | {:.3} | {low:.3} to {high:.3} |",
            one.attempt, one.mated, one.non_mated, one.d_sys, one.above
        )?;
    }
    Ok(())
}
