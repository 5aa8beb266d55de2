//! The digital-ID step of a parent run: the source is asked about a document, its record is held against the attributes
//! that were verified on the account before, and the portrait is kept as a sealed template until the face is captured.

use std::sync::Arc;

use super::{
    browser::Browser,
    ceremony::{FaceRefusal, FaceRoom, Scribe, Served, Visit, seal_template},
    step_up::{miss, run_at_step},
};
use crate::{
    domain::{
        audit::AuditKind,
        authn::policy::MissReason,
        id::InteractionId,
        secret::{base64url, sha256},
        user::VerifiedAttributes,
        workflow::{
            definition::WorkflowDefinition,
            evidence::{EvidenceRefusal, MatchedEvidence},
            run::WorkflowRun,
        },
    },
    ports::{
        digital_id::{DigitalIdAnswer, DigitalIdService},
        envelope::SealedKind,
        face::{AnalyzerFault, PortraitRefusal},
        fault::Fault,
        store::Db,
    },
};

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identified {
    /// It is the account holder's; the face comes next.
    Matched,
    /// The source has no such record; another number may be tried.
    NoRecord,
    /// The source is down; the same number may be tried later.
    SourceDown,
    /// The record carries no enrolment for this account; the run has ended.
    Refused,
}

/// Why a record carries no enrolment; for the audit log.
#[derive(Clone, Copy)]
enum Unfit {
    Evidence(EvidenceRefusal),
    Portrait(&'static str),
    TooManyLookups,
    OtherSource,
}

/// What a look-up is about.
struct Asked {
    /// The run at its identity step.
    run: WorkflowRun,
    /// Its workflow, as it is configured now.
    workflow: WorkflowDefinition,
    /// What was verified on the account before.
    verified: Option<VerifiedAttributes>,
}

/// Digital-ID checks.
pub struct Enrol {
    room: Arc<FaceRoom>,
    source: Arc<dyn DigitalIdService>,
}

impl Enrol {
    /// In a face room, with a source.
    pub fn new(room: Arc<FaceRoom>, source: Arc<dyn DigitalIdService>) -> Self {
        Self { room, source }
    }

    /// What people know the source as.
    pub fn source(&self) -> &str {
        self.source.name()
    }

    /// Asks the source about a document and takes the run to its next step, or to its end.
    pub async fn identify(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
        document_number: &str,
    ) -> Served<Identified> {
        let Some(Asked { run, workflow, verified }) = self.begin(interaction, browser).await? else {
            return self.refuse(interaction, browser, Unfit::TooManyLookups).await;
        };
        match self.source.look_up(&run.user, document_number).await? {
            DigitalIdAnswer::SourceDown => {
                self.note(interaction, browser, "source_down").await?;
                Ok(Identified::SourceDown)
            }
            DigitalIdAnswer::NoRecord => {
                self.note(interaction, browser, "no_record").await?;
                Ok(Identified::NoRecord)
            }
            DigitalIdAnswer::Record { evidence, portrait } => {
                if evidence.portrait_sha256 != base64url(&sha256(portrait.bytes())) {
                    return Err(Fault::Damaged("a portrait is not the one attested".into()).into());
                }
                if !workflow.believes(&evidence.source) {
                    return self.refuse(interaction, browser, Unfit::OtherSource).await;
                }
                let evidence = match evidence.judge(verified.as_ref()) {
                    Ok(evidence) => evidence,
                    Err(refusal) => {
                        return self.refuse(interaction, browser, Unfit::Evidence(refusal)).await;
                    }
                };
                let template = match self.room.analyzer.embed_portrait(portrait).await {
                    Ok(template) => template,
                    Err(PortraitRefusal::Unusable(why)) => {
                        return self.refuse(interaction, browser, Unfit::Portrait(why)).await;
                    }
                    Err(PortraitRefusal::Analyzer(AnalyzerFault::Busy)) => {
                        return Err(FaceRefusal::Busy.into());
                    }
                    Err(PortraitRefusal::Analyzer(AnalyzerFault::BadPicture(why))) => {
                        return self.refuse(interaction, browser, Unfit::Portrait(why)).await;
                    }
                    Err(PortraitRefusal::Analyzer(AnalyzerFault::Fault(fault))) => return Err(fault.into()),
                };
                let owner = run.id.as_str();
                let sealed = seal_template(self.room.vault.as_ref(), SealedKind::Portrait, owner, &template)?;
                self.accept(interaction, browser, evidence, sealed).await
            }
        }
    }

