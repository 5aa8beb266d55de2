//! Who may call: judged before anything else of a request is looked at (RFC 6750 §2.1: the token is in the header).

use actix_web::{HttpRequest, http::header::AUTHORIZATION};

use super::problem::{Kind, Problem};
use crate::{
    domain::{
        admin::{
            api::{Caller, Need},
            role::Role,
        },
        change::{Author, Change},
        oidc::bearer,
    },
    flows::Unserved,
    web::state::App,
};

/// Lets in who may read.
pub async fn reader(app: &App, request: &HttpRequest) -> Result<Caller, Problem> {
    admit(app, request, Need::Read).await
}

/// Lets in who may change what a role may change, and says who they are.
pub async fn writer(app: &App, request: &HttpRequest, role: Role) -> Result<Author, Problem> {
    match admit(app, request, Need::Change(role)).await? {
        Caller::Administrator(user, _) => Ok(Author::Operator(user)),
        // A client's own token changes nothing, and was refused before.
        Caller::Client(_) => Err(Problem::new(Kind::Role)),
    }
}

async fn admit(app: &App, request: &HttpRequest, need: Need) -> Result<Caller, Problem> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Ok(Some(token)) = bearer::presented(header, None) else { return Err(Problem::no_token()) };
    app.desks.callers.admit(&token, need).await.map_err(|unserved| match unserved {
        Unserved::Refused(refusal) => Problem::refused(refusal),
        Unserved::Fault(fault) => fault.into(),
    })
}

/// A change by its author, with the reason that they give.
pub fn change(by: Author, reason: Option<String>) -> Change {
    Change { by, reason: reason.filter(|reason| !reason.trim().is_empty()) }
}
