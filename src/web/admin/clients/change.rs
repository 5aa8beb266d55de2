//! Changing a client: what administrators decide about it, field by field, or the whole registration as JSON. Whoever changes
//! something says why, and changes what they saw.

use actix_web::{HttpRequest, web};
use askama::Template;
use serde_json::{Map, Value, json};

use super::{PATH, address, find, refused, sample_client};
use crate::{
    domain::{
        admin::role::Role,
        authn::{acr::Acr, policy_set::PolicySet},
        basis::Basis,
        id::ClientId,
        oidc::{
            client::Client,
            registration::snapshot::{revision, snapshot},
        },
    },
    flows::{Unserved, clients::Registered},
    web::{
        admin::{
            Admin, Answer, Frame, changed, contexts::sample_set, frame::console_page, phrases::say, terms,
        },
        form::Form,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Something to choose from: its value, in words, and whether it is chosen.
pub type Choice = (String, String, bool);

/// `GET /admin/clients/{client}/edit`.
#[derive(Template)]
#[template(path = "admin/client_edit.html")]
pub struct EditPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its `client_id`.
    pub id: String,
    /// What is changed: the registration that was seen.
    pub basis: String,
    /// The contexts that may be the minimum.
    pub minima: Vec<Choice>,
    /// The dialects.
    pub dialects: Vec<Choice>,
    /// Switches: name, and whether it is on.
    pub switches: Vec<(&'static str, bool)>,
    /// Lists: name, and its words.
    pub lists: Vec<(&'static str, String)>,
    /// Why nothing was changed.
    pub problem: Option<String>,
}

impl EditPage {
    fn of(frame: Frame, client: &Client, set: &PolicySet) -> Self {
        let metadata = &client.metadata;
        let context = |acr: &Acr| {
            (acr.0.clone(), terms::named(set.catalogue(), acr), client.minimum_acr.as_ref() == Some(acr))
        };
        let dialect =
            |name: &String| (name.clone(), name.clone(), metadata.acr_dialect.as_ref() == Some(name));
        let mut minima: Vec<Choice> = set.catalogue().names().map(context).collect();
        // What is registered stays a choice, also where the policies know it no more.
        minima
            .extend(client.minimum_acr.iter().filter(|acr| set.catalogue().rule(acr).is_none()).map(context));
        let mut dialects: Vec<Choice> = set.dialects().iter().map(|known| dialect(&known.name)).collect();
        let is_known = |name: &&String| set.dialects().iter().any(|known| known.name == **name);
        dialects.extend(metadata.acr_dialect.iter().filter(|name| !is_known(name)).map(dialect));
        let defaults: Vec<&str> = metadata.default_acr_values.iter().map(|acr| acr.0.as_str()).collect();
        Self {
            frame: frame.under(address(client.id.as_str()), client.id.as_str()),
            id: client.id.to_string(),
            basis: revision(client),
            minima,
            dialects,
            switches: vec![
                ("acr_values_are_necessary", client.acr_values_are_necessary),
                ("require_protected_step_up", metadata.require_protected_step_up),
            ],
            lists: vec![
                ("protected_scopes", client.protected_scopes.join(" ")),
                ("default_acr_values", defaults.join(" ")),
            ],
            problem: None,
        }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Option<Self> {
        let frame = Frame { here: PATH, ..Frame::sample() };
        Some(Self::of(frame, &sample_client()?, &sample_set()?))
    }
}

/// `GET /admin/clients/{client}/registration`.
#[derive(Template)]
#[template(path = "admin/client_registration.html")]
pub struct RegistrationPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its `client_id`.
    pub id: String,
    /// What is changed: the registration that was seen.
    pub basis: String,
    /// The registration as JSON, as it is or as it was typed.
    pub json: String,
    /// Why nothing was changed.
    pub problem: Option<String>,
}

impl RegistrationPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame =
            Frame { here: PATH, ..Frame::sample() }.under("/admin/clients/harbour-bank", "harbour-bank");
        let problem = Some(say("admin-clients-no-json", &[("why", "expected `,` at line 3 column 5")]));
        Self {
            frame,
            id: "harbour-bank".into(),
            basis: "r1".into(),
            json: "{\n  \"client_name\": \"Harbour Bank\"\n}".into(),
            problem,
        }
    }
}

/// Shows a secret that was made, this once.
#[derive(Template)]
#[template(path = "admin/client_secret.html")]
pub struct SecretPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its `client_id`.
    pub id: String,
    /// The secret.
    pub secret: String,
}

impl SecretPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() }.below();
        Self { frame, id: "harbour-bank".into(), secret: "a-secret-of-43-characters".into() }
    }
}

console_page!(EditPage, RegistrationPage, SecretPage);

