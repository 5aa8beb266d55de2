//! Where in a text something stands: from a path to its place, and back.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The place of `contexts[1].proofs[0].workflow`, or of the last on the way to it that is there. Clients are found by their
/// id, as `clients.bank.minimum_acr`.
pub(super) fn span_of(root: &DeTable<'_>, at: &str) -> Option<Range<usize>> {
    if let Some(rest) = at.strip_prefix("clients.") {
        return span_of_client(root, rest);
    }
    let (first, rest) = at.split_at(at.find(['.', '[']).unwrap_or(at.len()));
    let found = root.get(first)?;
    Some(span_within(found, rest))
}

fn span_of_client(root: &DeTable<'_>, at: &str) -> Option<Range<usize>> {
    let clients = root.get("clients")?.get_ref().as_array()?;
    let named = clients.iter().filter_map(|client| {
        let id = client.get_ref().get("client_id")?.get_ref().as_str()?;
        let rest = at.strip_prefix(id)?;
        (rest.is_empty() || rest.starts_with('.')).then_some((client, rest))
    });
    // An id may have dots, and begin like another one: the longest is meant.
    let (client, rest) = named.min_by_key(|(_, rest)| rest.len())?;
    Some(span_within(client, rest))
}

/// Goes on from a value as far as the path is there.
fn span_within(from: &Spanned<DeValue<'_>>, path: &str) -> Range<usize> {
    let mut found = from;
    let mut rest = path;
    loop {
        let (next, behind) = match rest.strip_prefix('[') {
            Some(inside) => {
                let (number, behind) = inside.split_once(']').unwrap_or((inside, ""));
                (number.parse::<usize>().ok().and_then(|n| found.get_ref().get(n)), behind)
            }
            None => {
                let name = rest.strip_prefix('.').unwrap_or(rest);
                let (name, behind) = name.split_at(name.find(['.', '[']).unwrap_or(name.len()));
                (found.get_ref().get(name).filter(|_| !name.is_empty()), behind)
            }
        };
        match next {
            Some(value) => (found, rest) = (value, behind),
            None => return found.span(),
        }
    }
}

/// The path of what stands at a place, a key or its value, below a value whose own path is known.
pub(super) fn path_of(value: &Spanned<DeValue<'_>>, at: &str, span: &Range<usize>) -> Option<String> {
    if value.span() == *span {
        return Some(at.to_owned());
    }
    match value.get_ref() {
        DeValue::Table(table) => table.iter().find_map(|(key, below)| {
            let at = format!("{at}.{}", key.get_ref());
            if key.span() == *span { Some(at) } else { path_of(below, &at, span) }
        }),
        DeValue::Array(array) => {
            array.iter().enumerate().find_map(|(n, below)| path_of(below, &format!("{at}[{n}]"), span))
        }
        _ => None,
    }
}

/// Takes out what stands at a place, and tells its name.
pub(super) fn drop_at(value: &mut DeValue<'_>, span: &Range<usize>) -> Option<String> {
    match value {
        DeValue::Table(table) => {
            let is_there =
                |key: &Spanned<_>, below: &Spanned<_>| key.span() == *span || below.span() == *span;
            let key = table.iter().find(|(key, below)| is_there(key, below)).map(|(key, _)| key.clone());
            if let Some(key) = key {
                table.remove(&key);
                return Some(key.into_inner().into_owned());
            }
            table.iter_mut().find_map(|(_, below)| drop_at(below.get_mut(), span))
        }
        DeValue::Array(array) => {
            if let Some(n) = array.iter().position(|below| below.span() == *span) {
                *array = array.iter().filter(|below| below.span() != *span).cloned().collect();
                return Some(format!("[{n}]"));
            }
            array.iter_mut().find_map(|below| drop_at(below.get_mut(), span))
        }
        _ => None,
    }
}
