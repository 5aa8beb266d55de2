//! Which thresholds comparisons are held to: never a bare score, but the threshold of a target false match rate, with what
//! it was measured on. A target that too little stands behind cannot be chosen.

use super::{
    error_rates::{LEAST_FALSE_MATCHES, LEAST_PAIRS, is_supported},
    policy::VerificationPolicy,
};

/// How rarely a stranger may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFmr {
    /// One comparison in ten thousand (NIST SP 800-63B-4 §3.2.3).
    Standard,
    /// One in a hundred thousand.
    High,
}

impl TargetFmr {
    /// The targets with the names that the configuration gives them.
    pub const NAMED: [(&'static str, Self); 2] = [("standard", Self::Standard), ("high", Self::High)];

    /// The false match rate.
    pub fn rate(self) -> f64 {
        match self {
            Self::Standard => 1e-4,
            Self::High => 1e-5,
        }
    }

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::High => "high",
        }
    }
}

/// A threshold and what was measured at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// The target that it keeps.
    pub target: TargetFmr,
    /// The cosine from which a comparison is a match.
    pub threshold: f32,
    /// The false match rate there, the higher of both countings.
    pub fmr: f64,
    /// The false non-match rate there.
    pub fnmr: f64,
    /// How many genuine comparisons that rests on.
    pub genuine: u64,
    /// How many impostor comparisons that rests on.
    pub impostor: u64,
    /// How many of them match at the threshold that keeps the target by comparisons.
    pub false_matches: u64,
    /// How many pairs of identities match at the threshold that keeps the target by pairs of identities.
    pub false_match_pairs: u64,
}

/// The points of one target, for the two comparisons that verdicts make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoints {
    /// A mean of live frames with the template of an enrolment.
    pub template: OperatingPoint,
    /// A mean of live frames with a portrait.
    pub portrait: OperatingPoint,
}

/// A target that too few false matches stand behind.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "the threshold {threshold:.3} of a comparison with a {with} rests on {false_matches} false matches, and on those of \
     {pairs} pairs of people, in {impostor} comparisons; {LEAST_FALSE_MATCHES} false matches and {LEAST_PAIRS} pairs are needed"
)]
pub struct Unsupported {
    /// The target.
    pub target: &'static str,
    /// With what is compared.
    pub with: &'static str,
    /// The threshold.
    pub threshold: f32,
    /// How many false matches, by comparisons.
    pub false_matches: u64,
    /// How many pairs of identities, by pairs.
    pub pairs: u64,
    /// In how many impostor comparisons.
    pub impostor: u64,
}

impl OperatingPoints {
    /// Accepts points that enough stands behind.
    pub fn available(self) -> Result<Self, Unsupported> {
        for (with, point) in [("template", self.template), ("portrait", self.portrait)] {
            if !is_supported(point.false_matches, point.false_match_pairs) {
                return Err(Unsupported {
                    target: point.target.name(),
                    with,
                    threshold: point.threshold,
                    false_matches: point.false_matches,
                    pairs: point.false_match_pairs,
                    impostor: point.impostor,
                });
            }
        }
        Ok(self)
    }
}

impl VerificationPolicy {
    /// The same policy, held to these points.
    pub fn held_to(self, points: &OperatingPoints) -> Self {
        Self { match_template: points.template.threshold, match_portrait: points.portrait.threshold, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(threshold: f32, false_match_pairs: u64) -> OperatingPoint {
        OperatingPoint {
            target: TargetFmr::High,
            threshold,
            fmr: 1e-5,
            fnmr: 0.01,
            genuine: 1000,
            impostor: 1_000_000,
            false_matches: 400,
            false_match_pairs,
        }
    }

    #[test]
    fn a_point_that_too_little_stands_behind_is_unavailable_and_says_with_which_numbers() {
        // ISO/IEC 19795-1, "rule of 30".
        let points = OperatingPoints { template: point(0.5, 10), portrait: point(0.4, 9) };
        let told = points.available().unwrap_err().to_string();
        for part in ["0.400", "portrait", "400 false matches", "9 pairs", "1000000"] {
            assert!(told.contains(part), "{part} is missing in: {told}");
        }
        let points = OperatingPoints { portrait: point(0.4, 10), ..points };
        assert_eq!(points.available(), Ok(points));
    }

    #[test]
    fn a_policy_is_held_to_the_points_that_were_chosen() {
        let points = OperatingPoints { template: point(0.5, 30), portrait: point(0.4, 30) };
        let policy = VerificationPolicy::default().held_to(&points);
        assert_eq!((policy.match_template, policy.match_portrait), (0.5, 0.4));
        assert_eq!(policy.live, VerificationPolicy::default().live);
    }
}
