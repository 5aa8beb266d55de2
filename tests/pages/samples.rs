//! Every page in every state a person can meet.

use facestep::domain::admin::role::Role;
use facestep::domain::face::coverage::Coverage;
use facestep::flows::admin::officer::CheckFlaw;
use facestep::web::admin::{
    Frame, administrators, audit, clients, contexts, guard, home, invitation, keys, policies, sessions,
    statistics, users, way_in, what_if, why, workflows,
};
use facestep::web::headers::Policy;
use facestep::web::pages::*;

/// One rendered page.
pub struct Sample {
    /// Page and state.
    pub name: String,
    pub html: String,
    pub policy: Policy,
}

fn sample(name: impl Into<String>, page: &impl Page) -> Sample {
    let name = name.into();
    let html = page.render().unwrap_or_else(|error| panic!("{name}: {error}"));
    Sample { name, html, policy: page.policy() }
}

pub fn all() -> Vec<Sample> {
    [check_in(), account(), outcomes(), failures(), demo(), console(), people(), records(), registrations()]
        .into_iter()
        .flatten()
        .collect()
}

fn check_in() -> Vec<Sample> {
    let mut samples = vec![
        sample("sign-in", &SignInPage::sample()),
        sample("sign-in-plain", &SignInPage { about: AboutClient::default(), ..SignInPage::sample() }),
        sample("allow", &AllowPage::sample()),
        sample("allow-plain", &AllowPage { about: AboutClient::default(), ..AllowPage::sample() }),
        sample("select", &SelectPage::sample()),
        sample("create", &CreatePage::sample()),
        sample("create-taken", &CreatePage { problem: Some(CreateProblem::Taken), ..CreatePage::sample() }),
        sample("consent", &ConsentPage::sample()),
        sample("identity", &IdentityPage::sample()),
        sample("identity-plain", &IdentityPage { personas: vec![], ..IdentityPage::sample() }),
        sample("briefing", &BriefingPage::sample()),
        sample("briefing-enrol", &BriefingPage { purpose: Purpose::Enrol, ..BriefingPage::sample() }),
        sample("briefing-enrolled", &BriefingPage { just_enrolled: true, ..BriefingPage::sample() }),
        sample("capture", &CapturePage::sample()),
        sample("capture-enrol", &CapturePage { purpose: Purpose::Enrol, ..CapturePage::sample() }),
    ];
    for problem in
        [SignInProblem::Mismatch, SignInProblem::Incomplete, SignInProblem::Throttled { wait_seconds: 30 }]
    {
        let page = SignInPage { problem: Some(problem), ..SignInPage::sample() };
        samples.push(sample(format!("sign-in {problem:?}"), &page));
    }
    for problem in [
        IdentityProblem::Malformed,
        IdentityProblem::NoMatch,
        IdentityProblem::PartialMatch,
        IdentityProblem::SourceDown,
        IdentityProblem::Throttled { wait_seconds: 600 },
    ] {
        let page = IdentityPage {
            problem: Some(problem),
            document_number: "FS-900001".into(),
            ..IdentityPage::sample()
        };
        samples.push(sample(format!("identity {problem:?}"), &page));
    }
    samples
}

fn account() -> Vec<Sample> {
    let unknown = FaceCard { coverage: Coverage::NONE, ..AccountPage::sample().face.unwrap() };
    let mismatch =
        AccountSignInPage { problem: Some(SignInProblem::Mismatch), ..AccountSignInPage::sample() };
    vec![
        sample("account", &AccountPage::sample()),
        sample("account-unknown-coverage", &AccountPage { face: Some(unknown), ..AccountPage::sample() }),
        sample("account-without-face", &AccountPage { face: None, ..AccountPage::sample() }),
        sample(
            "account-withdrawn",
            &AccountPage { face: None, news: Some(AccountNews::FaceForgotten), ..AccountPage::sample() },
        ),
        sample(
            "account-revoked",
            &AccountPage { news: Some(AccountNews::AccessWithdrawn), ..AccountPage::sample() },
        ),
        sample(
            "account-device-revoked",
            &AccountPage { devices: vec![], news: Some(AccountNews::DeviceRevoked), ..AccountPage::sample() },
        ),
        sample("account-without-services", &AccountPage { services: vec![], ..AccountPage::sample() }),
        sample("logout", &LogoutPage::sample()),
        sample("logout-unasked", &LogoutPage { client: None, ..LogoutPage::sample() }),
        sample("signed-out", &SignedOutPage { onward: None }),
        sample("signed-out-onward", &SignedOutPage::sample()),
        sample("account-sign-in", &AccountSignInPage::sample()),
        sample("account-sign-in-mismatch", &mismatch),
        sample("account-withdraw", &WithdrawPage::sample()),
    ]
}

