//! The one word that events of a kind are told apart and counted by. It is kept beside the event, so that counting reads no
//! texts; migration `0020_audit_search` says the same in SQL for events from before.

use serde_json::Value;

use super::{AuditEvent, AuditKind};

/// How a run is told to have ended well.
pub const COMPLETED: &str = "completed";
/// How a capture is told to have passed.
pub const PASSED: &str = "passed";
/// Why a capture did not pass whose pictures were too poor to be judged.
pub const QUALITY: &str = "quality";

impl AuditEvent {
    /// An outcome, a reason, a workflow or a context, by kind; none for kinds that are counted by themselves alone.
    pub fn facet(&self) -> Option<&str> {
        let text = |name: &str| self.details.get(name).and_then(Value::as_str);
        let is = |name: &str| self.details.get(name).and_then(Value::as_bool) == Some(true);
        match self.kind {
            AuditKind::RunOpened => text("workflow"),
            AuditKind::RunEnded if is("completed") => Some(COMPLETED),
            AuditKind::CeremonyConcluded if is("passed") => Some(PASSED),
            AuditKind::CeremonyConcluded => text("cause").or(Some(QUALITY)),
            AuditKind::RunEnded | AuditKind::InteractionRefused | AuditKind::Declined => text("reason"),
            AuditKind::GrantIssued => text("acr"),
            AuditKind::IdentityChecked => text("outcome"),
            _ => None,
        }
    }
}
