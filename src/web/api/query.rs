//! What stands behind the question mark: every parameter is known, comes once unless it may come often, and is text that can
//! be kept.

use actix_web::HttpRequest;
use url::form_urlencoded;

use super::problem::Problem;

/// The longest that a parameter may be, in characters.
const LONGEST: usize = 500;

/// Parameters that were not taken yet.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads them all.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let parameters: Vec<_> =
            form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
        match parameters.iter().find(|(_, value)| value.contains('\0') || value.chars().count() > LONGEST) {
            Some((name, _)) => Err(Problem::malformed(name.clone(), "it is too long, or holds a NUL")),
            None => Ok(Self(parameters)),
        }
    }

    /// Takes a parameter that comes at most once.
    pub fn take(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        let mut values = self.take_all(name);
        match values.len() {
            0 | 1 => Ok(values.pop()),
            _ => Err(Problem::malformed(name, "it comes more than once")),
        }
    }

    /// Takes a parameter that may come often.
    pub fn take_all(&mut self, name: &str) -> Vec<String> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(one, _)| one == name);
        self.0 = left;
        Vec::into_iter(taken).map(|(_, value)| value).collect()
    }

    /// Takes a parameter that means something.
    pub fn take_as<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.take(name)? else { return Ok(None) };
        parse(&text)
            .map(Some)
            .ok_or_else(|| Problem::malformed(name, "it is not of the form that is described"))
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), Problem> {
        match self.0.into_iter().next() {
            Some((name, _)) => Err(Problem::malformed(name, "there is no such parameter")),
            None => Ok(()),
        }
    }
}

/// A parameter of which a request needs no other: why a change is made.
pub fn reason(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut query = Query::of(request)?;
    let reason = query.take("reason")?;
    query.end()?;
    Ok(reason)
}