    /// What a look-up is about; it is counted, and `None` where it would be one too many.
    async fn begin(&self, interaction: &InteractionId, browser: &Browser) -> Served<Option<Asked>> {
        let (id, browser, most) = (interaction.clone(), browser.clone(), self.room.policy.most_lookups);
        let book = self.room.book.clone();
        self.room
            .change(move |db, scribe| {
                let visit = Visit::find(db, &id, &browser, scribe.now)?;
                let mut run = run_at_step(&visit)?;
                let set = book.in_force(db)?.set;
                let workflow = set.workflow(&run.workflow).ok_or(FaceRefusal::WrongStep)?.clone();
                let is_admitted = run.look_up(most)?;
                db.save_run(&run)?;
                Ok(is_admitted.then_some(Asked { run, workflow, verified: visit.user.verified }))
            })
            .await
    }

    /// Records matched evidence and the sealed portrait.
    async fn accept(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
        evidence: MatchedEvidence,
        sealed_portrait: Vec<u8>,
    ) -> Served<Identified> {
        self.at_step(interaction, browser, move |db, scribe, visit, mut run| {
            run.identify(evidence.clone(), sealed_portrait.clone())?;
            db.save_run(&run)?;
            let event = scribe.run_event(AuditKind::IdentityChecked, &visit.interaction, &run);
            let event = event
                .with("outcome", "matched")
                .with("source", evidence.evidence().source.clone())
                .with("transaction", evidence.evidence().transaction.clone());
            db.append_event(&event)?;
            Ok(Identified::Matched)
        })
        .await
    }

    /// Ends the run: no enrolment can be made in this visit.
    async fn refuse(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
        unfit: Unfit,
    ) -> Served<Identified> {
        self.at_step(interaction, browser, move |db, scribe, mut visit, run| {
            let event = scribe.run_event(AuditKind::IdentityChecked, &visit.interaction, &run);
            db.append_event(&event.with("outcome", "refused").with("cause", unfit.cause()))?;
            miss(db, scribe, &mut visit.interaction, Some(run), MissReason::FaceNotEnrolled)?;
            Ok(Identified::Refused)
        })
        .await
    }

    /// Records an answer that leaves the run where it is.
    async fn note(
        &self,
        interaction: &InteractionId,
        browser: &Browser,
        outcome: &'static str,
    ) -> Served<()> {
        self.at_step(interaction, browser, move |db, scribe, visit, run| {
            let event = scribe.run_event(AuditKind::IdentityChecked, &visit.interaction, &run);
            Ok(db.append_event(&event.with("outcome", outcome))?)
        })
        .await
    }

    async fn at_step<T, W>(&self, interaction: &InteractionId, browser: &Browser, work: W) -> Served<T>
    where
        T: Send + 'static,
        W: Fn(&mut dyn Db, &Scribe, Visit, WorkflowRun) -> Served<T> + Clone + Send + 'static,
    {
        let (id, browser) = (interaction.clone(), browser.clone());
        self.room
            .change(move |db, scribe| {
                let visit = Visit::find(db, &id, &browser, scribe.now)?;
                let run = run_at_step(&visit)?;
                work(db, scribe, visit, run)
            })
            .await
    }
}

impl Unfit {
    fn cause(self) -> String {
        match self {
            Self::Evidence(refusal) => match serde_json::to_value(refusal) {
                Ok(serde_json::Value::String(name)) => name,
                _ => String::new(),
            },
            Self::Portrait(why) => format!("portrait_unusable: {why}"),
            Self::TooManyLookups => "too_many_lookups".to_owned(),
            Self::OtherSource => "other_source".to_owned(),
        }
    }
}
