//! What a reader says of a member, in words that name the mend.

use crate::domain::spelling::nearest;

/// What is wrong, and the mend.
pub(super) fn told(message: &str) -> (String, String) {
    let message = message.trim();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (first, known) = quoted.split_first().map_or(("", [].as_slice()), |(first, known)| (*first, known));
    if message.starts_with("unknown field") {
        let mend = match nearest(first, known) {
            Some(meant) => format!("Did you mean {meant}?"),
            None => format!("Take it out; there are {}.", known.join(", ")),
        };
        ("is not known here".to_owned(), mend)
    } else if let Some(name) = missing(message) {
        (format!("{name} is missing"), "Add it.".to_owned())
    } else if message.starts_with("unknown variant") {
        (format!("cannot be \"{first}\""), format!("Write \"{}\".", known.join("\" or \"")))
    } else {
        (message.replace('\n', ", "), "docs/policy.md says what may stand here.".to_owned())
    }
}

/// The member that is missing, where that is the matter.
pub(super) fn missing(message: &str) -> Option<&str> {
    message.trim().strip_prefix("missing field `")?.split('`').next()
}
