//! The UserInfo endpoint (OpenID Connect Core 1.0 §5.3): GET and POST.

use actix_web::{HttpRequest, HttpResponse, http::header::AUTHORIZATION, web};

use crate::{
    domain::oidc::bearer,
    flows::{Unserved, user_info::UserInfoReply},
    web::{
        error::{Failure, bearer_refusal},
        form::Form,
        state::App,
    },
};

/// `GET /userinfo` with the token in the header.
pub async fn by_header(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    answer(&app, &request, None).await
}

/// `POST /userinfo` with the token in the header or in the body (RFC 6750 §2.2).
pub async fn by_post(
    app: web::Data<App>,
    request: HttpRequest,
    form: Option<Form>,
) -> Result<HttpResponse, Failure> {
    answer(&app, &request, form.as_ref().and_then(|form| form.value("access_token"))).await
}

async fn answer(app: &App, request: &HttpRequest, in_form: Option<&str>) -> Result<HttpResponse, Failure> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = match bearer::presented(header, in_form) {
        Ok(Some(token)) => token,
        Ok(None) => return Ok(bearer_refusal(None)),
        Err(error) => return Ok(bearer_refusal(Some(&error))),
    };
    match app.user_info.answer(&token).await {
        Ok(UserInfoReply::Plain(claims)) => Ok(HttpResponse::Ok().json(claims)),
        Ok(UserInfoReply::Signed(jwt)) => Ok(HttpResponse::Ok().content_type("application/jwt").body(jwt)),
        Err(Unserved::Refused(error)) => Ok(bearer_refusal(Some(&error))),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
    }
}
