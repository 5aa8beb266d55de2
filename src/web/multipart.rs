//! Posted forms with files: `multipart/form-data` (RFC 7578), bounded, read as a whole, and taken apart without copies until
//! a part is known. Nothing is written to a disk.

use std::collections::BTreeMap;

use actix_web::{
    HttpMessage, HttpRequest,
    http::header::{CONTENT_TYPE, HeaderMap},
    web,
};

use super::{error::Failure, form::Form, limits::read_body, state::App};
use crate::domain::oidc::request::ReceivedParameters;

/// How many parts a form may have.
const MOST_PARTS: usize = 64;
/// The longest headers of a part, in bytes.
const LONGEST_HEADERS: usize = 1024;

/// A form and its files.
pub struct FormWithFiles {
    /// Its fields.
    pub form: Form,
    /// The files that were chosen, by the field's name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl FormWithFiles {
    /// Reads one of at most so many bytes.
    pub async fn read(
        app: &App,
        request: &HttpRequest,
        payload: web::Payload,
        most: usize,
    ) -> Result<Self, Failure> {
        let malformed = Failure::Malformed("multipart");
        if request.content_type() != "multipart/form-data" {
            return Err(Failure::Malformed("content_type"));
        }
        let Some(boundary) = boundary(request.headers()) else { return Err(malformed) };
        let body = read_body(request.headers(), &mut payload.into_inner(), most, app.limits.within).await?;
        let parts = parts(&body, &boundary).ok_or(malformed)?;
        let mut files = BTreeMap::new();
        let mut fields = Vec::new();
        for part in parts {
            match part.is_file {
                true if part.content.is_empty() => {}
                true => drop(files.insert(part.name.to_owned(), part.content.to_vec())),
                false => {
                    let text = std::str::from_utf8(part.content);
                    let text = text.map_err(|_| Failure::Malformed("multipart"))?;
                    fields.push((part.name.to_owned(), text.to_owned()));
                }
            }
        }
        Ok(Self { form: Form(ReceivedParameters::collect(fields)), files })
    }
}

/// The boundary that the content type names: 1 to 70 characters (RFC 2046 §5.1.1).
fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let named = value.split(';').skip(1).find_map(|part| part.trim().strip_prefix("boundary="))?;
    let boundary = named.trim_matches('"');
    (1..=70).contains(&boundary.len()).then(|| boundary.to_owned())
}

/// One part of a form.
#[derive(Debug, PartialEq, Eq)]
struct Part<'a> {
    name: &'a str,
    is_file: bool,
    content: &'a [u8],
}

/// The parts of a body, or nothing where it is none.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let opening = format!("--{boundary}");
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(opening.as_bytes())?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let at = rest.strip_prefix(b"\r\n")?;
        let (headers, after) =
            split(at, b"\r\n\r\n").filter(|(headers, _)| headers.len() <= LONGEST_HEADERS)?;
        let (content, next) = split(after, delimiter.as_bytes())?;
        let (name, is_file) = disposition(std::str::from_utf8(headers).ok()?)?;
        parts.push(Part { name, is_file, content });
        rest = next;
        if parts.len() > MOST_PARTS {
            return None;
        }
    }
    Some(parts)
}

/// A part's name, and whether it is a file (RFC 7578 §4.2). Browsers write a quotation mark in either as `%22`.
fn disposition(headers: &str) -> Option<(&str, bool)> {
    let is_disposition = |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
    let line = headers.split("\r\n").find(is_disposition)?;
    let quoted = |name: &str| {
        let after = line.split_once(name)?.1;
        after.split_once('"').map(|(value, _)| value)
    };
    let name = quoted("; name=\"")?;
    Some((name, quoted("; filename=\"").is_some()))
}

/// What stands before and after the first such bytes.
fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let found = bytes.windows(at.len()).position(|window| window == at)?;
    let (before, rest) = bytes.split_at_checked(found)?;
    Some((before, rest.get(at.len()..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_as_browsers_send_it_is_taken_apart() {
        // RFC 7578 §4.2
        let body = b"--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\nt\r\n--x\r\n\
            content-disposition: form-data; name=\"portrait\"; filename=\"a; name=b.jpg\"\r\nContent-Type: image/jpeg\r\n\
            \r\n\xff\xd8\r\n--y\r\n--x--\r\n";
        let parts = parts(body, "x").unwrap();
        assert_eq!(parts[0], Part { name: "csrf_token", is_file: false, content: b"t" });
        let portrait = Part { name: "portrait", is_file: true, content: b"\xff\xd8\r\n--y" };
        assert_eq!(parts[1], portrait);
        assert_eq!(parts.len(), 2);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for body in [
            &b""[..],
            b"--x",
            b"--x\r\n",
            b"--x\r\nContent-Disposition: form-data\r\n\r\nt\r\n--x--",
            b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nt",
            b"--xContent-Disposition: form-data; name=\"a\"\r\n\r\nt\r\n--x--",
            b"preamble\r\n--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nt\r\n--x--",
        ] {
            assert_eq!(parts(body, "x"), None, "{}", String::from_utf8_lossy(body));
        }
        let one = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nt\r\n";
        assert!(parts(format!("{}--x--", one.repeat(64)).as_bytes(), "x").is_some());
        assert!(parts(format!("{}--x--", one.repeat(65)).as_bytes(), "x").is_none());
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_harm(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            parts(&body, "x");
            let mut opened = b"--x\r\n".to_vec();
            opened.extend(body);
            parts(&opened, "x");
        }
    }
}
