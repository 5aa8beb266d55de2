//! What the bank says about a proof, and about a refusal, to someone who has never heard of a token.

use super::relying_party::Refusal;
use super::{FACE, FRESHNESS};

/// A refusal in plain words.
pub struct Told {
    pub title: &'static str,
    pub what: String,
    pub next: &'static str,
    /// What the provider or the token said, for whoever has to mend it.
    pub detail: String,
}

pub fn acr(acr: Option<&str>) -> &'static str {
    match acr {
        Some(FACE) => "The provider saw a live face in front of the camera and matched it to this customer.",
        Some("urn:facestep:acr:pwd") => "The provider checked a password, and nothing more.",
        _ => "A level of assurance that this bank has no words for.",
    }
}

pub fn amr(method: &str) -> &'static str {
    match method {
        "face" => "a live face",
        "pwd" => "a password",
        "mfa" => "more than one method",
        "hwk" => "a key in the device",
        _ => "another method",
    }
}

pub fn age(seconds: i64) -> String {
    match seconds.max(0) {
        0..=4 => "just now".to_owned(),
        seconds @ 5..=119 => format!("{seconds} seconds ago"),
        seconds => format!("{} minutes ago", seconds / 60),
    }
}

pub fn refusal(refusal: &Refusal) -> Told {
    match refusal {
        Refusal::Provider { error, description } => from_provider(error, description.as_deref()),
        Refusal::NotOurs => told(
            "That page is out of date",
            "The answer did not belong to anything you started here, or came from somewhere else.",
            "Start again from your account. If you followed a link in a message, tell us: we never send one.",
            "state or iss did not match",
        ),
        Refusal::Unreachable => told(
            "We cannot reach the sign-in service",
            "Nothing was moved, and nothing about your account has changed.",
            "Wait a minute and try again.",
            "discovery of the provider failed",
        ),
        Refusal::BadToken => told(
            "The sign-in could not be verified",
            "What came back from the sign-in service did not hold up, so we did not act on it.",
            "Try again. If it happens twice, call us.",
            "code exchange or ID token verification failed",
        ),
        Refusal::TooWeak { acr: got } => Told {
            title: "This transfer needs your face",
            what: format!("The sign-in came back weaker than we asked for. {}", acr(got.as_deref())),
            next: "Try the transfer again and look into the camera when you are asked to.",
            detail: format!("acr was {}, not {FACE}", got.as_deref().unwrap_or("absent")),
        },
        Refusal::TooOld => Told {
            title: "The check was too long ago",
            what: format!("A transfer needs a face check from the last {} minutes.", FRESHNESS / 60),
            next: "Try the transfer again.",
            detail: "auth_time was too old or absent".to_owned(),
        },
        Refusal::SomeoneElse => told(
            "That was someone else",
            "The person who proved themselves is not the customer who is signed in here.",
            "Sign out at the sign-in service, then sign in as yourself and try again.",
            "sub differs from the signed-in customer's",
        ),
        Refusal::StillNotEnough(challenge) => Told {
            title: "The check was not enough",
            what: "You came back from the sign-in service, and our payment service still wants to be surer. We stop here instead of sending you round again. Nothing was moved.".to_owned(),
            next: "Call 555\u{a0}0100, or visit a branch with your passport.",
            detail: challenge.header(),
        },
        Refusal::NotDone => told(
            "The payment service did not do it",
            "Nothing was moved.",
            "Sign out, sign in and try again. If it happens twice, call 555\u{a0}0100.",
            "the payment API refused the bank's token, or did not answer",
        ),
    }
}

fn from_provider(error: &str, description: Option<&str>) -> Told {
    let (title, what, next) = match error {
        "unmet_authentication_requirements" => (
            "We could not confirm that it is you",
            "Nothing was moved. It needs a check of your face, and that did not come about.",
            // Facestep puts its stable reason first, then a colon and words for a developer.
            unmet(description.and_then(|description| description.split(':').next()).unwrap_or_default()),
        ),
        "access_denied" => (
            "You stopped before the end",
            "Nothing was moved.",
            "Go back to your account and begin again whenever you like, or call 555\u{a0}0100 to do it by phone.",
        ),
        "login_required" | "interaction_required" | "consent_required" => (
            "The sign-in service needs to talk to you",
            "It could not finish without showing you a page.",
            "Try again and follow what it asks.",
        ),
        "temporarily_unavailable" | "server_error" => (
            "The sign-in service is busy",
            "Nothing was moved, and nothing about your account has changed.",
            "Wait a minute and try again.",
        ),
        _ => (
            "The sign-in service refused",
            "It could not make sense of what this bank asked. That is our fault, not yours.",
            "Call 555\u{a0}0100 and read them the line below.",
        ),
    };
    let detail = match description {
        Some(description) => format!("{error}: {description}"),
        None => error.to_owned(),
    };
    Told { title, what: what.to_owned(), next, detail }
}

/// What to do about a context that was not met, by the reason that Facestep gives in `error_description`.
fn unmet(reason: &str) -> &'static str {
    match reason {
        "camera_unavailable" => {
            "Use a device with a camera, let the sign-in service use it, and try again. Without one, call 555\u{a0}0100."
        }
        "attempts_exhausted" => {
            "Wait a little before you try again, or call 555\u{a0}0100 to do it by phone."
        }
        "face_not_enrolled" => "Visit a branch with your passport to set this up, or call 555\u{a0}0100.",
        "registry_unavailable" => "The identity register does not answer. Try again in a few minutes.",
        "user_declined" | "consent_required" => {
            "You need not show your face: call 555\u{a0}0100 to do it by phone, or try again whenever you like."
        }
        _ => {
            "Try again in even light, with only you in the picture. If it keeps failing, call 555\u{a0}0100 or visit a branch with your passport."
        }
    }
}

fn told(title: &'static str, what: &str, next: &'static str, detail: &str) -> Told {
    Told { title, what: what.to_owned(), next, detail: detail.to_owned() }
}
