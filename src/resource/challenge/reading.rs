//! Reads `WWW-Authenticate`: challenges one after the other, separated by commas as their own parameters are (RFC 9110
//! §11.6.1).

use std::collections::BTreeMap;

use super::{Challenge, ChallengeCode};
use crate::resource::words::Words;

/// Parameters by their names in lower case.
type Parameters = BTreeMap<String, String>;

pub(super) fn read(header: &str) -> Option<Challenge> {
    let mut found: Option<Parameters> = None;
    for item in items(header)? {
        let mut parameter = item;
        if let Some((scheme, rest)) = scheme(item) {
            if found.is_some() {
                break;
            }
            if scheme.eq_ignore_ascii_case("bearer") {
                found = Some(Parameters::new());
            }
            parameter = rest;
        }
        if let Some(parameters) = found.as_mut().filter(|_| !parameter.is_empty()) {
            let (name, value) = named(parameter)?;
            if parameters.insert(name, value).is_some() {
                return None;
            }
        }
    }
    challenge(found?)
}

fn challenge(mut parameters: Parameters) -> Option<Challenge> {
    let code = match parameters.remove("error") {
        None => None,
        Some(name) => Some(ChallengeCode::parse(&name)?),
    };
    let max_age = match parameters.remove("max_age") {
        None => None,
        Some(seconds) => Some(seconds.parse().ok()?),
    };
    Some(Challenge {
        realm: parameters.remove("realm"),
        code,
        description: parameters.remove("error_description").map(Into::into),
        scope: Words::parse(&parameters.remove("scope").unwrap_or_default())?,
        acr_values: Words::parse(&parameters.remove("acr_values").unwrap_or_default())?,
        max_age,
    })
}

/// What stands between the commas that are in no quoted text; `None` where a quoted text does not end.
fn items(header: &str) -> Option<Vec<&str>> {
    let (mut items, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, letter) in header.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                items.push(header.get(start..at)?.trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(header.get(start..)?.trim());
    (!quoted).then_some(items)
}

/// The scheme that an item begins with, and what follows it; `None` for an item that is a parameter alone.
fn scheme(item: &str) -> Option<(&str, &str)> {
    let end = item.find(|letter| !is_token(letter)).unwrap_or(item.len());
    let (word, rest) = item.split_at(end);
    let rest = rest.trim_start();
    (!word.is_empty() && !rest.starts_with('=')).then_some((word, rest))
}

/// A parameter: its name, and its value as a token or as quoted text. White space around the `=` is to be borne with.
fn named(parameter: &str) -> Option<(String, String)> {
    let (name, value) = parameter.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim_start());
    if name.is_empty() || !name.chars().all(is_token) {
        return None;
    }
    let value = match value.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None if !value.is_empty() && value.chars().all(is_token) => value.to_owned(),
        None => return None,
    };
    Some((name.to_ascii_lowercase(), value))
}

/// What a quoted text says, whose first quote is taken off; nothing may follow its last (RFC 9110 §5.6.4).
fn unquoted(text: &str) -> Option<String> {
    let mut said = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return letters.next().is_none().then_some(said),
            '\\' => said.push(letters.next()?),
            letter => said.push(letter),
        }
    }
}

/// Whether a letter may stand in a token (RFC 9110 §5.6.2).
fn is_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter)
}