fn outcomes() -> Vec<Sample> {
    let contact = String::from("Example Bank support, +47 21 00 00 00");
    let outcomes = [
        Outcome::NotVerified { advice: vec![], wait_seconds: 0 },
        Outcome::NotVerified { advice: Advice::ALL.to_vec(), wait_seconds: 30 },
        Outcome::Expired,
        Outcome::Suspended { contact: contact.clone() },
        Outcome::Suspended { contact: String::new() },
        Outcome::IdentityRefused { contact },
        Outcome::Unavailable { wait_seconds: 20 },
    ];
    let name = |(n, outcome): (usize, &Outcome)| format!("outcome {n} {}", outcome.key());
    let page = |outcome: &Outcome| OutcomePage { outcome: outcome.clone(), ..OutcomePage::sample() };
    outcomes.iter().enumerate().map(|(n, outcome)| sample(name((n, outcome)), &page(outcome))).collect()
}

fn failures() -> Vec<Sample> {
    let requests = [
        RequestProblem::UnknownClient,
        RequestProblem::WrongRedirect,
        RequestProblem::WrongLogout,
        RequestProblem::LostInteraction,
        RequestProblem::Malformed,
    ];
    let troubles = [
        Trouble::NotFound,
        Trouble::StaleForm,
        Trouble::TooLarge,
        Trouble::TooMany { retry_seconds: 1 },
        Trouble::Fault,
        Trouble::Unavailable { retry_seconds: 20 },
    ];
    let requests = requests
        .map(|problem| sample(problem.key(), &RequestErrorPage { problem, ..RequestErrorPage::sample() }));
    let troubles =
        troubles.map(|trouble| sample(trouble.key(), &FaultPage { trouble, ..FaultPage::sample() }));
    requests.into_iter().chain(troubles).collect()
}

fn demo() -> Vec<Sample> {
    let problems = vec![
        RegisterProblem::Name,
        RegisterProblem::BirthDate,
        RegisterProblem::Username,
        RegisterProblem::UsernameTaken,
        RegisterProblem::Password,
        RegisterProblem::PortraitMissing,
        RegisterProblem::PortraitUnusable,
    ];
    vec![
        sample("landing", &LandingPage::sample()),
        sample("register", &RegisterPage::sample()),
        sample("register problems", &RegisterPage { problems, ..RegisterPage::sample() }),
        sample("registered", &RegisteredPage::sample()),
    ]
}

/// The console's pages, each as whoever sees most of it.
fn console() -> Vec<Sample> {
    let viewer = || Frame { role: Role::Viewer, ..Frame::sample() };
    let done = Frame { done: Some("The session was ended.".into()), ..Frame::sample() };
    let quiet = home::HomePage {
        frame: viewer(),
        suspended: vec![],
        open_invitations: 0,
        open_checks: 0,
        has_one_owner: false,
    };
    vec![
        sample("console-home", &home::HomePage::sample()),
        sample("console-home-quiet", &quiet),
        sample("console-home-done", &home::HomePage { frame: done, ..home::HomePage::sample() }),
        sample("console-forbidden", &guard::BarredPage::sample()),
        sample("console-nowhere", &guard::BarredPage { refusal: None, ..guard::BarredPage::sample() }),
        sample("console-stranger", &guard::StrangerPage::sample()),
        sample("console-unmet", &way_in::UnmetPage::sample()),
        sample("console-unmet-unknown", &way_in::UnmetPage { words: None, ..way_in::UnmetPage::sample() }),
    ]
}

/// The console's pages of what happened, and of what signs.
fn records() -> Vec<Sample> {
    use audit::chain::{ChainPage, Checked};
    let empty = audit::AuditPage { events: vec![], older: None, newest: None, ..audit::AuditPage::sample() };
    let chain = |checked| ChainPage { checked, ..ChainPage::sample() };
    let broken = Checked::Broken(17, "The event there was altered or moved.".into());
    let quiet = statistics::StatisticsPage { charts: vec![], ..statistics::StatisticsPage::sample() };
    let reader = Frame { role: Role::Viewer, ..keys::KeysPage::sample().frame };
    vec![
        sample("console-audit", &audit::AuditPage::sample()),
        sample("console-audit-problem", &audit::AuditPage::sample_wrong()),
        sample("console-audit-none", &empty),
        sample("console-audit-event", &audit::event::EventPage::sample()),
        sample("console-audit-chain", &chain(None)),
        sample("console-audit-chain-whole", &ChainPage::sample()),
        sample("console-audit-chain-broken", &chain(Some(broken))),
        sample("console-audit-chain-anchor", &ChainPage { is_malformed: true, ..chain(None) }),
        sample("console-why-ask", &why::AskPage::sample()),
        sample(
            "console-why-unknown",
            &why::AskPage { unknown: Some("nobody".into()), ..why::AskPage::sample() },
        ),
        sample("console-why", &why::WhyPage::sample()),
        sample("console-statistics", &statistics::StatisticsPage::sample()),
        sample("console-statistics-empty", &quiet),
        sample("console-contexts", &contexts::ContextsPage::sample()),
        sample("console-workflows", &workflows::WorkflowsPage::sample()),
        sample("console-keys", &keys::KeysPage::sample()),
        sample("console-keys-viewer", &keys::KeysPage { frame: reader, ..keys::KeysPage::sample() }),
        sample("console-keys-rotate", &keys::RotatePage::sample()),
        sample("console-keys-retire", &keys::RetirePage::sample()),
    ]
}

