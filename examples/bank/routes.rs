//! The bank's addresses. A handler reads the session, asks one thing, and answers with a page or a redirect.

use super::ledger::{Money, Transfer};
use super::payouts::{Outcome, Round};
use super::relying_party::{Answer, Asked, Refusal, SignIn, Wanted};
use super::sessions::{Receipt, Session, Waiting};
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
        .route("/payout", post().to(payout))
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
    match read(form.into_inner()) {
        Some(transfer) => ask(&bank, &id, Wanted::Face, Some(Waiting::Transfer(transfer))).await,
        None => show_account(&bank, &id, Some(pages::BAD_AMOUNT)),
    }
}

async fn payout(bank: Data<Bank>, request: HttpRequest, form: Form<TransferForm>) -> HttpResponse {
    let Some(id) = genuine_session(&bank, &request, &form.csrf) else { return see_other("/") };
    match read(form.into_inner()) {
        Some(transfer) => pay_out(&bank, &id, transfer, Round::First).await,
        None => show_account(&bank, &id, Some(pages::BAD_AMOUNT)),
    }
}

fn read(form: TransferForm) -> Option<Transfer> {
    let amount = Money::parse(&form.amount).filter(|amount| amount.0 > 0)?;
    Some(Transfer { to: short(form.to), reference: short(form.reference), amount })
}

/// Asks the payment API, and follows its challenge once.
async fn pay_out(bank: &Bank, id: &str, transfer: Transfer, round: Round) -> HttpResponse {
    match (call(bank, id, &transfer).await, round) {
        (Outcome::Paid(paid), _) => {
            let customer = bank.sessions.with(id, |session| session.customer.clone()).flatten();
            let Some(customer) = customer else { return see_other("/") };
            let proof = SignIn { acr: paid.acr, amr: paid.amr, auth_time: paid.auth_time, ..customer };
            show_receipt(bank, id, Receipt { transfer, proof })
        }
        (Outcome::NotEnoughMoney, _) => show_account(bank, id, Some(pages::NOT_ENOUGH)),
        (Outcome::Challenged(challenge), Round::First) => {
            ask(bank, id, Wanted::Challenged(challenge), Some(Waiting::Payout(transfer))).await
        }
        (Outcome::Challenged(challenge), Round::AfterStepUp) => refused(&Refusal::StillNotEnough(challenge)),
        (Outcome::TokenNoGood | Outcome::NotDone, _) => refused(&Refusal::NotDone),
    }
}

/// Calls the payment API; with a new token where the customer's lapsed while they looked at their account.
async fn call(bank: &Bank, id: &str, transfer: &Transfer) -> Outcome {
    let Some(Some(tokens)) = bank.sessions.with(id, |session| session.tokens.clone()) else {
        return Outcome::NotDone;
    };
    let outcome = bank.payment_api.pay_out(&tokens, transfer).await;
    let (Outcome::TokenNoGood, Some(refresh)) = (&outcome, &tokens.refresh) else { return outcome };
    let Ok(renewed) = bank.relying_party.refresh(refresh).await else { return outcome };
    bank.sessions.with(id, |session| session.tokens = Some(renewed.clone()));
    bank.payment_api.pay_out(&renewed, transfer).await
}

/// Sends the customer to the provider, remembering what was asked and what for.
async fn ask(bank: &Bank, id: &str, wanted: Wanted, waiting: Option<Waiting>) -> HttpResponse {
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
    let concluded = bank.relying_party.conclude(asked, answer.into_inner(), customer.as_deref()).await;
    match (concluded, waiting) {
        (Err(refusal), _) => refused(&refusal),
        (Ok((sign_in, tokens)), None) => {
            bank.sessions.with(&id, |session| {
                session.customer = Some(sign_in);
                session.tokens = Some(tokens);
            });
            with_new_cookie(&bank, &id, "/account")
        }
        (Ok((proof, _)), Some(Waiting::Transfer(transfer))) => carry_out(&bank, &id, transfer, proof),
        (Ok((_, tokens)), Some(Waiting::Payout(transfer))) => {
            bank.sessions.with(&id, |session| session.tokens = Some(tokens));
            pay_out(&bank, &id, transfer, Round::AfterStepUp).await
        }
    }
}

/// What was asked is answered once: a second answer to it finds nothing.
fn take_question(session: &mut Session) -> (Option<Asked>, Option<Waiting>, Option<String>) {
    let customer = session.customer.as_ref().map(|customer| customer.subject.clone());
    (session.asked.take(), session.waiting.take(), customer)
}

fn carry_out(bank: &Bank, id: &str, transfer: Transfer, proof: SignIn) -> HttpResponse {
    if !bank.sessions.with_account(&proof.subject, |account| account.carry_out(&transfer)) {
        return show_account(bank, id, Some(pages::NOT_ENOUGH));
    }
    show_receipt(bank, id, Receipt { transfer, proof })
}

fn show_receipt(bank: &Bank, id: &str, receipt: Receipt) -> HttpResponse {
    bank.sessions.with(id, |session| session.receipt = Some(receipt));
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
