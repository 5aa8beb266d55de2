//! What a client is to be told, by the words of the specifications alone: OpenID Connect Core 1.0 §3.1.2.1, §3.1.2.6, §5.5,
//! §5.5.1 and §5.5.1.1, RFC 9470 §5, and OpenID Connect Core Error Code unmet_authentication_requirements 1.0. It knows the
//! product's contexts as a table of what each takes, and nothing else of it.
//!
//! Where the specifications leave the choice open, this is what the product promises (`docs/protocol.md`), marked "ours".

use crate::{
    json::{self, Json},
    world::{Outcome, World},
};

const PWD: &str = "urn:facestep:acr:pwd";
const FACE: &str = "urn:facestep:acr:face";
const DEVICE: &str = "urn:facestep:acr:face+device";
const PROOFED: &str = "urn:facestep:acr:face+proofed";

/// A request, as far as it speaks of the authentication.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub acr_values: Option<String>,
    pub claims: Option<String>,
    pub max_age: Option<String>,
    pub prompt_none: bool,
    /// A resource is named for the access token (RFC 8707).
    pub resource: bool,
    /// The client's registration makes `acr_values` necessary.
    pub necessary: bool,
    /// The client's `default_acr_values`.
    pub defaults: Vec<String>,
}

/// What the claims parameter says of `acr`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Claim {
    essential: bool,
    values: Vec<String>,
}

struct Malformed;

/// What the client is to be told.
pub fn answer(asked: &Asked, world: &World) -> Outcome {
    let wanted = claims(asked.claims.as_deref()).and_then(|claim| Ok((claim, max_age(asked)?)));
    match wanted {
        Err(Malformed) => Outcome::error("invalid_request"),
        Ok((claim, max_age)) => judge(asked, claim, &Person { world, max_age }),
    }
}

/// §5.5: "The value is a JSON object listing the requested Claims." "Other members MAY be present. Any members used that are
/// not understood MUST be ignored."
fn claims(text: Option<&str>) -> Result<Claim, Malformed> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Claim::default()) };
    let whole = json::read(text).ok_or(Malformed)?;
    let id_token = claim_in(&whole, "id_token")?;
    let userinfo = claim_in(&whole, "userinfo")?;
    // Ours: one authentication stands behind both places, so what is essential in either holds, and what is essential in both
    // is what both list. §5.5.1.1 speaks of the ID Token alone.
    let holds = |claim: &Claim| claim.essential && !claim.values.is_empty();
    match (holds(&id_token), holds(&userinfo)) {
        (true, true) => {
            let shared: Vec<String> =
                id_token.values.iter().filter(|value| userinfo.values.contains(value)).cloned().collect();
            if shared.is_empty() { Err(Malformed) } else { Ok(Claim { essential: true, values: shared }) }
        }
        (true, false) => Ok(id_token),
        (false, true) => Ok(userinfo),
        (false, false) => Ok(if id_token.values.is_empty() { userinfo } else { id_token }),
    }
}

fn claim_in(whole: &Json, place: &str) -> Result<Claim, Malformed> {
    let Some(claims) = object_or_nothing(whole, place)? else { return Ok(Claim::default()) };
    // §5.5.1: "null: Indicates that this Claim is being requested in the default manner. In particular, this is a Voluntary
    // Claim." "JSON Object: Used to provide additional information about the Claim being requested."
    let Some(acr) = object_or_nothing(claims, "acr")? else { return Ok(Claim::default()) };
    // "essential OPTIONAL. […] If the value is true, this indicates that the Claim is an Essential Claim. […] The default is
    // false."
    let essential = match acr.member("essential") {
        None => false,
        Some(Json::Bool(essential)) => *essential,
        Some(_) => return Err(Malformed),
    };
    let mut values = Vec::new();
    // "value OPTIONAL. Requests that the Claim be returned with a particular value."
    if let Some(value) = acr.member("value") {
        values.push(name(value)?);
    }
    // "values OPTIONAL. Requests that the Claim be returned with one of a set of values, with the values appearing in order of
    // preference."
    match acr.member("values") {
        None => {}
        Some(Json::List(listed)) if !listed.is_empty() => {
            for value in listed {
                values.push(name(value)?);
            }
        }
        Some(_) => return Err(Malformed),
    }
    Ok(Claim { essential, values })
}

fn object_or_nothing<'a>(within: &'a Json, name: &str) -> Result<Option<&'a Json>, Malformed> {
    if !matches!(within, Json::Object(_)) {
        return Err(Malformed);
    }
    match within.member(name) {
        None | Some(Json::Null) => Ok(None),
        Some(object @ Json::Object(_)) => Ok(Some(object)),
        Some(_) => Err(Malformed),
    }
}

/// §2: acr is a "case-sensitive string".
fn name(value: &Json) -> Result<String, Malformed> {
    match value {
        Json::Text(name) => Ok(name.clone()),
        _ => Err(Malformed),
    }
}

/// §3.1.2.1: "Specifies the allowable elapsed time in seconds".
fn max_age(asked: &Asked) -> Result<Option<i64>, Malformed> {
    let Some(text) = asked.max_age.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Malformed);
    }
    Ok(Some(text.parse().unwrap_or(i64::MAX)))
}

