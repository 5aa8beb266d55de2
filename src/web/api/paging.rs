//! Lists, page by page: a page says where the next one is (RFC 8288, `Link`), and two pages neither overlap nor leave
//! anything out, whatever is added meanwhile.

use actix_web::{HttpResponse, http::header::LINK};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::{problem::Problem, query::Query};
use crate::domain::{
    admin::api::ADMIN_API,
    secret::{base64url, from_base64url},
};

/// How many are on a page unless it is said.
const USUAL: usize = 50;
/// How many may be.
pub const MOST: usize = 200;

/// Which page is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `Asked` reads")]
pub struct PageParameters {
    /// How many are on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// Where the page begins, as `next` of the page before says.
    after: Option<String>,
}

/// A page as it was asked for.
pub struct Asked {
    /// How many at most.
    pub limit: usize,
    /// Behind what.
    pub after: Option<String>,
}

/// A page.
#[derive(Serialize, ToSchema)]
pub struct Listed<T> {
    /// What is on it.
    items: Vec<T>,
    /// The address of the next page, where there is one; also in `Link`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Asked {
    /// Takes the parameters of a page.
    pub fn take(query: &mut Query) -> Result<Self, Problem> {
        let limit = query.take_as("limit", |text| {
            let is_plain = !text.starts_with(['+', '0']);
            text.parse().ok().filter(|limit| is_plain && (1..=MOST).contains(limit))
        })?;
        Ok(Self { limit: limit.unwrap_or(USUAL), ..Self::take_place(query)? })
    }

    /// Takes where a page begins whose length is fixed.
    pub fn take_place(query: &mut Query) -> Result<Self, Problem> {
        let after = query.take_as("after", |text| String::from_utf8(from_base64url(text)?).ok())?;
        Ok(Self { limit: USUAL, after })
    }

    /// Where the page begins, read as what the list is ordered by.
    pub fn place<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let Some(after) = &self.after else { return Ok(None) };
        parse(after).map(Some).ok_or_else(|| Problem::malformed("after", "it is not what a page before said"))
    }
}

/// How long a page is.
#[derive(Clone, Copy)]
pub enum Length {
    /// As it was asked for.
    Asked(usize),
    /// Always the same.
    Fixed,
}

/// Answers with a page; `filters` are the parameters that the next one is asked with as well.
pub fn listed<T: Serialize>(
    path: &str,
    filters: &[(&str, String)],
    length: Length,
    items: Vec<T>,
    next: Option<String>,
) -> HttpResponse {
    let next = next.map(|place| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(filters);
        if let Length::Asked(limit) = length {
            query.append_pair("limit", &limit.to_string());
        }
        query.append_pair("after", &base64url(place.as_bytes()));
        format!("{ADMIN_API}{path}?{}", query.finish())
    });
    let mut response = HttpResponse::Ok();
    if let Some(next) = &next {
        response.insert_header((LINK, format!("<{next}>; rel=\"next\"")));
    }
    response.json(Listed { items, next })
}
