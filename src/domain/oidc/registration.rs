//! From registration metadata to a valid client (OpenID Connect Dynamic Client Registration 1.0 §2, RFC 7591 §2). One rule
//! for all who register: an operator by command or by file, and clients themselves. Each refusal names the member.
//!
//! What a sector list holds is fetched by the caller and checked by [`sector::check_list`]; ids, secrets and tokens are
//! the caller's to make.

mod addresses;
mod answer;
mod jwks;
mod members;
pub mod sector;
pub mod snapshot;
mod wording;

#[cfg(test)]
mod tests;

pub use answer::described;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use self::{addresses::Place, members::Members};
use super::{
    client::{
        Client, ClientAuthentication,
        metadata::{ApplicationType, ClientMetadata, GrantType, SubjectType},
    },
    error::{ErrorCode, ProtocolError},
    request::response::{ResponseType, ResponseTypes},
    scope,
};
use crate::domain::{
    authn::{acr::Acr, policy_set::PolicySet},
    id::ClientId,
    keys::SigningAlgorithm,
};

/// Who registers a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registrant {
    /// An operator, who alone says what a client may skip or must reach.
    Operator,
    /// The client itself (RFC 7591): what is the operator's to say is ignored.
    Itself,
}

/// Who may register clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// An operator alone; the endpoint is not there.
    #[default]
    Off,
    /// Whoever has an initial access token.
    Token,
    /// Everyone.
    Open,
}

/// What may be registered here.
#[derive(Clone, Debug)]
pub struct RegistrationPolicy {
    /// The contexts that there are, and the dialects.
    pub policies: Arc<PolicySet>,
    /// Whether addresses that we fetch may be plain http, as where `[outbound] allow_private` is on.
    pub allow_http: bool,
    /// The response types that clients may register for themselves.
    pub response_types: ResponseTypes,
}

/// Registration metadata, valid as a whole but for a sector list that is still to be fetched.
#[derive(Clone, Debug)]
pub struct Registration {
    /// What users are shown.
    pub name: Option<String>,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// Where it may be answered.
    pub redirect_uris: Vec<String>,
    /// What its ID tokens are signed with.
    pub id_token_algorithm: SigningAlgorithm,
    /// The context that every sign-in at it must reach.
    pub minimum_acr: Option<Acr>,
    /// Whether its `acr_values` are a condition.
    pub acr_values_are_necessary: bool,
    /// Scopes whose tokens need the face context.
    pub protected_scopes: Vec<String>,
    /// Everything else.
    pub metadata: ClientMetadata,
    /// What an operator may want to know and nobody has to mend: members that mean nothing here, contexts that do not
    /// exist.
    pub remarks: Vec<String>,
}

impl Registration {
    /// Reads metadata. Members that are not known are ignored (RFC 7591 §2), and so is what is not the registrant's to
    /// say; a value that is known and wrong is refused (RFC 7591 §3.2.2).
    pub fn read(
        given: &Map<String, Value>,
        registrant: Registrant,
        policy: &RegistrationPolicy,
    ) -> Result<Self, ProtocolError> {
        let mut members = Members::of(given);
        let mut registration = client_members(&mut members, policy)?;
        if registrant == Registrant::Operator {
            operator_members(&mut members, policy, &mut registration)?;
            registration.remarks.extend(members.unknown().map(|name| format!("{name} means nothing here")));
        } else {
            limit(&mut registration.metadata, policy)?;
        }
        agree(&mut registration)?;
        Ok(registration)
    }

    /// The client that this makes. A client that never named itself is called by the host that it is answered at.
    pub fn into_client(self, id: ClientId, now: Timestamp) -> Client {
        let host = || Some(Url::parse(self.redirect_uris.first()?).ok()?.host_str()?.to_owned());
        let name = self.name.clone().or_else(host).unwrap_or_else(|| id.to_string());
        Client {
            id,
            name,
            authentication: self.authentication,
            secret_hash: None,
            sealed_secret: None,
            redirect_uris: self.redirect_uris,
            id_token_algorithm: self.id_token_algorithm,
            minimum_acr: self.minimum_acr,
            acr_values_are_necessary: self.acr_values_are_necessary,
            protected_scopes: self.protected_scopes,
            metadata: self.metadata,
            registration_token_hash: None,
            created_at: now,
        }
    }
}

