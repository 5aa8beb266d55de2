//! Exact intervals for independent trials (Clopper and Pearson, Biometrika 26, 1934), as ISO/IEC 30107-3 wants them of
//! presentations.

use statrs::distribution::{Beta, ContinuousCDF};

use super::bootstrap::Interval;

/// The two-sided 95 % interval of a share; `None` of nothing.
pub fn clopper_pearson(errors: u64, trials: u64) -> Option<Interval> {
    clopper_pearson_at(errors, trials, 0.025)
}

/// The interval with this chance of error at each of its ends.
pub fn clopper_pearson_at(errors: u64, trials: u64, chance: f64) -> Option<Interval> {
    if trials == 0 || errors > trials {
        return None;
    }
    let (k, n) = (errors as f64, trials as f64);
    let quantile = |a: f64, b: f64, p: f64| Beta::new(a, b).map(|beta| beta.inverse_cdf(p)).ok();
    let low = if errors == 0 { 0.0 } else { quantile(k, n - k + 1.0, chance)? };
    let high = if errors == trials { 1.0 } else { quantile(k + 1.0, n - k, 1.0 - chance)? };
    Some([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Option<Interval>, low: f64, high: f64) {
        let [a, b] = found.unwrap();
        assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{a} {b}");
    }

    #[test]
    fn no_error_in_n_trials_has_the_closed_form() {
        // 1 - 0.025^(1/n): 0 of 8 is up to 36.9 %.
        near(clopper_pearson(0, 8), 0.0, 0.36942);
        near(clopper_pearson(0, 300), 0.0, 1.0 - 0.025_f64.powf(1.0 / 300.0));
        near(clopper_pearson(8, 8), 0.025_f64.powf(1.0 / 8.0), 1.0);
    }

    #[test]
    fn tables_agree() {
        near(clopper_pearson(1, 18), 0.00141, 0.27294);
        near(clopper_pearson(5, 10), 0.18709, 0.81291);
        near(clopper_pearson(10, 239), 0.020244, 0.075599);
    }

    #[test]
    fn nothing_has_no_interval() {
        assert_eq!(clopper_pearson(0, 0), None);
        assert_eq!(clopper_pearson(2, 1), None);
    }
}
