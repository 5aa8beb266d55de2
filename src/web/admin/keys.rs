//! Signing keys: where each is in its life, and the two things that are done about them, each behind a page that says what
//! will happen.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{
    Admin, Answer, Frame,
    asked::Asked,
    changed,
    frame::console_page,
    phrases::{moment, say},
};
use crate::{
    domain::{
        admin::role::Role,
        id::KeyId,
        keys::{KeyState, SigningAlgorithm},
    },
    flows::{Unserved, admin::keys::KeyRefusal, signing_keys::KeyStanding},
    web::{
        error::Failure,
        form::Form,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where it is.
pub const PATH: &str = "/admin/keys";

/// A key as it is listed.
#[derive(Clone, Debug)]
pub struct KeyLine {
    /// Its name.
    pub id: String,
    /// What it signs with.
    pub algorithm: &'static str,
    /// Where it is in its life.
    pub state: &'static str,
    /// When it was made.
    pub made: String,
    /// When it signs from.
    pub signs_from: String,
    /// Whether it can still be withdrawn.
    pub is_published: bool,
}

impl From<&KeyStanding> for KeyLine {
    fn from(key: &KeyStanding) -> Self {
        Self {
            id: key.id.to_string(),
            algorithm: key.algorithm.name(),
            state: key.state.name(),
            made: moment(key.created_at),
            signs_from: moment(key.signs_from),
            is_published: key.state != KeyState::Retired,
        }
    }
}

/// `GET /admin/keys`.
#[derive(Template)]
#[template(path = "admin/keys.html")]
pub struct KeysPage {
    /// What stands around it.
    pub frame: Frame,
    /// The keys, those first that sign next.
    pub keys: Vec<KeyLine>,
    /// The algorithms that are signed with.
    pub algorithms: Vec<&'static str>,
}

impl KeysPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let key = |id: &str, state, is_published| KeyLine {
            id: id.into(),
            algorithm: "ES256",
            state,
            made: "2026-08-01 00:00:00 UTC".into(),
            signs_from: "2026-08-03 00:00:00 UTC".into(),
            is_published,
        };
        let states = [("published", true), ("signing", true), ("retiring", true), ("retired", false)];
        let keys = states.map(|(state, is_published)| key(&format!("k-{state}"), state, is_published));
        let frame = Frame { here: PATH, ..Frame::sample() };
        Self { frame, keys: keys.to_vec(), algorithms: vec!["ES256", "RS256"] }
    }
}

/// `GET /admin/keys/rotate?alg=…`: what happens when a key is replaced.
#[derive(Template)]
#[template(path = "admin/keys_rotate.html")]
pub struct RotatePage {
    /// What stands around it.
    pub frame: Frame,
    /// Of which algorithm.
    pub algorithm: &'static str,
    /// Why nothing was done.
    pub problem: Option<String>,
}

impl RotatePage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() }.below();
        Self { frame, algorithm: "ES256", problem: None }
    }
}

/// `GET /admin/keys/{key}/retire`: what happens when a key is taken out.
#[derive(Template)]
#[template(path = "admin/keys_retire.html")]
pub struct RetirePage {
    /// What stands around it.
    pub frame: Frame,
    /// Which key.
    pub key: KeyLine,
    /// Why nothing was done.
    pub problem: Option<String>,
}

impl RetirePage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let KeysPage { frame, keys, .. } = KeysPage::sample();
        let key = keys.into_iter().find(|key| key.state == "signing");
        let key = key.unwrap_or_else(|| KeyLine {
            id: String::new(),
            algorithm: "ES256",
            state: "signing",
            made: String::new(),
            signs_from: String::new(),
            is_published: true,
        });
        Self { frame: frame.below(), key, problem: None }
    }
}

console_page!(KeysPage, RotatePage, RetirePage);

/// Shows the keys.
pub async fn show(app: web::Data<App>, admin: Admin) -> Answer {
    let keys = app.desks.keys.list().await?;
    let algorithms = app.signing_keys.algorithms().iter().map(SigningAlgorithm::name).collect();
    let (frame, keys) = (admin.frame(PATH), keys.iter().map(KeyLine::from).collect());
    Ok(pages::shown(&KeysPage { frame, keys, algorithms }))
}

/// Says what a rotation does.
pub async fn rotate_form(admin: Admin, request: HttpRequest) -> Answer {
    let asked = Asked::of(&request);
    let Some(algorithm) = asked.text("alg").and_then(SigningAlgorithm::parse) else {
        return Err(admin.nowhere());
    };
    admin.must_be_fresh(Role::Owner, &rotate_address(algorithm))?;
    let frame = admin.frame(PATH).below();
    Ok(pages::shown(&RotatePage { frame, algorithm: algorithm.name(), problem: None }))
}

/// Replaces the key of an algorithm.
pub async fn rotate(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
    let Some(algorithm) = form.value("alg").and_then(SigningAlgorithm::parse) else {
        return Err(admin.nowhere());
    };
    let change = admin.change(&request, &form, Role::Owner, &rotate_address(algorithm))?;
    match app.desks.keys.rotate(algorithm, form.value("soon").is_some(), change).await {
        Ok(next) if next.was_waiting => Ok(changed(PATH, "key-was-waiting")),
        Ok(_) => Ok(changed(PATH, "key-rotated")),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
        Err(Unserved::Refused(refusal)) => {
            let (frame, problem) = (admin.frame(PATH).below(), Some(told(refusal)));
            Ok(pages::shown(&RotatePage { frame, algorithm: algorithm.name(), problem }))
        }
    }
}

/// Says what a withdrawal does.
pub async fn retire_form(app: web::Data<App>, admin: Admin, named: web::Path<String>) -> Answer {
    let key = find(&app, &admin, &named).await?;
    admin.must_be_fresh(Role::Owner, &retire_address(&key.id))?;
    Ok(pages::shown(&RetirePage { frame: admin.frame(PATH).below(), key, problem: None }))
}

/// Takes a key out of the key set.
pub async fn retire(
    app: web::Data<App>,
    admin: Admin,
    named: web::Path<String>,
    request: HttpRequest,
    form: Form,
) -> Answer {
    let (Some(id), key) = (KeyId::parse(&named), find(&app, &admin, &named).await?) else {
        return Err(admin.nowhere());
    };
    let change = admin.change(&request, &form, Role::Owner, &retire_address(&key.id))?;
    match app.desks.keys.retire(&id, change).await {
        Ok(_) => Ok(changed(PATH, "key-retired")),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
        Err(Unserved::Refused(refusal)) => {
            let (frame, problem) = (admin.frame(PATH).below(), Some(told(refusal)));
            Ok(pages::shown(&RetirePage { frame, key, problem }))
        }
    }
}

async fn find(app: &App, admin: &Admin, named: &str) -> Result<KeyLine, super::Barred> {
    let keys = app.desks.keys.list().await.map_err(Failure::from)?;
    let key = keys.iter().find(|key| key.id.as_str() == named);
    key.map(KeyLine::from).ok_or_else(|| admin.nowhere())
}

fn rotate_address(algorithm: SigningAlgorithm) -> String {
    format!("{PATH}/rotate?alg={}", algorithm.name())
}

fn retire_address(key: &str) -> String {
    format!("{PATH}/{key}/retire")
}

fn told(refusal: KeyRefusal) -> String {
    let key = match refusal {
        KeyRefusal::NotChosen => "admin-keys-not-chosen",
        KeyRefusal::Unknown => "admin-keys-unknown",
        KeyRefusal::Before => "admin-keys-before",
    };
    say(key, &[])
}
