//! Passages through workflows.

use diesel::prelude::*;
use jiff::Timestamp;

use super::{
    connection::find_one,
    row::{Place, json, milliseconds, one_row, workflow_name},
    schema::{enrolments, runs},
    transaction::Transaction,
};
use crate::{
    domain::{
        id::{EnrolmentId, InteractionId, RunId, UserId},
        workflow::{
            definition::WorkflowName,
            run::{RunKind, WorkflowRun},
        },
    },
    ports::{fault::Fault, store::RunStore},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = runs, treat_none_as_null = true)]
struct RunRow {
    id: String,
    kind: String,
    enrolment_id: Option<String>,
    user_id: String,
    interaction_id: String,
    stage: String,
    opened_at: i64,
    version: i64,
    workflow: Option<String>,
    replaces: Option<String>,
}

impl RunRow {
    fn of(run: &WorkflowRun) -> Result<Self, Fault> {
        let (kind, enrolment) = match &run.kind {
            RunKind::Parent => ("parent", None),
            RunKind::Child { enrolment } => ("child", Some(enrolment.as_str().to_owned())),
        };
        Ok(Self {
            id: run.id.as_str().to_owned(),
            kind: kind.to_owned(),
            enrolment_id: enrolment,
            user_id: run.user.as_str().to_owned(),
            interaction_id: run.interaction.as_str().to_owned(),
            stage: json(&run.stage)?,
            opened_at: milliseconds(run.opened_at),
            version: run.version,
            workflow: Some(run.workflow.as_str().to_owned()),
            replaces: run.replaces.as_ref().map(|enrolment| enrolment.as_str().to_owned()),
        })
    }

    fn parse(self) -> Result<WorkflowRun, Fault> {
        let at = Place::new("runs", &self.id);
        let kind = match (self.kind.as_str(), self.enrolment_id) {
            ("parent", None) => RunKind::Parent,
            ("child", Some(id)) => {
                RunKind::Child { enrolment: at.proven("enrolment_id", EnrolmentId::parse(&id))? }
            }
            _ => return Err(at.damaged("kind")),
        };
        let workflow = workflow_name(&at, self.workflow.as_deref())?;
        // Runs from before workflows had names passed through those that ship.
        let shipped = || match kind {
            RunKind::Parent => WorkflowName::parent(),
            RunKind::Child { .. } => WorkflowName::child(),
        };
        let workflow = workflow.unwrap_or_else(shipped);
        Ok(WorkflowRun {
            id: at.proven("id", RunId::parse(&self.id))?,
            kind,
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            replaces: self.replaces.map(|id| at.proven("replaces", EnrolmentId::parse(&id))).transpose()?,
            interaction: at.proven("interaction_id", InteractionId::parse(&self.interaction_id))?,
            workflow,
            stage: at.json("stage", &self.stage)?,
            opened_at: at.time("opened_at", self.opened_at)?,
            version: self.version,
        })
    }
}

impl RunStore for Transaction<'_> {
    fn find_run(&mut self, id: &RunId) -> Result<Option<WorkflowRun>, Fault> {
        self.step(|c| {
            let named = runs::table.filter(runs::id.eq(id.as_str()));
            let row = find_one!(c, named.select(RunRow::as_select()))?;
            row.map(RunRow::parse).transpose()
        })
    }

    fn find_latest_run(&mut self, interaction: &InteractionId) -> Result<Option<WorkflowRun>, Fault> {
        self.step(|c| {
            let latest =
                runs::table.filter(runs::interaction_id.eq(interaction.as_str())).order(runs::seq.desc());
            let row = latest.select(RunRow::as_select()).first(c).optional()?;
            row.map(RunRow::parse).transpose()
        })
    }

    fn insert_run(&mut self, run: &WorkflowRun) -> Result<(), Fault> {
        self.step(|c| {
            diesel::insert_into(runs::table).values(&RunRow::of(run)?).execute(c)?;
            Ok(())
        })
    }

    fn save_run(&mut self, run: &WorkflowRun) -> Result<(), Fault> {
        self.step(|c| {
            let row = RunRow { version: run.version + 1, ..RunRow::of(run)? };
            let read_before =
                runs::table.filter(runs::id.eq(run.id.as_str())).filter(runs::version.eq(run.version));
            one_row(diesel::update(read_before).set(&row).execute(c)?, "workflow run")
        })
    }

    fn purge_runs(&mut self, before: Timestamp) -> Result<usize, Fault> {
        self.step(|c| {
            let parents = enrolments::table.select(enrolments::run_id);
            let old = runs::table
                .filter(runs::opened_at.lt(milliseconds(before)))
                .filter(diesel::dsl::not(runs::id.eq_any(parents)));
            Ok(diesel::delete(old).execute(c)?)
        })
    }
}
