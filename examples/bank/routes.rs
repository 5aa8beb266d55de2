//! The bank's addresses. A handler reads the session, asks one thing, and answers with a page or a redirect.

use super::ledger::{Money, Transfer};
use super::relying_party::{Answer, Asked, Refusal, SignIn, Wanted};
use super::sessions::{Receipt, Session};
use super::{Bank, pages};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

const COOKIE: &str = "harbour-session";

pub fn configure(config: &mut ServiceConfig) {
    config
        .route("/", get().to(home))
        .route("/style.css", get().to(style))
        .route("/sign-in", post().to(sign_in))
        .route("/callback", get().to(callback))
        .route("/account", get().to(account))
        .route("/transfer", post().to(transfer))
        .route("/receipt", get().to(receipt))
        .route("/sign-out", post().to(sign_out));
}

#[derive(Deserialize)]
struct CsrfForm {
    csrf: String,
}

#[derive(Deserialize)]
struct TransferForm {
    csrf: String,
    to: String,
    amount: String,
    reference: String,
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("style.css"))
}

async fn home(bank: Data<Bank>, request: HttpRequest) -> HttpResponse {
    let id = session_id(&request).filter(|id| bank.sessions.with(id, |_| ()).is_some());
    if id
        .as_ref()
        .is_some_and(|id| bank.sessions.with(id, |session| session.customer.is_some()) == Some(true))
    {
        return see_other("/account");
    }
    let id = id.unwrap_or_else(|| bank.sessions.open());
    let csrf = bank.sessions.with(&id, |session| session.csrf.clone()).unwrap_or_default();
    HttpResponse::Ok().cookie(cookie(id)).content_type(pages::HTML).body(pages::home(&csrf))
}

async fn sign_in(bank: Data<Bank>, request: HttpRequest, form: Form<CsrfForm>) -> HttpResponse {
    let Some(id) = genuine_session(&bank, &request, &form.csrf) else { return see_other("/") };
    ask(&bank, &id, Wanted::Anyone, None).await
}

async fn transfer(bank: Data<Bank>, request: HttpRequest, form: Form<TransferForm>) -> HttpResponse {
    let Some(id) = genuine_session(&bank, &request, &form.csrf) else { return see_other("/") };
    let form = form.into_inner();
    let Some(amount) = Money::parse(&form.amount).filter(|amount| amount.0 > 0) else {
        return show_account(&bank, &id, Some(pages::BAD_AMOUNT));
    };
    let transfer = Transfer { to: short(form.to), reference: short(form.reference), amount };
    ask(&bank, &id, Wanted::Face, Some(transfer)).await
}

/// Sends the customer to the provider, remembering what was asked and for which transfer.
async fn ask(bank: &Bank, id: &str, wanted: Wanted, waiting: Option<Transfer>) -> HttpResponse {
    match bank.relying_party.begin(wanted).await {
        Ok((address, asked)) => {
            bank.sessions.with(id, |session| {
                session.asked = Some(asked);
                session.waiting = waiting;
            });
            see_other(&address)
        }
        Err(refusal) => refused(&refusal),
    }
}

async fn callback(bank: Data<Bank>, request: HttpRequest, answer: Query<Answer>) -> HttpResponse {
    let id = session_id(&request).unwrap_or_default();
    let Some((Some(asked), waiting, customer)) = bank.sessions.with(&id, take_question) else {
        return refused(&Refusal::NotOurs);
    };
    match (bank.relying_party.conclude(asked, answer.into_inner(), customer.as_deref()).await, waiting) {
        (Err(refusal), _) => refused(&refusal),
        (Ok(sign_in), None) => {
            bank.sessions.with(&id, |session| session.customer = Some(sign_in));
            with_new_cookie(&bank, &id, "/account")
        }
        (Ok(proof), Some(transfer)) => carry_out(&bank, &id, transfer, proof),
    }
}

/// What was asked is answered once: a second answer to it finds nothing.
fn take_question(session: &mut Session) -> (Option<Asked>, Option<Transfer>, Option<String>) {
    let customer = session.customer.as_ref().map(|customer| customer.subject.clone());
    (session.asked.take(), session.waiting.take(), customer)
}

fn carry_out(bank: &Bank, id: &str, transfer: Transfer, proof: SignIn) -> HttpResponse {
    if !bank.sessions.with_account(&proof.subject, |account| account.carry_out(&transfer)) {
        return show_account(bank, id, Some(pages::NOT_ENOUGH));
    }
    bank.sessions.with(id, |session| session.receipt = Some(Receipt { transfer, proof }));
    with_new_cookie(bank, id, "/receipt")
}

async fn account(bank: Data<Bank>, request: HttpRequest) -> HttpResponse {
    show_account(&bank, &session_id(&request).unwrap_or_default(), None)
}

fn show_account(bank: &Bank, id: &str, notice: Option<&str>) -> HttpResponse {
    let facts = bank.sessions.with(id, |session| (session.csrf.clone(), session.customer.clone()));
    let Some((csrf, Some(customer))) = facts else { return see_other("/") };
    let account = bank.sessions.with_account(&customer.subject, |account| account.clone());
    page(pages::account(&customer, &account, &csrf, notice))
}

async fn receipt(bank: Data<Bank>, request: HttpRequest) -> HttpResponse {
    let id = session_id(&request).unwrap_or_default();
    match bank.sessions.with(&id, |session| session.receipt.clone()) {
        Some(Some(receipt)) => page(pages::receipt(&receipt)),
        _ => see_other("/account"),
    }
}

async fn sign_out(bank: Data<Bank>, request: HttpRequest, form: Form<CsrfForm>) -> HttpResponse {
    if let Some(id) = genuine_session(&bank, &request, &form.csrf) {
        bank.sessions.close(&id);
    }
    see_other("/")
}

fn refused(refusal: &Refusal) -> HttpResponse {
    HttpResponse::Forbidden().content_type(pages::HTML).body(pages::refused(refusal))
}

fn page(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type(pages::HTML).body(body)
}

/// 303: the browser asks for the new address with GET, whatever it posted (RFC 9700 §4.12).
fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address)).finish()
}

fn with_new_cookie(bank: &Bank, id: &str, address: &str) -> HttpResponse {
    match bank.sessions.renew(id) {
        Some(renewed) => {
            HttpResponse::SeeOther().cookie(cookie(renewed)).insert_header((LOCATION, address)).finish()
        }
        None => see_other("/"),
    }
}

/// The session of a form that this bank's own page sent.
fn genuine_session(bank: &Bank, request: &HttpRequest, csrf: &str) -> Option<String> {
    let id = session_id(request)?;
    bank.sessions.with(&id, |session| session.csrf == csrf)?.then_some(id)
}

fn session_id(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// Lax, since the provider leads the customer back from another site. A bank on https adds `Secure` and `__Host-`.
fn cookie(id: String) -> Cookie<'static> {
    Cookie::build(COOKIE, id).path("/").http_only(true).same_site(SameSite::Lax).finish()
}

fn short(text: String) -> String {
    text.trim().chars().take(60).collect()
}