/// Shows what administrators decide about a client.
pub async fn form(app: web::Data<App>, admin: Admin, named: web::Path<String>) -> Answer {
    let client = find(&app, &admin, &named).await?;
    admin.must_be_fresh(Role::Operator, &format!("{}/edit", address(&named)))?;
    let in_force = app.admin.rules.in_force().await?;
    Ok(pages::shown(&EditPage::of(admin.frame(PATH), &client, &in_force.set)))
}

/// Changes it.
pub async fn save(
    app: web::Data<App>,
    admin: Admin,
    named: web::Path<String>,
    request: HttpRequest,
    form: Form,
) -> Answer {
    let change = admin.change(&request, &form, Role::Operator, &format!("{}/edit", address(&named)))?;
    let client = find(&app, &admin, &named).await?;
    let mut given = snapshot(&client);
    for name in ["minimum_acr", "acr_dialect"] {
        set(&mut given, name, form.value(name).map(Value::from));
    }
    for name in ["acr_values_are_necessary", "require_protected_step_up"] {
        set(&mut given, name, Some(form.value(name).is_some().into()));
    }
    for name in ["protected_scopes", "default_acr_values"] {
        let words: Vec<&str> = form.value(name).unwrap_or_default().split_whitespace().collect();
        set(&mut given, name, (!words.is_empty()).then(|| json!(words)));
    }
    let problem = match change.reason.as_deref().unwrap_or_default() {
        "" => say("admin-reason-missing", &[]),
        _ => match app.desks.clients.replace(&client.id, given, &basis(&form), &change).await {
            Ok(registered) => return Ok(done(&admin, &registered)),
            Err(Unserved::Fault(fault)) => return Err(fault.into()),
            Err(Unserved::Refused(refusal)) => refused(&refusal),
        },
    };
    let in_force = app.admin.rules.in_force().await?;
    let page = EditPage::of(admin.frame(PATH), &client, &in_force.set);
    Ok(pages::shown(&EditPage { problem: Some(problem), ..page }))
}

/// Shows the whole registration.
pub async fn registration(app: web::Data<App>, admin: Admin, named: web::Path<String>) -> Answer {
    let client = find(&app, &admin, &named).await?;
    admin.must_be_fresh(Role::Operator, &format!("{}/registration", address(&named)))?;
    let json = serde_json::to_string_pretty(&snapshot(&client)).unwrap_or_default();
    Ok(pages::shown(&registration_page(&admin, &client.id, revision(&client), json, None)))
}

/// Puts another registration in its place.
pub async fn register(
    app: web::Data<App>,
    admin: Admin,
    named: web::Path<String>,
    request: HttpRequest,
    form: Form,
) -> Answer {
    let change =
        admin.change(&request, &form, Role::Operator, &format!("{}/registration", address(&named)))?;
    let Some(id) = ClientId::parse(&named) else { return Err(admin.nowhere()) };
    let json = form.value("registration").unwrap_or_default().to_owned();
    let problem = match serde_json::from_str::<Map<String, Value>>(&json) {
        _ if change.reason.as_deref().unwrap_or_default().is_empty() => say("admin-reason-missing", &[]),
        Err(error) => say("admin-clients-no-json", &[("why", &error.to_string())]),
        Ok(given) => match app.desks.clients.replace(&id, given, &basis(&form), &change).await {
            Ok(registered) => return Ok(done(&admin, &registered)),
            Err(Unserved::Fault(fault)) => return Err(fault.into()),
            Err(Unserved::Refused(refusal)) => refused(&refusal),
        },
    };
    let seen = form.value("basis").unwrap_or_default().to_owned();
    Ok(pages::shown(&registration_page(&admin, &id, seen, json, Some(problem))))
}

fn registration_page(
    admin: &Admin,
    id: &ClientId,
    basis: String,
    json: String,
    problem: Option<String>,
) -> RegistrationPage {
    let frame = admin.frame(PATH).under(address(id.as_str()), id.as_str());
    RegistrationPage { frame, id: id.to_string(), basis, json, problem }
}

/// What the form was made of.
pub(super) fn basis(form: &Form) -> Basis {
    Basis::OneOf(vec![form.value("basis").unwrap_or_default().to_owned()])
}

/// The client's page, or its secret first where one was made.
pub(super) fn done(admin: &Admin, registered: &Registered) -> actix_web::HttpResponse {
    let id = registered.client.id.as_str();
    match &registered.secret {
        None => changed(&address(id), "client-changed"),
        Some(secret) => {
            let frame = admin.frame(PATH).under(address(id), id);
            pages::shown(&SecretPage { frame, id: id.to_owned(), secret: secret.expose().to_owned() })
        }
    }
}

fn set(given: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => given.insert(name.to_owned(), value),
        None => given.remove(name),
    };
}