/// What a client may say of itself.
fn client_members(m: &mut Members<'_>, policy: &RegistrationPolicy) -> Result<Registration, ProtocolError> {
    let application_type = m.choice("application_type")?.unwrap_or_default();
    let (response_types, grant_types) = wording::flows(m)?;
    let implicit = grant_types.contains(&GrantType::Implicit);
    let redirects = match application_type {
        ApplicationType::Web => Place::Web { implicit },
        ApplicationType::Native => Place::Native,
    };
    let default_acr_values = m.texts("default_acr_values")?.into_iter().map(Acr).collect::<Vec<_>>();
    let vocabulary = policy.policies.vocabulary(None);
    let unknown = default_acr_values.iter().filter(|acr| vocabulary.rule(acr).is_none());
    let remarks = unknown.map(|acr| format!("default_acr_values: {} is no context here", acr.0)).collect();
    wording::refuse_encryption(m)?;
    let authentication = wording::authentication(m)?;
    let fetched = Place::fetched(policy.allow_http);
    let metadata = ClientMetadata {
        response_types,
        grant_types,
        application_type,
        contacts: m.texts("contacts")?,
        client_uri: m.address("client_uri", Place::Page)?,
        logo_uri: m.address("logo_uri", Place::Page)?,
        policy_uri: m.address("policy_uri", Place::Page)?,
        tos_uri: m.address("tos_uri", Place::Page)?,
        jwks_uri: m.address("jwks_uri", fetched)?,
        jwks: jwks::read(m)?,
        sector_identifier_uri: m.address("sector_identifier_uri", Place::Secure)?,
        sector: None,
        subject_type: m.choice("subject_type")?.unwrap_or_default(),
        userinfo_signed_response_alg: m.algorithm("userinfo_signed_response_alg")?,
        access_token_format: Default::default(),
        request_object_signing_alg: m.algorithm("request_object_signing_alg")?,
        token_endpoint_auth_signing_alg: wording::assertion_algorithm(m, authentication)?,
        default_max_age: m.seconds("default_max_age")?,
        require_auth_time: m.flag("require_auth_time")?,
        default_acr_values,
        initiate_login_uri: m.address("initiate_login_uri", Place::Secure)?,
        request_uris: m.addresses("request_uris", Place::Fragmented { http: policy.allow_http })?,
        post_logout_redirect_uris: m.addresses("post_logout_redirect_uris", redirects)?,
        backchannel_logout_uri: m.address("backchannel_logout_uri", fetched)?,
        backchannel_logout_session_required: m.flag("backchannel_logout_session_required")?,
        require_pushed_authorization_requests: m.flag("require_pushed_authorization_requests")?,
        require_signed_request_object: m.flag("require_signed_request_object")?,
        scope: wording::scope(m)?,
        resources: Vec::new(),
        audiences: Vec::new(),
        first_party: false,
        software_id: m.text("software_id")?,
        software_version: m.text("software_version")?,
        acr_dialect: None,
        require_protected_step_up: false,
    };
    Ok(Registration {
        name: m.text("client_name")?,
        authentication,
        redirect_uris: m.redirects(redirects)?,
        id_token_algorithm: m.algorithm("id_token_signed_response_alg")?.unwrap_or(SigningAlgorithm::RS256),
        minimum_acr: None,
        acr_values_are_necessary: false,
        protected_scopes: Vec::new(),
        metadata,
        remarks,
    })
}