/// The console's pages of clients.
fn registrations() -> Vec<Sample> {
    use clients::{ClientPage, ClientsPage, change, history};
    let bare = policies::PoliciesPage {
        policies: vec![],
        findings: vec![],
        number: 0,
        ..policies::PoliciesPage::sample()
    };
    let refused = what_if::Told::Refused("invalid_scope".into(), "the scope has no openid".into());
    let supposing = |told| what_if::WhatIfPage { told, ..what_if::WhatIfPage::sample() };
    let none = ClientsPage { clients: vec![], next: None, ..ClientsPage::sample() };
    let reader = Frame { role: Role::Viewer, ..ClientPage::sample().frame };
    let edit = || change::EditPage::sample().unwrap();
    let problem = Some("Somebody changed this client meanwhile.".into());
    let gone = history::VersionPage { json: None, changes: vec![], ..history::VersionPage::sample() };
    vec![
        sample("console-clients", &ClientsPage::sample()),
        sample("console-clients-none", &none),
        sample("console-client", &ClientPage::sample()),
        sample("console-client-viewer", &ClientPage { frame: reader, ..ClientPage::sample() }),
        sample("console-client-edit", &edit()),
        sample("console-client-edit-stale", &change::EditPage { problem, ..edit() }),
        sample("console-client-registration", &change::RegistrationPage::sample()),
        sample("console-client-secret", &change::SecretPage::sample()),
        sample("console-client-history", &history::HistoryPage::sample()),
        sample("console-client-version", &history::VersionPage::sample()),
        sample("console-client-version-removed", &gone),
        sample("console-policies", &policies::PoliciesPage::sample()),
        sample("console-policies-none", &bare),
        sample("console-policies-edit", &policies::edit::EditPage::sample()),
        sample("console-policies-edit-wrong", &policies::edit::EditPage::sample_wrong()),
        sample("console-policies-history", &policies::history::HistoryPage::sample()),
        sample("console-policies-version", &policies::history::VersionPage::sample()),
        sample("console-what-if", &what_if::WhatIfPage::sample()),
        sample("console-what-if-empty", &supposing(None)),
        sample(
            "console-what-if-nothing",
            &supposing(Some(what_if::Told::Nothing("Say whose session it is.".into()))),
        ),
        sample("console-what-if-refused", &supposing(Some(refused))),
    ]
}

/// The console's pages about people.
fn people() -> Vec<Sample> {
    use administrators::{AdministratorsPage, InvitePage, LinkPage};
    use invitation::{InvitationPage, LinkOverPage};
    use sessions::SessionsPage;
    use users::{AddPage, UsersPage, account::UserPage, check::CheckPage};
    let viewer = Frame { role: Role::Viewer, ..Frame::sample() };
    let problem = Some("admin-problem-last-owner");
    let bare = UserPage {
        birth_date: None,
        has_password: false,
        enrolments: vec![],
        checks: vec![],
        sessions: vec![],
        keys: vec![],
        ..UserPage::sample()
    };
    let flawed = CheckPage {
        flaws: CheckFlaw::ALL.to_vec(),
        is_unconfirmed: true,
        verified: None,
        ..CheckPage::sample()
    };
    let recover = InvitationPage { recovers: true, is_short: true, ..InvitationPage::sample() };
    let known = InvitationPage { sets_password: false, role: None, ..InvitationPage::sample() };
    vec![
        sample("console-administrators", &AdministratorsPage::sample()),
        sample(
            "console-administrators-last",
            &AdministratorsPage { problem, ..AdministratorsPage::sample() },
        ),
        sample(
            "console-administrators-viewer",
            &AdministratorsPage { frame: viewer.clone(), ..AdministratorsPage::sample() },
        ),
        sample("console-invite", &InvitePage::sample()),
        sample("console-invite-again", &InvitePage { problem, ..InvitePage::sample() }),
        sample("console-link", &LinkPage::sample()),
        sample("console-users", &UsersPage::sample()),
        sample("console-users-none", &UsersPage { lines: vec![], search: "x".into(), ..UsersPage::sample() }),
        sample("console-user-add", &AddPage::sample()),
        sample(
            "console-user-add-again",
            &AddPage { problem: Some("admin-problem-taken"), ..AddPage::sample() },
        ),
        sample("console-user", &UserPage::sample()),
        sample("console-user-bare", &bare),
        sample("console-user-viewer", &UserPage { frame: viewer.clone().below(), ..UserPage::sample() }),
        sample("console-check", &CheckPage::sample()),
        sample("console-check-flawed", &flawed),
        sample("console-sessions", &SessionsPage::sample()),
        sample(
            "console-sessions-viewer",
            &SessionsPage { frame: viewer, next: None, ..SessionsPage::sample() },
        ),
        sample(
            "console-sessions-none",
            &SessionsPage { sessions: vec![], is_later: false, ..SessionsPage::sample() },
        ),
        sample("invitation", &InvitationPage::sample()),
        sample("invitation-recover", &recover),
        sample("invitation-known", &known),
        sample("invitation-over", &LinkOverPage {}),
    ]
}
