//! A length of time as policies write it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How long ago something may be, or how long it must last: a whole number and `s`, `m`, `h` or `d`, as `5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Age(u32);

/// The units, the longest first, in seconds.
const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Age {
    /// So many seconds.
    pub const fn of_seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// The whole seconds of a length of time; what is negative is nothing, and what is too long the longest there is.
    pub fn of(length: SignedDuration) -> Self {
        Self(u32::try_from(length.as_secs().max(0)).unwrap_or(u32::MAX))
    }

    /// Reads it as it is written.
    pub fn parse(text: &str) -> Option<Self> {
        let unit = text.chars().last()?;
        let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        let number = text.strip_suffix(unit)?;
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| number.parse::<u32>().ok()?.checked_mul(seconds)).flatten().map(Self)
    }

    /// The length of time.
    pub fn length(self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.0))
    }
}

impl std::fmt::Display for Age {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whole = |unit: &(char, u32)| self.0 != 0 && self.0.is_multiple_of(unit.1);
        let (name, seconds) = UNITS.into_iter().find(whole).unwrap_or(('s', 1));
        write!(f, "{}{name}", self.0 / seconds)
    }
}

impl From<Age> for String {
    fn from(age: Age) -> Self {
        age.to_string()
    }
}

impl TryFrom<String> for Age {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("write a whole number and s, m, h or d, for instance \"5m\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_reads_as_it_is_written_and_is_written_in_its_longest_unit() {
        for (text, seconds, written) in
            [("0s", 0, "0s"), ("90s", 90, "90s"), ("300s", 300, "5m"), ("24h", 86_400, "1d")]
        {
            let age = Age::parse(text).unwrap();
            assert_eq!((age, age.to_string().as_str()), (Age(seconds), written));
        }
        for wrong in ["", "m", "5", "-5m", "+5m", "5 m", "1.5h", "5w", "99999999999s", "4294967295d", "5µ"] {
            assert_eq!(Age::parse(wrong), None, "{wrong:?}");
        }
    }
}
