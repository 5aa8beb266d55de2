//! What the page is told about its upload, in answers of one length: not even an encrypted answer's size tells them apart.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde_json::{Value, json};

use super::{ceremony::capture_address, outcome::outcome_address};
use crate::{
    domain::{face::way::Way, id::InteractionId},
    flows::ceremony::{Judged, Outcome},
    web::{follow::resume_address, state::App},
};

/// The length of an answer in bytes; the longest there can be takes less than half of it.
const LENGTH: usize = 512;

/// The answer to a capture that was judged, with the cookies that a success brings.
pub fn judged(app: &App, judged: &Judged) -> HttpResponse {
    let mut response = of_one_length(&told(judged));
    let session = judged.renewed.as_ref().map(|secret| app.cookies.session(secret));
    let device = judged.device.as_ref().map(|secret| app.cookies.device(secret));
    for cookie in session.iter().chain(&device) {
        let added = response.add_cookie(cookie);
        debug_assert!(added.is_ok());
    }
    response
}

/// The answer to a capture that the account's tries do not allow now: as to one that was not verified.
pub fn not_admitted(interaction: &InteractionId, way: Way) -> HttpResponse {
    of_one_length(&refused(interaction, way))
}

fn told(judged: &Judged) -> Value {
    let interaction = &judged.interaction;
    match &judged.outcome {
        Outcome::Done => json!({ "outcome": "done", "next": resume_address(interaction) }),
        Outcome::Again { advice, next: Some(fresh) } => {
            json!({ "outcome": "again", "advice": advice, "next": capture_address(fresh) })
        }
        Outcome::Again { advice, next: None } => {
            json!({ "outcome": "refused", "next": outcome_address(interaction, advice, judged.way) })
        }
        Outcome::Refused => refused(interaction, judged.way),
    }
}

fn refused(interaction: &InteractionId, way: Way) -> Value {
    json!({ "outcome": "refused", "next": outcome_address(interaction, &[], way) })
}

/// A JSON text of one length: the rest is white space, which means nothing (RFC 8259 §2). A proxy that compressed it would
/// give the length away again, so it is asked not to (RFC 9111 §5.2.2.6).
fn of_one_length(told: &Value) -> HttpResponse {
    let mut body = told.to_string();
    let length = body.len().div_ceil(LENGTH) * LENGTH;
    body.extend(std::iter::repeat_n(' ', length - body.len()));
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-store, no-transform"))
        .body(body)
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody;

    use super::*;
    use crate::domain::{face::verification::Advice, id::CeremonyId};

    #[test]
    fn the_longest_answer_is_as_long_as_the_shortest() {
        let interaction = InteractionId::from_random([7; 16]);
        let advice = vec![Advice::SeveralFaces, Advice::OffCentre, Advice::HoldStill];
        let again = |next| Outcome::Again { advice: advice.clone(), next };
        let outcomes =
            [Outcome::Done, Outcome::Refused, again(None), again(Some(CeremonyId::from_random([9; 16])))];
        for outcome in outcomes {
            let way = Way::Distance;
            let judged =
                Judged { interaction: interaction.clone(), way, outcome, renewed: None, device: None };
            let told = told(&judged);
            assert!(told.to_string().len() <= LENGTH / 2, "{told}");
            let body = of_one_length(&told).into_body().try_into_bytes().unwrap();
            assert_eq!(body.len(), LENGTH);
            assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), told);
        }
    }
}
