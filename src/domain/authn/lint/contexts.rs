//! Whether there is a way to each context, and whether each workflow leads somewhere.

use super::{LintCode, Linter};
use crate::domain::{
    authn::{acr::Proof, document::ContextDocument, ledger::Method},
    face::way::Way,
    workflow::definition::{WorkflowDefinition, WorkflowName},
};

impl<'a> Linter<'a> {
    pub(super) fn contexts(&mut self) {
        let document = self.document;
        for (n, context) in document.contexts.iter().enumerate() {
            let ways = ways_to(context);
            let closed: Vec<(usize, String)> = ways
                .iter()
                .enumerate()
                .filter_map(|(m, proofs)| Some((m, proofs.iter().find_map(|proof| self.obstacle(proof))?)))
                .collect();
            if closed.len() == ways.len() {
                self.unreachable.insert(&context.acr);
                let why: Vec<String> = closed.into_iter().map(|(_, why)| why).collect();
                self.find(
                    LintCode::ContextUnreachable,
                    format!("contexts[{n}]"),
                    format!("nobody can reach {}: {}", context.acr.0, why.join("; ")),
                    "Open a way to it, or take the context out",
                );
                continue;
            }
            for (m, why) in closed {
                let at = format!("contexts[{n}].any_of[{m}]");
                self.find(LintCode::WayUnreachable, at, why, "Open this way, or take it out");
            }
        }
        let proofs = document.contexts.iter().flat_map(ways_to).flatten();
        let mut faces = proofs.filter(|proof| proof.method == Method::Face).peekable();
        if faces.peek().is_some() && faces.all(|proof| proof.device_key) {
            let what = "every face proof asks for a device key of before, which a second browser never gets";
            let mend = "Leave device_key out of one, so that a face check can bind a key";
            self.find(LintCode::DeviceKeyUnobtainable, "contexts", what, mend);
        }
    }

    pub(super) fn workflows(&mut self) {
        let document = self.document;
        for (n, workflow) in document.workflows.iter().enumerate() {
            let at = format!("workflows[{n}]");
            let takes = |child: &WorkflowDefinition| child.parents.contains(&workflow.name);
            if workflow.is_parent() && !document.workflows.iter().any(takes) {
                let what = format!("no child takes the enrolments that {} makes", workflow.name);
                let mend = "Name it in a child's parents, or take it out";
                self.find(LintCode::ParentWithoutChild, at, what, mend);
            } else if !workflow.is_parent() && !self.is_used(&workflow.name) {
                let what = format!("no context is reached through {}", workflow.name);
                let mend = "Name it in a proof, as workflow = \"…\", or take it out";
                self.find(LintCode::ChildUnused, at, what, mend);
            } else if !workflow.is_parent() && !self.has_way_that_counts(workflow) {
                let at = format!("{at}.ways");
                let what = format!("no face that is shown in {} counts", workflow.name);
                let mend =
                    "Name a way that counts; the configuration's face.ways and acr.face_ways say which do";
                self.find(LintCode::NoWayCounts, at, what, mend);
            }
        }
    }

    /// Whether some face proof is given through a child: the one it names, else the first there is.
    fn is_used(&self, child: &WorkflowName) -> bool {
        let proofs = self.document.contexts.iter().flat_map(ways_to).flatten();
        proofs
            .filter(|proof| proof.method == Method::Face)
            .any(|proof| self.set.child_for(proof).is_some_and(|found| found.name == *child))
    }

    /// Why nobody can give a proof.
    fn obstacle(&self, proof: &Proof) -> Option<String> {
        if let Some(issuer) = &proof.issuer
            && !self.around.issuers.contains(issuer)
        {
            return Some(format!("no provider {issuer} is connected, whose word it asks for"));
        }
        if proof.is_stale_at_once() {
            return Some("a proof of 0s is too old as soon as it is given".into());
        }
        if proof.method != Method::Face {
            return None;
        }
        if !self.around.house.offers_face {
            return Some("there is no engine to look at faces".into());
        }
        let Some(child) = self.set.child_for(proof) else {
            return Some("there is no child workflow to show a face in".into());
        };
        if !self.has_way_that_counts(child) {
            return Some(format!("no face that is shown in {} counts", child.name));
        }
        None
    }

    fn has_way_that_counts(&self, child: &WorkflowDefinition) -> bool {
        let ways = self.around.house.ways;
        let counts = |way: Way| {
            ways.offered.contains(way)
                && ways.counted.contains(way)
                && (way != Way::Still || ways.still_with.iter().next().is_some())
        };
        Way::ALL.into_iter().any(|way| counts(way) && (child.ways.is_empty() || child.ways.contains(&way)))
    }
}

/// The lists of proofs any of which earns a context.
fn ways_to(context: &ContextDocument) -> Vec<&[Proof]> {
    match context.any_of.is_empty() {
        true => vec![&context.proofs],
        false => context.any_of.iter().map(Vec::as_slice).collect(),
    }
}