fn judge(asked: &Asked, claim: Claim, person: &Person<'_>) -> Outcome {
    if claim.essential && !claim.values.is_empty() {
        return required(asked, &claim.values, person);
    }
    // §5.5.1.1: "the RP MAY request the acr Claim as a Voluntary Claim by using the acr_values request parameter or by not
    // including "essential": true". What both mean together "is unspecified". Ours: one after the other.
    let mut listed = claim.values;
    // §3.1.2.1: "Space-separated string […] with the values appearing in order of preference."
    let space_separated =
        asked.acr_values.as_deref().unwrap_or_default().split(' ').filter(|name| !name.is_empty());
    listed.extend(space_separated.map(str::to_owned));
    if listed.is_empty() {
        // Dynamic Client Registration 1.0 §2: defaults, which acr_values or an individual acr Claim request override.
        listed.clone_from(&asked.defaults);
    }
    // RFC 9470 §5: "the authorization server SHOULD consider the requested acr value as necessary for successfully fulfilling
    // the request. […] otherwise, the authorization request fails with an unmet_authentication_requirements error".
    if !listed.is_empty() && (asked.resource || asked.necessary) {
        return required(asked, &listed, person);
    }
    voluntary(asked, &listed, person)
}

/// §5.5.1.1: "the Authorization Server MUST return an acr Claim Value that matches one of the requested values. The
/// Authorization Server MAY ask the End-User to re-authenticate with additional factors to meet this requirement. If this is an
/// Essential Claim and the requirement cannot be met, then the Authorization Server MUST treat that outcome as a failed
/// authentication attempt."
fn required(asked: &Asked, listed: &[String], person: &Person<'_>) -> Outcome {
    if let Some(name) = first(asked, listed, person) {
        return Outcome::Acr(name);
    }
    // §3.1.2.6: login_required and interaction_required, where the way to it may not be shown; the first that is preferred says
    // which.
    let shown = || listed.iter().find_map(|name| person.page_for(person.context(name)?));
    let error = if asked.prompt_none { shown() } else { None };
    Outcome::error(error.unwrap_or("unmet_authentication_requirements"))
}

/// §5.5.1.1: "If the Claim is not Essential and a requested value cannot be provided, the Authorization Server SHOULD return the
/// session's current acr as the value of the acr Claim."
fn voluntary(asked: &Asked, listed: &[String], person: &Person<'_>) -> Outcome {
    if let Some(name) = first(asked, listed, person) {
        return Outcome::Acr(name);
    }
    if person.has(FACE) {
        Outcome::Acr(person.word_for(FACE))
    } else if person.has(PWD) || !asked.prompt_none {
        // §3.1.2.1, max_age: "the OP MUST attempt to actively re-authenticate the End-User", who gives their password.
        Outcome::Acr(person.word_for(PWD))
    } else {
        Outcome::error("login_required")
    }
}

/// The first of the preferred contexts that the session has, or that the person reaches where they may be asked.
fn first(asked: &Asked, listed: &[String], person: &Person<'_>) -> Option<String> {
    let is_met = |name: &&String| {
        person
            .context(name)
            .is_some_and(|ours| person.has(ours) || (!asked.prompt_none && person.reaches(ours)))
    };
    listed.iter().find(is_met).cloned()
}

/// The person, for a request of this `max_age`.
struct Person<'a> {
    world: &'a World,
    max_age: Option<i64>,
}

impl Person<'_> {
    /// The context that a name stands for.
    fn context(&self, name: &str) -> Option<&'static str> {
        match name {
            "2" if self.world.keycloak => Some(FACE),
            "1" if self.world.keycloak => Some(PWD),
            name => [PWD, FACE, DEVICE, PROOFED].into_iter().find(|ours| *ours == name),
        }
    }

    fn word_for(&self, ours: &str) -> String {
        match ours {
            FACE if self.world.keycloak => "2".to_owned(),
            PWD if self.world.keycloak => "1".to_owned(),
            ours => ours.to_owned(),
        }
    }

    /// Whether the session has a context. §3.1.2.1: `max_age` counts "since the last time the End-User was actively
    /// authenticated"; ours: by what the context asks to be fresh, which is the face wherever one is part of it.
    fn has(&self, ours: &str) -> bool {
        let recent = |age: i64| self.max_age.is_none_or(|most| age <= most);
        match (ours, self.world.face) {
            (PWD, _) => recent(self.world.pwd_age),
            (_, None) => false,
            (_, Some((age, _))) if age > 300 || !recent(age) => false,
            (DEVICE, Some((_, by_key))) => by_key,
            (PROOFED, _) => self.world.enrolled_days <= 30,
            _ => true,
        }
    }

    /// Whether the person reaches it when asked.
    fn reaches(&self, ours: &str) -> bool {
        ours == PWD || (self.world.passes && self.page_for(ours).is_some())
    }

    /// The error that stands for the page on which it could be reached, where there is one.
    fn page_for(&self, ours: &str) -> Option<&'static str> {
        match ours {
            PWD => Some("login_required"),
            DEVICE if !self.world.has_key => None,
            PROOFED if self.world.enrolled_days > 30 => None,
            _ => Some("interaction_required"),
        }
    }
}
