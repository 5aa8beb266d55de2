//! Plots as SVG, drawn here: columns for days, bars for names, a line for how long things took. The style sheet gives them
//! their colours, so that they follow the scheme of the page; each stands beside a table of the same numbers.

use plotters::{
    prelude::{
        Color, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle, SVGBackend, Text, TextStyle,
    },
    style::text_anchor::{HPos, Pos, VPos},
};

/// What stands for ink, grid, and the two kinds of bars; `console.css` names them again.
const INK: RGBColor = RGBColor(1, 1, 1);
const GRID: RGBColor = RGBColor(2, 2, 2);
const FIRST: RGBColor = RGBColor(3, 3, 3);
const SECOND: RGBColor = RGBColor(4, 4, 4);

/// How wide a plot is.
const WIDTH: i32 = 640;
const FONT: i32 = 14;
/// How high a bar of a name is, with the gap to the next.
const ROW: i32 = 26;
/// The longest name that is written out, in characters.
const LONGEST_NAME: usize = 24;

/// A drawn plot: its size, and what stands within its `svg` element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plot {
    /// How wide.
    pub width: i32,
    /// How high.
    pub height: i32,
    /// The drawing, without its outermost element.
    pub inside: String,
}

/// A name, or a day, with one number, or with two that stand on each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it is of.
    pub name: String,
    /// The first part.
    pub first: u64,
    /// What stands behind it or on top of it.
    pub second: u64,
}

/// Columns, one for each day, with the unit on the left.
pub fn columns(unit: &str, bars: &[Bar]) -> Option<Plot> {
    let (left, top, right, bottom) = (56, 34, WIDTH - 10, 226);
    let scale = Scale::to(bars.iter().map(|bar| bar.first + bar.second).max()?, i64::from(bottom - top));
    draw(260, |sheet| {
        sheet.text(unit, (8, 14), HPos::Left)?;
        for tick in scale.ticks() {
            let y = bottom - scale.pixels(tick);
            sheet.line(vec![(left, y), (right, y)], GRID, 1)?;
            sheet.text(&tick.to_string(), (left - 8, y), HPos::Right)?;
        }
        let count = i32::try_from(bars.len()).ok()?;
        let every = (count + 5) / 6;
        for (n, bar) in (0i32..).zip(bars) {
            let at = |n: i32| left + (right - left) * n / count;
            let (from, until) = (at(n) + 1, (at(n + 1) - 1).max(at(n) + 2));
            let middle = bottom - scale.pixels(bar.first);
            sheet.bar((from, middle), (until, bottom), FIRST)?;
            sheet.bar((from, bottom - scale.pixels(bar.first + bar.second)), (until, middle), SECOND)?;
            if n % every == 0 {
                sheet.text(&bar.name, (from, bottom + 16), if n == 0 { HPos::Left } else { HPos::Center })?;
            }
        }
        sheet.line(vec![(left, bottom), (right, bottom)], INK, 1)
    })
}

/// Bars, one for each name, the number at the end of each.
pub fn bars(bars: &[Bar]) -> Option<Plot> {
    let (left, right) = (210, WIDTH - 70);
    let scale = Scale::to(bars.iter().map(|bar| bar.first + bar.second).max()?, i64::from(right - left));
    let height = ROW * i32::try_from(bars.len()).ok()? + 8;
    draw(height, |sheet| {
        for (n, bar) in (0i32..).zip(bars) {
            let (top, bottom) = (ROW * n + 6, ROW * n + ROW);
            let (middle, end) = (left + scale.pixels(bar.first), left + scale.pixels(bar.first + bar.second));
            sheet.text(&shortened(&bar.name), (left - 8, (top + bottom) / 2), HPos::Right)?;
            sheet.bar((left, top), (middle, bottom), FIRST)?;
            sheet.bar((middle, top), (end, bottom), SECOND)?;
            let number = (bar.first + bar.second).to_string();
            sheet.text(&number, (end + 8, (top + bottom) / 2), HPos::Left)?;
        }
        sheet.line(vec![(left, 2), (left, height - 2)], INK, 1)
    })
}

/// A line: which share, in percent, took no longer than so many seconds.
pub fn within(across: &str, up: &str, points: &[(u64, u64)]) -> Option<Plot> {
    let (left, top, right, bottom) = (56, 34, WIDTH - 24, 226);
    let scale = Scale::to(points.iter().map(|(_, seconds)| *seconds).max()?, i64::from(right - left));
    let height = |percent: u64| bottom - i32::try_from(percent * 192 / 100).unwrap_or(0);
    draw(276, |sheet| {
        sheet.text(up, (8, 14), HPos::Left)?;
        for percent in [0, 25, 50, 75, 100] {
            sheet.line(vec![(left, height(percent)), (right, height(percent))], GRID, 1)?;
            sheet.text(&percent.to_string(), (left - 8, height(percent)), HPos::Right)?;
        }
        for tick in scale.ticks() {
            sheet.text(&tick.to_string(), (left + scale.pixels(tick), bottom + 16), HPos::Center)?;
        }
        sheet.text(across, (right, bottom + 38), HPos::Right)?;
        let mut steps = vec![(left, bottom)];
        for (percent, seconds) in points {
            let x = left + scale.pixels(*seconds);
            steps.extend(steps.last().map(|(_, y)| (x, *y)));
            steps.push((x, height(*percent)));
        }
        sheet.line(steps, FIRST, 3)?;
        sheet.line(vec![(left, top), (left, bottom), (right, bottom)], INK, 1)
    })
}