/// What an operator alone may say.
fn operator_members(
    m: &mut Members<'_>,
    policy: &RegistrationPolicy,
    registration: &mut Registration,
) -> Result<(), ProtocolError> {
    registration.minimum_acr = m.text("minimum_acr")?.map(Acr);
    if registration.minimum_acr.as_ref().is_some_and(|acr| policy.policies.catalogue().rule(acr).is_none()) {
        return Err(refusal("minimum_acr", "there is no such authentication context here"));
    }
    registration.acr_values_are_necessary = m.flag("acr_values_are_necessary")?;
    registration.protected_scopes = m.texts("protected_scopes")?;
    registration.metadata.acr_dialect = m.text("acr_dialect")?;
    let dialects = policy.policies.dialects();
    if registration
        .metadata
        .acr_dialect
        .as_ref()
        .is_some_and(|name| !dialects.iter().any(|one| one.name == *name))
    {
        return Err(refusal("acr_dialect", "there is no such dialect here"));
    }
    registration.metadata.require_protected_step_up = m.flag("require_protected_step_up")?;
    registration.metadata.first_party = m.flag("first_party")?;
    registration.metadata.resources = m.addresses("resources", Place::Resource)?;
    registration.metadata.audiences = m.addresses("audiences", Place::Resource)?;
    registration.metadata.access_token_format = m.choice("access_token_format")?.unwrap_or_default();
    m.expect(&["client_id", "client_secret"]);
    Ok(())
}

/// What a client gets that registered itself: no more than the operator lets all such clients have.
fn limit(metadata: &mut ClientMetadata, policy: &RegistrationPolicy) -> Result<(), ProtocolError> {
    let is_offered = |asked: &String| {
        ResponseType::parse(asked).is_some_and(|asked| policy.response_types.contains(asked))
    };
    if !metadata.response_types.iter().all(is_offered) {
        return Err(refusal("response_types", "the operator does not offer one of these response types"));
    }
    if metadata.grant_types.contains(&GrantType::ClientCredentials) {
        return Err(refusal("grant_types", "client_credentials is for clients that an operator registers"));
    }
    let asked_any = !metadata.scope.is_empty();
    metadata.scope.retain(|name| scope::STANDARD.contains(&name.as_str()));
    if asked_any && metadata.scope.is_empty() {
        return Err(refusal("scope", "none of these scopes exists here"));
    }
    Ok(())
}

/// What members say about each other.
fn agree(registration: &mut Registration) -> Result<(), ProtocolError> {
    let metadata = &registration.metadata;
    if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
        return Err(refusal("jwks", "jwks and jwks_uri must not come together"));
    }
    let keyless = metadata.jwks.is_none() && metadata.jwks_uri.is_none();
    if registration.authentication == ClientAuthentication::PrivateKeyJwt && keyless {
        return Err(refusal("jwks", "private_key_jwt needs jwks or jwks_uri"));
    }
    if metadata.require_signed_request_object && keyless {
        return Err(refusal("jwks", "signed request objects need jwks or jwks_uri"));
    }
    let alone = metadata.grant_types.contains(&GrantType::ClientCredentials);
    if alone && registration.authentication == ClientAuthentication::None {
        return Err(refusal("grant_types", "client_credentials needs a client that authenticates"));
    }
    if !metadata.response_types.is_empty() && registration.redirect_uris.is_empty() {
        return Err(redirect_refusal("at least one redirect_uri is needed"));
    }
    if metadata.backchannel_logout_session_required && metadata.backchannel_logout_uri.is_none() {
        return Err(refusal("backchannel_logout_uri", "it is needed where the session is required there"));
    }
    if metadata.subject_type == SubjectType::Pairwise {
        let sector =
            sector::identifier(metadata.sector_identifier_uri.as_deref(), &registration.redirect_uris)?;
        registration.metadata.sector = Some(sector);
    }
    Ok(())
}

/// A refusal that names the member (RFC 7591 §3.2.2).
const fn refusal(member: &'static str, text: &'static str) -> ProtocolError {
    ProtocolError::new(ErrorCode::InvalidClientMetadata, member, text)
}

/// The refusal of a redirect address (RFC 7591 §3.2.2).
const fn redirect_refusal(text: &'static str) -> ProtocolError {
    ProtocolError::new(ErrorCode::InvalidRedirectUri, "redirect_uris", text)
}
