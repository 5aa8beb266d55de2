//! Changing the policies: the document as TOML; then what it would change, or what is wrong in which line; then, with a
//! reason, the change.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{
    FindingWords, PATH,
    changes::{Change, refused},
    unfit,
};
use crate::{
    domain::{
        admin::role::Role,
        authn::{
            document::{PolicyDocument, PolicyProblem},
            written::{FileProblem, PolicyFile, export},
        },
    },
    flows::{Unserved, admin::policies::PolicyRefusal},
    web::{
        admin::{Admin, Answer, Frame, changed, frame::console_page, phrases::say},
        form::Form,
        pages::{
            self,
            text::{self, filters},
        },
        state::App,
    },
};

/// Where it is.
const EDIT: &str = "/admin/policies/edit";

/// Something in the text that cannot be.
#[derive(Clone, Debug)]
pub struct LineProblem {
    /// The line, from 1.
    pub line: usize,
    /// Where, as `contexts[1].acr`; empty where the text is no TOML.
    pub at: String,
    /// What is wrong.
    pub what: String,
    /// How it is mended.
    pub mend: String,
}

impl From<FileProblem> for LineProblem {
    fn from(problem: FileProblem) -> Self {
        let FileProblem { line, at, what, mend } = problem;
        Self { line, at, what, mend }
    }
}

/// What a text would change.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What differs.
    pub changes: Vec<Change>,
    /// The contexts in their new order, where that changes.
    pub order: Option<String>,
    /// What would be no good.
    pub findings: Vec<FindingWords>,
}

/// `GET /admin/policies/edit`, and what comes of sending it.
#[derive(Template)]
#[template(path = "admin/policies_edit.html")]
pub struct EditPage {
    /// What stands around it.
    pub frame: Frame,
    /// The version that it is made of.
    pub number: i64,
    /// The document as TOML, as it is or as it was typed.
    pub text: String,
    /// What is wrong in it.
    pub problems: Vec<LineProblem>,
    /// Why nothing was changed, where the text is sound.
    pub refusal: Option<String>,
    /// What it would change; none before that was asked.
    pub preview: Option<Preview>,
    /// The reason as it was typed.
    pub reason: String,
}

impl EditPage {
    fn new(frame: Frame, number: i64, text: String) -> Self {
        let (problems, reason) = (Vec::new(), String::new());
        Self { frame: frame.below(), number, text, problems, refusal: None, preview: None, reason }
    }

    /// A filled page, for the render test.
    pub fn sample() -> Self {
        let frame = Frame { here: PATH, ..Frame::sample() };
        let text = "[[contexts]]\nacr = \"urn:facestep:acr:face\"\n<not closed>\n";
        let preview = Preview {
            changes: vec![
                Change { kind: "added", part: "policy", members: Vec::new(), ..Change::sample() },
                Change::sample(),
            ],
            order: Some("urn:facestep:acr:pwd, urn:facestep:acr:face".into()),
            findings: vec![FindingWords::sample()],
        };
        Self { preview: Some(preview), ..Self::new(frame, 3, text.into()) }
    }

    /// One whose text is wrong, for the render test.
    pub fn sample_wrong() -> Self {
        let problem = |line| LineProblem {
            line,
            at: "contexts[0].proofs[0].workflow".into(),
            what: "names no child workflow".into(),
            mend: "Name a workflow that has parents.".into(),
        };
        Self { preview: None, problems: vec![problem(3), problem(17)], ..Self::sample() }
    }
}

console_page!(EditPage);

/// Shows the document in force.
pub async fn form(app: web::Data<App>, admin: Admin) -> Answer {
    admin.must_be_fresh(Role::Owner, EDIT)?;
    let current = app.desks.policies.current().await?;
    let text = export(&current.document, &[]);
    Ok(pages::shown(&EditPage::new(admin.frame(PATH), current.number, text)))
}

/// Shows what a text would change, or puts it in force where its author has seen that.
pub async fn save(app: web::Data<App>, admin: Admin, request: HttpRequest, form: Form) -> Answer {
    let change = admin.change(&request, &form, Role::Owner, EDIT)?;
    let text = form.value("document").unwrap_or_default().replace("\r\n", "\n");
    let number: i64 = form.value("version").and_then(|number| number.parse().ok()).unwrap_or_default();
    let mut page = EditPage::new(admin.frame(PATH), number, text.clone());
    page.reason = change.reason.clone().unwrap_or_default();
    let document = match read(&text) {
        Ok(document) => document,
        Err(problems) => {
            page.problems = problems.into_iter().map(LineProblem::from).collect();
            return Ok(pages::shown(&page));
        }
    };
    match app.desks.policies.rehearse(&document).await {
        Err(Unserved::Fault(fault)) => return Err(fault.into()),
        Err(Unserved::Refused(PolicyRefusal::Unfit(problems))) => {
            page.problems = placed(&text, &problems);
            return Ok(pages::shown(&page));
        }
        Err(Unserved::Refused(refusal)) => {
            page.refusal = Some(refused(&refusal));
            return Ok(pages::shown(&page));
        }
        Ok(foreseen) => {
            let findings = match app.desks.policies.lint(Some(&document)).await {
                Ok(found) => found.into_iter().map(FindingWords::from).collect(),
                Err(Unserved::Fault(fault)) => return Err(fault.into()),
                Err(Unserved::Refused(refusal)) => return Err(unfit(&refusal).into()),
            };
            let order = foreseen.differences.order.as_ref().map(|names| names.join(", "));
            page.preview = Some(Preview { changes: Change::all(&foreseen.differences), order, findings });
        }
    }
    if form.value("step") != Some("apply") {
        return Ok(pages::shown(&page));
    }
    if page.reason.is_empty() {
        page.refusal = Some(say("admin-reason-missing", &[]));
        return Ok(pages::shown(&page));
    }
    match app.desks.policies.apply(&document, Some(number), &change).await {
        Ok(_) => Ok(changed(PATH, "policies-changed")),
        Err(Unserved::Fault(fault)) => Err(fault.into()),
        Err(Unserved::Refused(refusal)) => {
            page.refusal = Some(refused(&refusal));
            Ok(pages::shown(&page))
        }
    }
}

/// The document that a text is. Clients are changed on their own pages.
fn read(text: &str) -> Result<PolicyDocument, Vec<FileProblem>> {
    let (file, declared) = PolicyFile::read(text)?;
    if !declared.clients.is_empty() {
        let what = say("admin-policies-no-clients", &[]);
        let mend = say("admin-policies-no-clients-mend", &[]);
        return Err(vec![file.problem("clients", what, &mend)]);
    }
    Ok(declared.document.unwrap_or_default())
}

/// What does not fit together, each with its line.
fn placed(text: &str, problems: &[PolicyProblem]) -> Vec<LineProblem> {
    match PolicyFile::read(text) {
        Ok((file, _)) => problems.iter().map(|problem| file.placed(problem).into()).collect(),
        Err(problems) => problems.into_iter().map(LineProblem::from).collect(),
    }
}
