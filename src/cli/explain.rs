//! `facestep explain`: why somebody was challenged, and what would happen.

use std::{net::IpAddr, sync::Arc};

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use url::form_urlencoded;

use super::{
    Failure,
    commons::{ConfigFile, Parts},
    serve::settings,
};
use crate::{
    domain::{
        authn::age::Age,
        face::way::Way,
        id::{ClientId, InteractionId},
        user::Username,
        workflow::definition::WorkflowName,
    },
    flows::{
        Unserved,
        admin::explain::{
            ExplainDesk, Foretold, PastInteraction, SupposedFace, SupposedSession, Supposition, Unexplained,
        },
        judgement::Judge,
    },
    inference::verify::verify_models,
};

/// What is explained.
#[derive(Args)]
pub struct Explain {
    /// An interaction that is over or open: why it went as it did, from the audit log.
    #[arg(long, value_name = "ID", conflicts_with_all = ["client", "user", "request"])]
    interaction: Option<String>,
    /// Otherwise, the client that asks.
    #[arg(long, required_unless_present = "interaction")]
    client: Option<String>,
    /// The account that it is about, by the name that the person signs in with.
    #[arg(long)]
    user: Option<String>,
    /// The request's parameters as in an address: `acr_values=…&max_age=…`. What it must have besides is added.
    #[arg(long, default_value = "")]
    request: String,
    /// Suppose that the person signed in so long ago, as 2h.
    #[arg(long, value_name = "AGO", value_parser = age, requires = "user")]
    signed_in: Option<Age>,
    /// Suppose that the person showed their face so long ago, as 10m.
    #[arg(long, value_name = "AGO", value_parser = age, requires = "signed_in")]
    face: Option<Age>,
    /// In which way.
    #[arg(long, value_parser = way, default_value = "turns", requires = "face")]
    way: Way,
    /// Through which workflow; the first child there is, unless one is named.
    #[arg(long, value_parser = workflow, requires = "face")]
    workflow: Option<WorkflowName>,
    /// Suppose that the enrolment behind the face was made so long ago; as it was, unless one says.
    #[arg(long, value_name = "AGO", value_parser = age, requires = "face")]
    proofed: Option<Age>,
    /// Suppose that the session was not used for so long.
    #[arg(long, value_name = "TIME", value_parser = age, requires = "signed_in")]
    idle: Option<Age>,
    /// Take the session that the person used last, as it is.
    #[arg(long, conflicts_with_all = ["signed_in", "face"], requires = "user")]
    live: bool,
    /// Suppose that the browser holds a key that is bound to the account, and that the face came by it.
    #[arg(long)]
    device_key: bool,
    /// Suppose that the account never passed a face check in the browser.
    #[arg(long)]
    new_device: bool,
    /// Where the browser is.
    #[arg(long, value_name = "ADDRESS")]
    from: Option<IpAddr>,
    /// When; now, unless one says: 2026-01-31T22:00:00Z.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn age(text: &str) -> Result<Age, String> {
    Age::parse(text).ok_or_else(|| "write a whole number and s, m, h or d, as 10m".to_owned())
}

fn way(text: &str) -> Result<Way, String> {
    let named = Way::ALL.into_iter().find(|way| way.name() == text);
    named.ok_or_else(|| Way::ALL.map(Way::name).join(", "))
}

fn workflow(text: &str) -> Result<WorkflowName, String> {
    WorkflowName::parse(text).ok_or_else(|| "1 to 64 characters of a-z, 0-9 and -".to_owned())
}

impl Explain {
    /// Runs the command.
    pub async fn run(self, config: &ConfigFile) -> Result<(), Failure> {
        let desk = config.open()?.explain()?;
        match &self.interaction {
            Some(id) => {
                let id =
                    InteractionId::parse(id).ok_or_else(|| Failure::of("this is no interaction's id"))?;
                let past = desk.past(&id).await.map_err(unexplained)?;
                if self.json { print_json(&past) } else { tell_past(&past) }
            }
            None => {
                let foretold = desk.suppose(self.supposition()?).await.map_err(unexplained)?;
                if self.json { print_json(&foretold) } else { tell_foretold(&foretold) }
            }
        }
        Ok(())
    }

    fn supposition(&self) -> Result<Supposition, Failure> {
        let client = self.client.as_deref().and_then(ClientId::parse);
        let user = match &self.user {
            None => None,
            Some(name) => {
                Some(Username::parse(name).ok_or_else(|| Failure::of("this is no name of an account"))?)
            }
        };
        let face = self.face.map(|ago| SupposedFace {
            ago: ago.length(),
            way: self.way,
            workflow: self.workflow.clone(),
            by_device_key: self.device_key,
            proofed_ago: self.proofed.map(Age::length),
        });
        let session = match (self.live, self.signed_in) {
            (true, _) => SupposedSession::Live,
            (false, None) => SupposedSession::None,
            (false, Some(ago)) => SupposedSession::Made {
                signed_in_ago: ago.length(),
                face,
                idle: self.idle.map_or(SignedDuration::ZERO, Age::length),
            },
        };
        Ok(Supposition {
            client: client.ok_or_else(|| Failure::of("this is no client_id"))?,
            user,
            parameters: form_urlencoded::parse(self.request.as_bytes()).into_owned().collect(),
            session,
            at: self.at,
            address: self.from,
            new_device: self.new_device,
            device_key: self.device_key,
        })
    }
}

impl Parts {
    /// What explains decisions, by the models' names alone: no engine is started.
    fn explain(&self) -> Result<ExplainDesk, Failure> {
        let judge = Judge {
            book: self.book(),
            attempts: settings::attempts(&self.config),
            proof_key: Arc::new(self.master_key.proof_key()),
            pairwise_key: self.master_key.pairwise_key(),
            model: verify_models(&self.config.models_dir)?.embedder_id(),
        };
        let requests = settings::requests(&self.config);
        Ok(ExplainDesk::new(self.store.clone(), self.clock.clone(), Arc::new(judge), requests))
    }
}

fn print_json(value: &impl serde::Serialize) {
    println!("{:#}", json!(value));
}

fn tell_past(past: &PastInteraction) {
    println!("interaction  {}", past.interaction);
    if let Some(client) = &past.client {
        println!("client       {client}");
    }
    for decision in &past.decisions {
        println!("\n{}", decision.at);
        if let Some(user) = &decision.user {
            println!("user         {user}");
        }
        match &decision.record {
            Some(record) => record.lines(decision.at).iter().for_each(|line| println!("{line}")),
            None => println!("decided before it was kept why"),
        }
    }
    println!("\nevents");
    for event in &past.events {
        println!("  {}  {} {}", event.at, event.kind.name(), event.facet().unwrap_or_default());
    }
}

fn tell_foretold(foretold: &Foretold) {
    match foretold {
        Foretold::Refused { error, description } => {
            println!("decision     the request is refused: {error}");
            if let Some(description) = description {
                println!("             {description}");
            }
        }
        Foretold::Decided { at, record } => record.lines(*at).iter().for_each(|line| println!("{line}")),
    }
}

fn unexplained(refusal: Unserved<Unexplained>) -> Failure {
    match refusal {
        Unserved::Refused(refusal) => Failure::of(refusal.to_string()),
        Unserved::Fault(fault) => fault.into(),
    }
}
