//! What a client registers about itself beyond its name, its secret and where it is answered (OpenID Connect Dynamic Client
//! Registration 1.0 §2, RFC 7591 §2). The names of the fields are the registered ones, so that this is what is kept and
//! what is told; every field has the value that a client has which never said.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{authn::acr::Acr, keys::SigningAlgorithm};

/// How a `sub` is made for a client (OpenID Connect Core 1.0 §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// The same for every client.
    #[default]
    Public,
    /// Another one for each sector.
    Pairwise,
}

/// Where a client runs (OpenID Connect Dynamic Client Registration 1.0 §2, `application_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// On a server or in a browser.
    #[default]
    Web,
    /// On the person's device.
    Native,
}

/// What a client may present at the token endpoint (RFC 7591 §2, `grant_types`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A code.
    AuthorizationCode,
    /// Nothing: it is answered at the authorization endpoint.
    Implicit,
    /// A refresh token.
    RefreshToken,
    /// Only itself.
    ClientCredentials,
}

/// How access tokens look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessTokenFormat {
    /// A signed JWT (RFC 9068).
    #[default]
    Jwt,
    /// A random text, to be introspected (RFC 7662).
    Opaque,
}

/// Registered metadata, valid as a whole; made by registration and read back from where it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientMetadata {
    /// The response types that it may ask for, each as its words in alphabetical order (`code id_token`).
    pub response_types: Vec<String>,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// Where it runs.
    pub application_type: ApplicationType,
    /// Whom to write to about it.
    pub contacts: Vec<String>,
    /// Its home page.
    pub client_uri: Option<String>,
    /// Its picture.
    pub logo_uri: Option<String>,
    /// How it treats data.
    pub policy_uri: Option<String>,
    /// Its terms.
    pub tos_uri: Option<String>,
    /// Where its public keys are.
    pub jwks_uri: Option<String>,
    /// Its public keys (RFC 7517 §5).
    pub jwks: Option<Value>,
    /// Lists the redirect addresses of one sector.
    pub sector_identifier_uri: Option<String>,
    /// The host that its sector is called by (OpenID Connect Core 1.0 §8.1); set for a pairwise client.
    pub sector: Option<String>,
    /// How its subjects are made.
    pub subject_type: SubjectType,
    /// What its UserInfo answers are signed with; plain JSON where it names none.
    pub userinfo_signed_response_alg: Option<SigningAlgorithm>,
    /// How its access tokens look.
    pub access_token_format: AccessTokenFormat,
    /// The one algorithm that its request objects are signed with; any, where it names none.
    pub request_object_signing_alg: Option<SigningAlgorithm>,
    /// The one algorithm that it signs its assertions with; any that fits, where it names none.
    pub token_endpoint_auth_signing_alg: Option<SigningAlgorithm>,
    /// How old a sign-in may be where the request does not say, in seconds.
    pub default_max_age: Option<u32>,
    /// Whether its ID tokens carry `auth_time`; ours always do.
    pub require_auth_time: bool,
    /// The contexts that it asks for where the request does not say.
    pub default_acr_values: Vec<Acr>,
    /// Where a sign-in at it may be begun (OpenID Connect Core 1.0 §4).
    pub initiate_login_uri: Option<String>,
    /// The addresses of request objects that it may name (OpenID Connect Core 1.0 §6.2).
    pub request_uris: Vec<String>,
    /// Where a browser may go after a logout (OpenID Connect RP-Initiated Logout 1.0 §3).
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it hears of logouts (OpenID Connect Back-Channel Logout 1.0 §2.2).
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs the `sid` there.
    pub backchannel_logout_session_required: bool,
    /// Whether its requests must be pushed (RFC 9126 §6).
    pub require_pushed_authorization_requests: bool,
    /// Whether its requests must be signed (RFC 9101 §10.5).
    pub require_signed_request_object: bool,
    /// The scopes that it may ask for; all there are, where it names none.
    pub scope: Vec<String>,
    /// The resources that its tokens may be for (RFC 8707); none, where it names none, unless the operator allows any.
    pub resources: Vec<String>,
    /// The audiences that it answers for as a resource server: it may introspect tokens that are for one of them (RFC 7662
    /// §2.1). Only an operator can say so.
    pub audiences: Vec<String>,
    /// Whether people are not asked for consent, since it is the operator's own.
    pub first_party: bool,
    /// The dialect by which it calls contexts. Only an operator can say so.
    pub acr_dialect: Option<String>,
    /// Whether it asks for a context or an age by pushed or signed requests alone. Only an operator can say so.
    pub require_protected_step_up: bool,
    /// Which software it is (RFC 7591 §2).
    pub software_id: Option<String>,
    /// Which version of it.
    pub software_version: Option<String>,
}

impl Default for ClientMetadata {
    fn default() -> Self {
        Self {
            response_types: vec!["code".into()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            application_type: ApplicationType::default(),
            contacts: Vec::new(),
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            jwks_uri: None,
            jwks: None,
            sector_identifier_uri: None,
            sector: None,
            subject_type: SubjectType::default(),
            userinfo_signed_response_alg: None,
            access_token_format: AccessTokenFormat::default(),
            request_object_signing_alg: None,
            token_endpoint_auth_signing_alg: None,
            default_max_age: None,
            require_auth_time: false,
            default_acr_values: Vec::new(),
            initiate_login_uri: None,
            request_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            require_pushed_authorization_requests: false,
            require_signed_request_object: false,
            scope: Vec::new(),
            resources: Vec::new(),
            audiences: Vec::new(),
            first_party: false,
            acr_dialect: None,
            require_protected_step_up: false,
            software_id: None,
            software_version: None,
        }
    }
}
