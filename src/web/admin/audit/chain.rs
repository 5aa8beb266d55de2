//! The chain of the audit log: checked from its start, and carried elsewhere.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CONTENT_DISPOSITION, ContentDisposition, DispositionParam, DispositionType},
    web::{self, Bytes},
};
use askama::Template;
use futures_util::stream;

use super::PATH;
use crate::{
    flows::{
        admin::audit::exported,
        audit_seal::{Anchor, AuditFlaw, AuditVerdict},
    },
    ports::fault::Fault,
    web::{
        admin::{Admin, Answer, Frame, asked::Asked, frame::console_page, phrases::say},
        error::Failure,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// What a check found.
#[derive(Clone, Debug)]
pub enum Checked {
    /// All events follow each other: so many, and the end of the chain.
    Whole(i64, Option<String>),
    /// The first position at which something is wrong, and what.
    Broken(i64, String),
}

/// `GET /admin/audit/chain`; with `check=yes` the chain is checked.
#[derive(Template)]
#[template(path = "admin/audit_chain.html")]
pub struct ChainPage {
    /// What stands around it.
    pub frame: Frame,
    /// What the check found, where there was one.
    pub checked: Option<Checked>,
    /// The place that must still be in the chain, as it was typed.
    pub anchor: String,
    /// Whether that is no place.
    pub is_malformed: bool,
}

impl ChainPage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let head = format!("1204:{}", "5e".repeat(32));
        Self {
            frame: Frame { here: PATH, ..Frame::sample() }.below(),
            checked: Some(Checked::Whole(1_204, Some(head))),
            anchor: String::new(),
            is_malformed: false,
        }
    }
}

console_page!(ChainPage);

/// Shows it, and checks where that is asked for. A check changes nothing, so every administrator may.
pub async fn show(app: web::Data<App>, admin: Admin, request: HttpRequest) -> Answer {
    let asked = Asked::of(&request);
    let anchor: Option<Result<Anchor, _>> = asked.text("anchor").map(str::parse);
    let is_malformed = matches!(anchor, Some(Err(_)));
    let checked = match asked.text("check").filter(|_| !is_malformed) {
        None => None,
        Some(_) => Some(found(app.desks.audit.verify(anchor.and_then(Result::ok)).await?)),
    };
    let frame = admin.frame(PATH).below();
    Ok(pages::shown(&ChainPage { frame, checked, anchor: asked.field("anchor"), is_malformed }))
}

fn found(verdict: AuditVerdict) -> Checked {
    match verdict {
        AuditVerdict::Whole(None) => Checked::Whole(0, None),
        AuditVerdict::Whole(Some(head)) => Checked::Whole(head.position, Some(head.to_string())),
        AuditVerdict::Broken { position, flaw } => {
            let key = match flaw {
                AuditFlaw::Missing => "missing",
                AuditFlaw::Altered => "altered",
                AuditFlaw::CutOff => "cut-off",
                AuditFlaw::HeadMoved => "head-moved",
                AuditFlaw::NotAsAnchored => "not-as-anchored",
            };
            Checked::Broken(position, say(&format!("admin-chain-flaw-{key}"), &[]))
        }
    }
}

/// `GET /admin/audit/export`: every sealed event, one a line, with what it takes to check the chain elsewhere.
pub async fn export(app: web::Data<App>, _: Admin) -> Answer {
    // The first events are read before anything is answered, so that a database that is away is told as such.
    let first = app.desks.audit.sealed_from(1).await?;
    let pages = stream::unfold(Some((app, Ok(first))), |state| async move {
        let (app, page) = state?;
        let events = match page {
            Ok(events) => events,
            Err(fault) => return Some((Err(cut_short(fault)), None)),
        };
        let next = events.last()?.position + 1;
        let lines: String = events.iter().map(|event| exported(event) + "\n").collect();
        let page = app.desks.audit.sealed_from(next).await;
        Some((Ok(Bytes::from(lines)), Some((app, page))))
    });
    let file = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename("facestep-audit.jsonl".into())],
    };
    Ok(HttpResponse::Ok()
        .content_type("application/jsonl")
        .insert_header((CONTENT_DISPOSITION, file))
        .streaming(pages))
}

/// The status was sent already: the reader sees that the download breaks off.
fn cut_short(fault: Fault) -> actix_web::Error {
    tracing::error!(%fault, "an export broke off");
    Failure::from(fault).into()
}
