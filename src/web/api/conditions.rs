//! Conditional requests: an answer is tagged with its revision, and a change says of which one it was made (RFC 9110 §8.8.3,
//! §13.1.1, §13.1.2).

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH},
};
use serde::Serialize;

use super::problem::{Kind, Problem};
use crate::domain::basis::Basis;

/// What a change was made of, which must be said (RFC 6585 §3).
pub fn basis(request: &HttpRequest) -> Result<Basis, Problem> {
    basis_if_any(request)?.ok_or(Problem::new(Kind::Unconditional))
}

/// The same where it may be left out. A weak tag never matches here (RFC 9110 §13.1.1).
pub fn basis_if_any(request: &HttpRequest) -> Result<Option<Basis>, Problem> {
    let Some(listed) = list(request, &IF_MATCH)? else { return Ok(None) };
    if listed == "*" {
        return Ok(Some(Basis::Any));
    }
    let tags = tags(&listed).ok_or_else(|| Problem::malformed("If-Match", "it is no list of entity tags"))?;
    let strong = tags.into_iter().filter_map(|(is_weak, tag)| (!is_weak).then_some(tag));
    Ok(Some(Basis::OneOf(strong.collect())))
}

/// Answers with a representation of a revision, or that it is the one that the caller has (RFC 9110 §15.4.5).
pub fn tagged(request: &HttpRequest, revision: &str, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let known = match list(request, &IF_NONE_MATCH)? {
        Some(listed) if listed == "*" => true,
        Some(listed) => tags(&listed)
            .ok_or_else(|| Problem::malformed("If-None-Match", "it is no list of entity tags"))?
            .iter()
            .any(|(_, tag)| tag == revision),
        None => false,
    };
    let tag = (ETAG, entity_tag(revision));
    Ok(match known {
        true => HttpResponse::NotModified().insert_header(tag).finish(),
        false => HttpResponse::Ok().insert_header(tag).json(body),
    })
}

/// The entity tag of a revision.
pub fn entity_tag(revision: &str) -> String {
    format!("\"{revision}\"")
}

/// All lines of a header as one list (RFC 9110 §5.3).
fn list(request: &HttpRequest, name: &HeaderName) -> Result<Option<String>, Problem> {
    let lines: Result<Vec<&str>, _> = request.headers().get_all(name).map(|line| line.to_str()).collect();
    let lines =
        lines.map_err(|_| Problem::malformed(name.to_string(), "it holds more than visible ASCII"))?;
    Ok((!lines.is_empty()).then(|| lines.join(",").trim().to_owned()))
}

/// The tags of a list, each with whether it is weak; `None` for what is no such list (RFC 9110 §8.8.3).
fn tags(list: &str) -> Option<Vec<(bool, String)>> {
    let mut rest = list;
    let mut tags = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return (!tags.is_empty()).then_some(tags);
        }
        let (is_weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |strong| (true, strong));
        let (tag, after) = quoted.strip_prefix('"')?.split_once('"')?;
        let is_between = after.is_empty() || after.starts_with([' ', '\t', ',']);
        if !is_between || tag.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return None;
        }
        tags.push((is_weak, tag.to_owned()));
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_whole_or_not_at_all() {
        // RFC 9110 §8.8.3, §13.1.1
        let read = |text| tags(text).map(|tags| tags.into_iter().map(|(_, tag)| tag).collect::<Vec<_>>());
        assert_eq!(read("\"a\", W/\"b\" ,,\"c,d\""), Some(vec!["a".into(), "b".into(), "c,d".into()]));
        assert_eq!(tags("W/\"b\""), Some(vec![(true, "b".into())]));
        for bad in ["", ",", "a", "\"a", "\"a\"b", "w/\"a\"", "\"a b\"", "\"a\" x", "*, \"a\""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
