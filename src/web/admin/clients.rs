//! Clients: who there is, and what each may, in plain terms.

pub mod change;
pub mod history;

use actix_web::{HttpRequest, web};
use askama::Template;
use jiff::Timestamp;

use super::{
    Admin, Answer, Barred, Frame,
    asked::Asked,
    contexts::sample_set,
    frame::console_page,
    phrases::{age, all_of, any_of, moment, say},
    terms,
};
use crate::{
    domain::{
        authn::{
            acr::{Acr, AcrCatalogue},
            age::Age,
            policy_set::PolicySet,
        },
        id::ClientId,
        keys::SigningAlgorithm,
        oidc::{
            client::{Client, ClientAuthentication, metadata::ClientMetadata},
            registration::snapshot::snapshot,
        },
    },
    flows::{Unserved, admin::clients::ClientChangeRefusal},
    web::{
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where it is.
pub const PATH: &str = "/admin/clients";
/// How many clients stand on a page.
const PAGE: usize = 50;

/// A client as it is listed.
#[derive(Clone, Debug)]
pub struct ClientLine {
    /// Its `client_id`.
    pub id: String,
    /// What users are shown.
    pub name: String,
    /// What everyone who signs in there needs.
    pub needs: String,
}

/// `GET /admin/clients`.
#[derive(Template)]
#[template(path = "admin/clients.html")]
pub struct ClientsPage {
    /// What stands around it.
    pub frame: Frame,
    /// The clients, by name.
    pub clients: Vec<ClientLine>,
    /// The address of the next page, where there is one.
    pub next: Option<String>,
}

impl ClientsPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let line = |id: &str, name: &str| ClientLine {
            id: id.into(),
            name: name.into(),
            needs: "A password of this session, and a live face of the last 5 minutes.".into(),
        };
        Self {
            frame: Frame { here: PATH, ..Frame::sample() },
            clients: vec![line("facestep-console", "Facestep console"), line("harbour-bank", "Harbour Bank")],
            next: Some("/admin/clients?behind=harbour-bank".into()),
        }
    }
}

/// `GET /admin/clients/{client}`.
#[derive(Template)]
#[template(path = "admin/client.html")]
pub struct ClientPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its `client_id`.
    pub id: String,
    /// What users are shown.
    pub name: String,
    /// What signing in there takes, in sentences.
    pub rules: Vec<String>,
    /// What it may, in sentences.
    pub may: Vec<String>,
    /// Where it may be answered.
    pub redirect_uris: Vec<String>,
    /// When it was registered.
    pub registered: String,
    /// Its registration as JSON.
    pub json: String,
}

impl ClientPage {
    fn of(frame: Frame, client: &Client, set: &PolicySet) -> Self {
        Self {
            frame: frame.below(),
            id: client.id.to_string(),
            name: client.name.clone(),
            rules: rules(client, set),
            may: may(client),
            redirect_uris: client.redirect_uris.clone(),
            registered: moment(client.created_at),
            json: serde_json::to_string_pretty(&snapshot(client)).unwrap_or_default(),
        }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() };
        let client = sample_client();
        match (sample_set(), client) {
            (Some(set), Some(client)) => Self::of(frame, &client, &set),
            _ => Self {
                frame,
                id: String::new(),
                name: String::new(),
                rules: Vec::new(),
                may: Vec::new(),
                redirect_uris: Vec::new(),
                registered: String::new(),
                json: String::new(),
            },
        }
    }
}

console_page!(ClientsPage, ClientPage);

/// Lists them.
pub async fn list(app: web::Data<App>, admin: Admin, request: HttpRequest) -> Answer {
    let asked = Asked::of(&request);
    let found = app.desks.clients.list(asked.text("behind").and_then(ClientId::parse), PAGE).await?;
    let in_force = app.admin.rules.in_force().await?;
    let line = |client: &Client| ClientLine {
        id: client.id.to_string(),
        name: client.name.clone(),
        needs: needs(client, in_force.set.catalogue()),
    };
    let next = found.next.as_ref().map(|id| asked.address_with(PATH, "behind", Some(id.as_str())));
    let clients = found.items.iter().map(line).collect();
    Ok(pages::shown(&ClientsPage { frame: admin.frame(PATH), clients, next }))
}

/// Shows one. One that was removed has its history still.
pub async fn show(app: web::Data<App>, admin: Admin, named: web::Path<String>) -> Answer {
    let client = find(&app, &admin, &named).await?;
    let in_force = app.admin.rules.in_force().await?;
    Ok(pages::shown(&ClientPage::of(admin.frame(PATH), &client, &in_force.set)))
}

/// The client of a name.
async fn find(app: &App, admin: &Admin, named: &str) -> Result<Client, Barred> {
    let Some(id) = ClientId::parse(named) else { return Err(admin.nowhere()) };
    match app.desks.clients.find(&id).await {
        Ok(client) => Ok(client),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
        Err(Unserved::Refused(_)) => Err(admin.nowhere()),
    }
}