/// A linear scale from 0 to a round number.
struct Scale {
    most: u64,
    pixels: i64,
}

impl Scale {
    fn to(most: u64, pixels: i64) -> Self {
        let most = most.max(4);
        let step = [1, 2, 5].into_iter().map(|step| step * 10u64.pow((most / 4).max(1).ilog10()));
        let step = step.chain([10 * 10u64.pow((most / 4).max(1).ilog10())]).find(|step| step * 4 >= most);
        let step = step.unwrap_or(most);
        Self { most: most.div_ceil(step) * step, pixels }
    }

    fn pixels(&self, value: u64) -> i32 {
        let share = i128::from(value) * i128::from(self.pixels) / i128::from(self.most);
        i32::try_from(share).unwrap_or(i32::MAX)
    }

    fn ticks(&self) -> impl Iterator<Item = u64> + use<> {
        let most = self.most;
        let parts = if most.is_multiple_of(4) { 4 } else { most.min(5) };
        (0..=parts).map(move |n| most * n / parts)
    }
}

/// What is drawn on.
struct Sheet<'a, 'b>(&'a plotters::prelude::DrawingArea<SVGBackend<'b>, plotters::coord::Shift>);

impl Sheet<'_, '_> {
    fn line(&self, points: Vec<(i32, i32)>, colour: RGBColor, width: u32) -> Option<()> {
        self.0.draw(&PathElement::new(points, colour.stroke_width(width))).ok()
    }

    fn bar(&self, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Option<()> {
        match from.0 < to.0 && from.1 < to.1 {
            true => self.0.draw(&Rectangle::new([from, to], colour.filled())).ok(),
            false => Some(()),
        }
    }

    fn text(&self, words: &str, place: (i32, i32), side: HPos) -> Option<()> {
        let style = TextStyle::from(("sans-serif", FONT).into_font()).color(&INK);
        self.0.draw(&Text::new(words.to_owned(), place, style.pos(Pos::new(side, VPos::Center)))).ok()
    }
}

/// Nothing where it could not be drawn: the table says the same.
fn draw(height: i32, paint: impl FnOnce(&Sheet<'_, '_>) -> Option<()>) -> Option<Plot> {
    let mut svg = String::new();
    {
        let size = (u32::try_from(WIDTH).ok()?, u32::try_from(height).ok()?);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        paint(&Sheet(&area))?;
        area.present().ok()?;
    }
    let inside = svg.split_once("<svg").and_then(|(_, rest)| rest.split_once('>'));
    let inside = inside.and_then(|(_, rest)| rest.rsplit_once("</svg>"))?.0.to_owned();
    Some(Plot { width: WIDTH, height, inside })
}

fn shortened(name: &str) -> String {
    match name.chars().count() > LONGEST_NAME {
        false => name.to_owned(),
        true => name.chars().take(LONGEST_NAME - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, first: u64, second: u64) -> Bar {
        Bar { name: name.into(), first, second }
    }

    #[test]
    fn a_plot_says_its_numbers_and_brings_no_style_of_its_own() {
        // CSP Level 3 §4.2.3: a style attribute would be refused.
        let plot = bars(&[bar("harbour-bank", 7, 2), bar("shop", 0, 0)]).unwrap();
        assert!(plot.inside.contains(">\n9\n") && plot.inside.contains("harbour-bank"), "{}", plot.inside);
        for plot in [plot, columns("step-ups", &[bar("1 May", 3, 1)]).unwrap()] {
            assert!(!plot.inside.contains("style=") && !plot.inside.contains("<svg"), "{}", plot.inside);
            assert!(plot.inside.contains("fill=\"#030303\""), "{}", plot.inside);
        }
        assert!(within("seconds", "percent", &[(50, 4), (100, 9)]).unwrap().inside.contains("polyline"));
    }

    #[test]
    fn what_others_named_cannot_leave_its_text() {
        let plot = bars(&[bar("</text><script>", 1, 0)]).unwrap();
        assert!(!plot.inside.contains("<script>"), "{}", plot.inside);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!((columns("x", &[]), bars(&[]), within("x", "y", &[])), (None, None, None));
    }

    #[test]
    fn a_scale_ends_at_a_round_number() {
        let scale = |most| {
            let scale = Scale::to(most, 100);
            (scale.most, scale.ticks().collect::<Vec<_>>())
        };
        assert_eq!(scale(0), (4, vec![0, 1, 2, 3, 4]));
        assert_eq!(scale(7), (8, vec![0, 2, 4, 6, 8]));
        assert_eq!(scale(90), (100, vec![0, 25, 50, 75, 100]));
        for most in 1..2_000 {
            let (end, ticks) = scale(most);
            assert!(
                end >= most && end <= 3 * most.max(4) && ticks.last() == Some(&end),
                "{most}: {end} {ticks:?}"
            );
        }
    }
}
