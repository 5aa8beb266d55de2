//! The digital-ID page: which document, and what to do when the source does not confirm it.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::web::headers::{FormTarget, Policy};

/// Asks for a document number, or in the demo for a persona; posts `document_number` and `csrf_token` to
/// `/interaction/{interaction}/identity`.
#[derive(Template)]
#[template(path = "interaction/identity.html")]
pub struct IdentityPage {
    /// Id of the interaction, for the form's address.
    pub interaction: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// Name of the digital-ID source, as people know it.
    pub source: String,
    /// The number to start with: from the attempt before; else empty.
    pub document_number: String,
    /// The simulator's personas, in the demo; empty elsewhere.
    pub personas: Vec<Persona>,
    /// What went wrong before, if something did.
    pub problem: Option<IdentityProblem>,
}

/// One of the simulator's people, offered as a card.
#[derive(Clone, Debug)]
pub struct Persona {
    /// The document number this card sends.
    pub document_number: String,
    /// Name on the document.
    pub name: String,
    /// Address of the portrait on this server, where the document has one.
    pub portrait: Option<String>,
    /// How the simulator answers for this persona.
    pub ending: PersonaEnding,
}

/// How the simulator answers for a persona; shown on its card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonaEnding {
    /// The source attests the document.
    Attested,
    /// The source knows no such document.
    NoMatch,
    /// Some of the document's fields differ from the account's.
    PartialMatch,
    /// The source does not answer.
    SourceDown,
}

impl PersonaEnding {
    /// Key of the words on the card.
    pub fn key(self) -> &'static str {
        match self {
            Self::Attested => "identity-persona-attested",
            Self::NoMatch => "identity-persona-no-match",
            Self::PartialMatch => "identity-persona-partial-match",
            Self::SourceDown => "identity-persona-source-down",
        }
    }
}

/// Why the person sees the digital-ID page again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityProblem {
    /// The number cannot be one of this source.
    Malformed,
    /// The source knows no such document.
    NoMatch,
    /// Name or birth date differ from those verified on the account.
    PartialMatch,
    /// The source does not answer.
    SourceDown,
    /// This account asked too often.
    Throttled {
        /// Seconds until the next question is accepted.
        wait_seconds: u32,
    },
}

impl IdentityProblem {
    /// Seconds until the next number is accepted, where it has to wait.
    pub fn wait_seconds(self) -> Option<u32> {
        match self {
            Self::Throttled { wait_seconds } => Some(wait_seconds),
            _ => None,
        }
    }

    /// Key of what happened.
    pub fn title(self) -> &'static str {
        match self {
            Self::Malformed => "identity-malformed",
            Self::NoMatch => "identity-no-match",
            Self::PartialMatch => "identity-partial-match",
            Self::SourceDown => "identity-source-down",
            Self::Throttled { .. } => "identity-throttled",
        }
    }

    /// Key of what to do next.
    pub fn next(self) -> &'static str {
        match self {
            Self::Malformed => "identity-malformed-next",
            Self::NoMatch => "identity-no-match-next",
            Self::PartialMatch => "identity-partial-match-next",
            Self::SourceDown => "identity-source-down-next",
            Self::Throttled { .. } => "identity-throttled-next",
        }
    }
}

impl Page for IdentityPage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref())
    }
}

impl IdentityPage {
    /// What the client is told when the person gives up here; empty for their own choice.
    pub fn reason_to_give_up(&self) -> &'static str {
        match self.problem {
            Some(IdentityProblem::SourceDown) => "registry_unavailable",
            _ => "",
        }
    }

    /// A filled page as in the demo, for the render test.
    pub fn sample() -> Self {
        let persona = |document_number: &str, name: &str, portrait: Option<&str>, ending| Persona {
            document_number: document_number.into(),
            name: name.into(),
            portrait: portrait.map(Into::into),
            ending,
        };
        Self {
            interaction: "i7Qe2mXk".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            source: "Demo identity register".into(),
            document_number: String::new(),
            personas: vec![
                persona(
                    "FS-100001",
                    "Alex Sample",
                    Some("/demo/portraits/FS-100001"),
                    PersonaEnding::Attested,
                ),
                persona(
                    "FS-100002",
                    "Kim Sample",
                    Some("/demo/portraits/FS-100002"),
                    PersonaEnding::Attested,
                ),
                persona("FS-900001", "Nora Nomatch", None, PersonaEnding::NoMatch),
                persona("FS-900002", "Paula Partial", None, PersonaEnding::PartialMatch),
                persona("FS-900003", "Dora Down", None, PersonaEnding::SourceDown),
            ],
            problem: None,
        }
    }
}