/// The page of a client.
fn address(id: &str) -> String {
    format!("{PATH}/{id}")
}

/// Why a client was not changed, in words.
fn refused(refusal: &ClientChangeRefusal) -> String {
    match refusal {
        ClientChangeRefusal::Stale | ClientChangeRefusal::Unseen => say("admin-clients-stale", &[]),
        ClientChangeRefusal::Unknown => say("admin-clients-gone", &[]),
        ClientChangeRefusal::NoVersion => say("admin-clients-no-version", &[]),
        ClientChangeRefusal::OtherClient => say("admin-clients-other", &[]),
        ClientChangeRefusal::Registration(why) => say("admin-clients-refused", &[("why", &why.to_string())]),
    }
}

/// What everyone who signs in at a client needs at least.
fn needs(client: &Client, catalogue: &AcrCatalogue) -> String {
    match &client.minimum_acr {
        None => say("admin-clients-needs-nothing", &[]),
        Some(acr) => earned_by(acr, catalogue),
    }
}

/// What earns a context, each way in its words; its name where there is no such context.
fn earned_by(acr: &Acr, catalogue: &AcrCatalogue) -> String {
    match catalogue.rule(acr) {
        None => say("admin-clients-no-context", &[("acr", &acr.0)]),
        Some(rule) => terms::context(rule).join(&format!(" {} ", say("admin-why-or", &[]))),
    }
}

/// What signing in at a client takes.
fn rules(client: &Client, set: &PolicySet) -> Vec<String> {
    let (catalogue, metadata) = (set.catalogue(), &client.metadata);
    let mut told = vec![match &client.minimum_acr {
        None => say("admin-clients-everyone-nothing", &[]),
        Some(acr) => say("admin-clients-everyone", &[("what", &earned_by(acr, catalogue))]),
    }];
    if !client.protected_scopes.is_empty() {
        let names =
            [("scopes", any_of(&client.protected_scopes)), ("what", earned_by(&Acr::face(), catalogue))];
        told.push(say(
            "admin-clients-protected",
            &names.each_ref().map(|(name, text)| (*name, text.as_str())),
        ));
    }
    let wish = if client.acr_values_are_necessary { "condition" } else { "wish" };
    told.push(say(&format!("admin-clients-acr-values-{wish}"), &[]));
    if !metadata.default_acr_values.is_empty() {
        let named: Vec<String> =
            metadata.default_acr_values.iter().map(|acr| terms::named(catalogue, acr)).collect();
        told.push(say("admin-clients-default", &[("contexts", &any_of(&named))]));
    }
    if let Some(seconds) = metadata.default_max_age {
        told.push(say("admin-clients-default-age", &[("age", &age(Age::of_seconds(seconds)))]));
    }
    if metadata.require_protected_step_up {
        told.push(say("admin-clients-protected-step-up", &[]));
    }
    if let Some(dialect) = &metadata.acr_dialect {
        told.push(say("admin-clients-dialect", &[("dialect", dialect)]));
    }
    let naming =
        set.policies().iter().filter(|policy| policy.when.clients.contains(&client.id) && !policy.disabled);
    told.extend(naming.map(|policy| terms::policy(policy, catalogue)));
    told
}

/// What a client may.
fn may(client: &Client) -> Vec<String> {
    let metadata = &client.metadata;
    let grants: Vec<String> = metadata.grant_types.iter().map(standard_name).collect();
    let authentication = standard_name(&client.authentication);
    let scopes = match metadata.scope.is_empty() {
        true => say("admin-clients-any-scope", &[]),
        false => say("admin-clients-scopes", &[("scopes", &all_of(&metadata.scope))]),
    };
    let consent = if metadata.first_party { "admin-clients-first-party" } else { "admin-clients-consent" };
    vec![
        say("admin-clients-grants", &[("grants", &all_of(&grants))]),
        say("admin-clients-authentication", &[("method", &authentication)]),
        scopes,
        say(consent, &[]),
    ]
}

/// The name that the standard has for a value of ours.
fn standard_name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// A client that registers what there is to show, for the render tests.
pub(super) fn sample_client() -> Option<Client> {
    Some(Client {
        id: ClientId::parse("harbour-bank")?,
        name: "Harbour Bank".to_owned(),
        authentication: ClientAuthentication::PrivateKeyJwt,
        secret_hash: None,
        sealed_secret: None,
        redirect_uris: vec!["https://bank.example/callback".to_owned()],
        id_token_algorithm: SigningAlgorithm::ES256,
        minimum_acr: Some(Acr::face()),
        acr_values_are_necessary: true,
        protected_scopes: vec!["transfer".to_owned()],
        metadata: ClientMetadata {
            default_acr_values: vec![Acr::face()],
            default_max_age: Some(600),
            require_protected_step_up: true,
            acr_dialect: Some("entra".to_owned()),
            ..ClientMetadata::default()
        },
        registration_token_hash: None,
        created_at: Timestamp::constant(1_790_000_000, 0),
    })
}
