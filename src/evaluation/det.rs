//! Draws FNMR over FMR with both axes in normal deviates, where a comparison of normally distributed similarities is a
//! straight line (ISO/IEC 19795-1: detection error trade-off).

use plotters::{
    prelude::{
        BLACK, Color, IntoDrawingArea, IntoFont, PathElement, RGBColor, SVGBackend, Text, TextStyle, WHITE,
    },
    style::text_anchor::{HPos, Pos, VPos},
};
use statrs::distribution::{ContinuousCDF, Normal};

/// One line of a plot.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What it is of.
    pub name: String,
    /// FMR and FNMR, from the highest FMR to the lowest.
    pub points: Vec<(f64, f64)>,
}

const SIZE: (u32, u32) = (760, 640);
/// Left, top, right and bottom edge of the plot.
const FRAME: (i32, i32, i32, i32) = (90, 50, 730, 560);
const FMR: [(f64, &str); 8] = [
    (1e-7, "1e-7"),
    (1e-6, "1e-6"),
    (1e-5, "1e-5"),
    (1e-4, "1e-4"),
    (1e-3, "1e-3"),
    (1e-2, "1e-2"),
    (1e-1, "0.1"),
    (4e-1, "0.4"),
];
const FNMR: [(f64, &str); 8] = [
    (1e-4, "0.01 %"),
    (1e-3, "0.1 %"),
    (5e-3, "0.5 %"),
    (1e-2, "1 %"),
    (2e-2, "2 %"),
    (5e-2, "5 %"),
    (1e-1, "10 %"),
    (4e-1, "40 %"),
];
const COLOURS: [RGBColor; 2] = [RGBColor(0, 90, 160), RGBColor(190, 80, 0)];
const PALE: RGBColor = RGBColor(215, 215, 215);

/// The plot as SVG.
pub fn draw(title: &str, curves: &[Curve]) -> String {
    let mut svg = String::new();
    // Writing to a text cannot fail; the drawing is whole or the report is without it.
    if plot(&mut svg, title, curves).is_none() {
        svg.clear();
    }
    svg
}

fn plot(svg: &mut String, title: &str, curves: &[Curve]) -> Option<()> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE).ok()?;
    let (fmr, fnmr) = (Axis::over(&FMR)?, Axis::over(&FNMR)?);
    let (left, top, right, bottom) = FRAME;
    let across = |rate: f64| left + (fmr.share(rate) * f64::from(right - left)).round() as i32;
    let up = |rate: f64| bottom - (fnmr.share(rate) * f64::from(bottom - top)).round() as i32;
    let line = |points: Vec<(i32, i32)>, colour: RGBColor, width: u32| {
        area.draw(&PathElement::new(points, colour.stroke_width(width))).ok()
    };
    let text = |words: &str, place: (i32, i32), side: HPos| {
        let style =
            TextStyle::from(("sans-serif", 14).into_font()).color(&BLACK).pos(Pos::new(side, VPos::Center));
        area.draw(&Text::new(words.to_owned(), place, style)).ok()
    };
    for (rate, label) in FMR {
        line(vec![(across(rate), top), (across(rate), bottom)], PALE, 1)?;
        text(label, (across(rate), bottom + 16), HPos::Center)?;
    }
    for (rate, label) in FNMR {
        line(vec![(left, up(rate)), (right, up(rate))], PALE, 1)?;
        text(label, (left - 8, up(rate)), HPos::Right)?;
    }
    line(vec![(left, top), (left, bottom), (right, bottom), (right, top), (left, top)], BLACK_LINE, 1)?;
    text(title, (left, 20), HPos::Left)?;
    text("false match rate (FMR)", ((left + right) / 2, bottom + 40), HPos::Center)?;
    text("FNMR", (left - 8, top - 16), HPos::Right)?;
    for (number, (curve, colour)) in curves.iter().zip(COLOURS.into_iter().cycle()).enumerate() {
        line(curve.points.iter().map(|(x, y)| (across(*x), up(*y))).collect(), colour, 2)?;
        let y = top + 20 + 20 * number as i32;
        line(vec![(right - 270, y), (right - 240, y)], colour, 2)?;
        text(&curve.name, (right - 232, y), HPos::Left)?;
    }
    area.present().ok()
}

const BLACK_LINE: RGBColor = RGBColor(0, 0, 0);

/// An axis in normal deviates.
struct Axis {
    normal: Normal,
    low: f64,
    high: f64,
}

impl Axis {
    fn over(ticks: &[(f64, &str)]) -> Option<Self> {
        let normal = Normal::new(0.0, 1.0).ok()?;
        let (low, high) = (normal.inverse_cdf(ticks.first()?.0), normal.inverse_cdf(ticks.last()?.0));
        Some(Self { normal, low, high })
    }

    /// How far along the axis a rate lies, 0 to 1; what is beyond an end is drawn at it.
    fn share(&self, rate: f64) -> f64 {
        let deviate = self.normal.inverse_cdf(rate.clamp(1e-12, 1.0 - 1e-12));
        ((deviate - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_names_its_axes_and_its_curves() {
        let curve = Curve { name: "each comparison alike".into(), points: vec![(0.5, 0.0), (1e-3, 0.02)] };
        let svg = draw("one against one", &[curve]);
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for part in ["one against one", "each comparison alike", "false match rate", "FNMR", "polyline"] {
            assert!(svg.contains(part), "{part}");
        }
    }

    #[test]
    fn an_axis_is_in_normal_deviates() {
        let axis = Axis::over(&[(0.1, ""), (0.9, "")]).unwrap();
        assert!((axis.share(0.5) - 0.5).abs() < 1e-9);
        assert_eq!((axis.share(0.0), axis.share(1.0)), (0.0, 1.0));
    }
}
