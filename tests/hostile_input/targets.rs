//! What reads the network's bytes, one function for each kind of input. They return nothing: an input is refused, or read
//! and dropped. `fuzz/` and the replay in `make test` call the same ones.

use std::sync::Arc;

use actix_web::{http::header::COOKIE, test::TestRequest};
use facestep::{
    domain::{
        authn::{
            document::{House, PolicyDocument},
            policy_set::PolicySet,
        },
        device::CaptureStatement,
        face::bundle,
        id::ClientId,
        keys::SigningAlgorithm,
        oidc::{
            assertion::ClientAssertion,
            client::Client,
            credentials::ClientCredentials,
            issuer::Issuer,
            redemption::TokenRequest,
            registration::{Registrant, Registration, RegistrationPolicy},
            request::{
                AuthorizationRequest, Conveyance, ReceivedParameters, RequestPolicy, response::ResponseTypes,
            },
        },
    },
    jose::{client_jwts::JoseClientJwts, device_proof},
    ports::tokens::ClientJwtVerifier,
    web::browser::Cookies,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A key set with a key of each type.
const JWKS: &str = r#"{"keys":[
    {"kty":"EC","crv":"P-256","kid":"k","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
    {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

fn policies() -> Arc<PolicySet> {
    let house = House::default();
    Arc::new(PolicyDocument::shipped(&house).compile(&house).expect("what ships fits together"))
}

fn issuer() -> Issuer {
    Issuer::parse("https://id.example").expect("an issuer")
}

fn registration_policy() -> RegistrationPolicy {
    RegistrationPolicy { policies: policies(), allow_http: false, response_types: ResponseTypes::default() }
}

fn parameters(input: &[u8]) -> ReceivedParameters {
    ReceivedParameters::collect(url::form_urlencoded::parse(input).into_owned())
}

fn client() -> Client {
    let given = json!({
        "redirect_uris": ["https://bank.example/cb"],
        "token_endpoint_auth_method": "none",
        "response_types": ["code", "id_token"],
        "grant_types": ["authorization_code", "implicit", "refresh_token"],
    });
    let Value::Object(given) = given else { unreachable!("an object") };
    let read = Registration::read(&given, Registrant::Operator, &registration_policy());
    let id = ClientId::parse("bank").expect("an id");
    read.expect("a registration").into_client(id, Timestamp::UNIX_EPOCH)
}

/// The parameters of an authorization request, in an address or in a form.
pub fn authorization_request(input: &[u8]) {
    let _ = AuthorizationRequest::receive(
        &client(),
        &parameters(input),
        Conveyance::default(),
        RequestPolicy::default(),
    );
}

/// The `claims` parameter.
pub fn claims(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let others = [
        ("redirect_uri", "https://bank.example/cb"),
        ("response_type", "id_token"),
        ("scope", "openid"),
        ("nonce", "n"),
        ("claims", &text),
    ];
    let pairs = others.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let _ = AuthorizationRequest::receive(
        &client(),
        &ReceivedParameters::collect(pairs),
        Conveyance::default(),
        RequestPolicy::default(),
    );
}

/// A signed request object, from its header to its signature.
pub fn request_object(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let jwks: Value = serde_json::from_str(JWKS).expect("a key set");
    let _ = JoseClientJwts.verify_signed(&jwks, &SigningAlgorithm::ALL, &text);
}

/// A client's assertion, and what its claims say once it is verified.
pub fn client_assertion(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = JoseClientJwts.verify_keyed(b"a secret of at least thirty-two bytes", &text);
    let Some(assertion) = ClientAssertion::parse(&text) else { return };
    let payload = text.split('.').nth(1).and_then(facestep::domain::secret::from_base64url);
    let claims: Option<Map<String, Value>> =
        payload.and_then(|payload| serde_json::from_slice(&payload).ok());
    let _ = assertion.check(&claims.unwrap_or_default(), &issuer(), &["/token"], Timestamp::UNIX_EPOCH);
}

/// A registration.
pub fn registration(input: &[u8]) {
    let Ok(given) = serde_json::from_slice::<Map<String, Value>>(input) else { return };
    for registrant in [Registrant::Operator, Registrant::Itself] {
        let _ = Registration::read(&given, registrant, &registration_policy());
    }
}

/// A form at the token endpoint, and the header beside it.
pub fn form(input: &[u8]) {
    let received = parameters(input);
    let _ = TokenRequest::parse(&received);
    let _ = ClientCredentials::parse(None, &received);
    let _ = ClientCredentials::parse(Some(&String::from_utf8_lossy(input)), &ReceivedParameters::default());
}

/// The cookies of a request.
pub fn cookies(input: &[u8]) {
    let Ok(value) = actix_web::http::header::HeaderValue::from_bytes(input) else { return };
    let request = TestRequest::default().insert_header((COOKIE, value)).to_http_request();
    let _ = Cookies::of(&issuer()).visitor(&request);
}

/// A capture, unsealed, and the proof of a device key before it.
pub fn capture(input: &[u8]) {
    let Ok(sent) = bundle::Sent::parse(input) else { return };
    let Ok(read) = bundle::parse(sent.bundle) else { return };
    let stated = CaptureStatement::about(sent.bundle, &read.ceremony, &read.nonce);
    let _ = sent.proof.and_then(|proof| device_proof::verify(proof, &stated));
}
