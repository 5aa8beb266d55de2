//! The colours can be read, in the light and in the dark.

/// What stands on what, and how much contrast it must have: 4.5 for words (WCAG 2.2 §1.4.3), 3 for the edges of
/// controls and for signs (§1.4.11).
const PAIRS: [(&str, &str, f64); 15] = [
    ("ink", "ground", 4.5),
    ("ink", "surface", 4.5),
    ("ink-soft", "ground", 4.5),
    ("ink-soft", "surface", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "ground", 4.5),
    ("accent-hover", "surface", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
    ("problem", "problem-wash", 4.5),
    ("ink", "problem-wash", 4.5),
    ("good", "good-wash", 4.5),
    ("ink", "accent-wash", 4.5),
    ("line-strong", "surface", 3.0),
    ("problem", "surface", 3.0),
];

#[test]
fn words_and_controls_have_enough_contrast_in_both_schemes() {
    let css = include_str!("../../templates/assets/style.css");
    let light = css.split("@media (prefers-color-scheme: dark)").next().unwrap();
    let dark = css.split("@media (prefers-color-scheme: dark)").nth(1).unwrap();
    for (scheme, block) in [("light", light), ("dark", dark)] {
        for (front, back, least) in PAIRS {
            let found = contrast(token(block, front), token(block, back));
            assert!(found >= least, "{scheme}: {front} on {back} has {found:.2}, needs {least}");
        }
    }
}

fn token(block: &str, name: &str) -> [f64; 3] {
    let value = block.split(&format!("--{name}: #")).nth(1).unwrap_or_else(|| panic!("no --{name}"));
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&value[at..at + 2], 16).unwrap()) / 255.0)
}

/// WCAG 2.2, "contrast ratio" and "relative luminance".
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    let luminance = |[r, g, b]: [f64; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
