//! The cases, by what they are about.

mod ages;
mod contexts;
mod lasting;
mod silence;

use super::{Obstacle, RelyingParty, Verdict, relying_party::Answer};
use crate::ports::BoxFuture;

/// What a check yields.
pub type Checked<'a> = BoxFuture<'a, Result<Verdict, Obstacle>>;

/// One case.
pub struct Case {
    /// What the provider must do, as a name.
    pub name: &'static str,
    /// Which section says so.
    pub holds: &'static str,
    /// Finds out.
    pub check: for<'a> fn(&'a RelyingParty) -> Checked<'a>,
}

/// Every case, in the order in which they are run.
pub fn all() -> impl Iterator<Item = Case> {
    contexts::CASES.into_iter().chain(silence::CASES).chain(ages::CASES).chain(lasting::CASES)
}

/// A table of cases: a function, and the section that it holds.
macro_rules! cases {
    ($($name:ident: $holds:literal),+ $(,)?) => {
        pub const CASES: [super::Case; [$($holds),+].len()] = [$(super::Case {
            name: stringify!($name),
            holds: $holds,
            check: |party| Box::pin($name(party)),
        }),+];
    };
}
use cases;

/// The error that a missed condition is told by.
const UNMET: &str = "unmet_authentication_requirements";

/// A condition that cannot be met is an error; the specification has a code of its own for it.
async fn is_told_as_unmet(party: &RelyingParty, answer: Answer) -> Result<Verdict, Obstacle> {
    match answer.error() {
        Some(UNMET) => Ok(Verdict::Passed),
        Some(other) => Ok(Verdict::Warned(format!("the error is {other} and not {UNMET}"))),
        None => {
            let acr = party.redeem(&answer).await?.acr().unwrap_or("none").to_owned();
            Ok(Verdict::Failed(format!("a code was issued; the acr is {acr}")))
        }
    }
}

/// Passes where something is so.
fn passes_if(is_so: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if is_so { Verdict::Passed } else { Verdict::Failed(otherwise()) }
}

/// Warns where something is not so.
fn warns_unless(is_so: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if is_so { Verdict::Passed } else { Verdict::Warned(otherwise()) }
}
