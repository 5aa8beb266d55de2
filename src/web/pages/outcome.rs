//! The outcome page: the check did not succeed, and what the person can do now.
//!
//! It tells how to take a better picture, and never anything about the comparison.

use askama::Template;

use super::text::filters;
use super::{Page, text};
use crate::domain::face::way::Way;
use crate::web::headers::{FormTarget, Policy};

/// `GET /interaction/{interaction}/outcome`; posts `csrf_token` to `…/retry` or `…/decline` (the client gets its error).
#[derive(Template)]
#[template(path = "interaction/outcome.html")]
pub struct OutcomePage {
    /// Id of the interaction, for the forms' addresses.
    pub interaction: String,
    /// The session's anti-forgery token.
    pub csrf: String,
    /// The client's name as people know it.
    pub client: String,
    /// Where the interaction ends: the proven redirect address, allowed as the target of this page's forms.
    pub returns_to: Option<FormTarget>,
    /// The way in which it was tried, where it is known.
    pub way: Option<Way>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a check ended, as far as the person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not verified; another try is possible.
    NotVerified {
        /// How to do better; empty where there is nothing to say.
        advice: Vec<Advice>,
        /// Seconds until the next try is accepted; 0 for at once.
        wait_seconds: u32,
    },
    /// The time for the check ran out; another try is possible.
    Expired,
    /// Face checks are suspended for the account.
    Suspended {
        /// Who can help, as the operator configured it: an address, a number; empty for the general words.
        contact: String,
    },
    /// The document is not the account holder's: no enrolment can be made in this visit.
    IdentityRefused {
        /// Who can help, as the operator configured it: an address, a number; empty for the general words.
        contact: String,
    },
    /// The check cannot be made at present (too many people, a part of the service is down).
    Unavailable {
        /// Seconds until another try makes sense.
        wait_seconds: u32,
    },
}

impl Outcome {
    /// Start of this outcome's text keys.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NotVerified { .. } => "outcome-not-verified",
            Self::Expired => "outcome-expired",
            Self::Suspended { .. } => "outcome-suspended",
            Self::IdentityRefused { .. } => "outcome-identity-refused",
            Self::Unavailable { .. } => "outcome-unavailable",
        }
    }

    /// Seconds until another try is accepted, or nothing where there is no other try.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::NotVerified { wait_seconds, .. } | Self::Unavailable { wait_seconds } => {
                Some(*wait_seconds)
            }
            Self::Expired => Some(0),
            Self::Suspended { .. } | Self::IdentityRefused { .. } => None,
        }
    }

    /// How to do better, where there is something to say.
    pub fn advice(&self) -> &[Advice] {
        match self {
            Self::NotVerified { advice, .. } => advice,
            _ => &[],
        }
    }

    /// Who can help, where the person cannot go on alone; empty for the general words.
    pub fn contact(&self) -> Option<&str> {
        match self {
            Self::Suspended { contact } | Self::IdentityRefused { contact } => Some(contact),
            _ => None,
        }
    }
}

/// How the person may take a better picture. The names are those of the capture protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// No face was seen.
    NoFace,
    /// The face was too small.
    TooFar,
    /// The face was too large.
    TooNear,
    /// There was too little light.
    Dark,
    /// There was too much light.
    Bright,
    /// More than one face was seen.
    SeveralFaces,
    /// The picture was blurred.
    HoldStill,
    /// The face was at the edge.
    OffCentre,
    /// The turns were not followed.
    FollowTurns,
}

impl Advice {
    /// Every piece of advice there is.
    pub const ALL: [Self; 9] = [
        Self::NoFace,
        Self::TooFar,
        Self::TooNear,
        Self::Dark,
        Self::Bright,
        Self::SeveralFaces,
        Self::HoldStill,
        Self::OffCentre,
        Self::FollowTurns,
    ];

    /// Key of the words.
    pub fn key(self) -> &'static str {
        match self {
            Self::NoFace => "advice-no-face",
            Self::TooFar => "advice-too-far",
            Self::TooNear => "advice-too-near",
            Self::Dark => "advice-dark",
            Self::Bright => "advice-bright",
            Self::SeveralFaces => "advice-several-faces",
            Self::HoldStill => "advice-hold-still",
            Self::OffCentre => "advice-off-centre",
            Self::FollowTurns => "advice-follow-turns",
        }
    }

    /// The name the capture protocol gives it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoFace => "no_face",
            Self::TooFar => "too_far",
            Self::TooNear => "too_near",
            Self::Dark => "dark",
            Self::Bright => "bright",
            Self::SeveralFaces => "several_faces",
            Self::HoldStill => "hold_still",
            Self::OffCentre => "off_centre",
            Self::FollowTurns => "follow_turns",
        }
    }
}

impl Page for OutcomePage {
    fn policy(&self) -> Policy {
        Policy::form(self.returns_to.as_ref())
    }
}

impl OutcomePage {
    /// A filled page, for the render test.
    pub fn sample() -> Self {
        Self {
            interaction: "i7Qe2mXk".into(),
            csrf: "csrf-sample".into(),
            client: "Example Bank".into(),
            returns_to: FormTarget::of("http://127.0.0.1:8081/callback"),
            way: Some(Way::Distance),
            outcome: Outcome::NotVerified { advice: vec![Advice::Dark, Advice::TooFar], wait_seconds: 30 },
        }
    }
}
