//! The composition root: every flow with its ports.

mod console;
mod desks;
mod settings;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::{
    domain::{
        audit::AuditKey,
        authn::{age::Age, document::House},
        face::challenge::ChallengeKey,
        oidc::{issuer::Issuer, registration::Admission, subject::PairwiseKey},
        proxies::TrustedProxies,
        workflow::{document::DocumentKey, enrolment::ProofKey},
    },
    flows::{
        access_tokens::AccessTokens,
        accounts::Accounts,
        admin::{AdminRoom, explain::ExplainDesk, policies::Premises},
        authorize::{Authorize, AuthorizePolicy},
        authorized_clients::AuthorizedClients,
        browser::Browsers,
        ceremony::{Ceremonies, FaceRoom},
        client_authentication::ClientDoor,
        client_jwts::ClientJwts,
        consent::Consents,
        demo::Demo,
        devices::Devices,
        enrol::Enrol,
        introspect::Introspection,
        judgement::Judge,
        logout::Logout,
        logout_notices::LogoutNotices,
        metadata::{Metadata, Switches},
        origins::Origins,
        own_account::OwnAccounts,
        policy_book::PolicyBook,
        pushed_requests::PushedRequests,
        references::References,
        registrar::Registrar,
        registration::Registrations,
        request_objects::RequestObjects,
        revoke::Revocation,
        sign_in::SignIn,
        signing_keys::SigningKeys,
        step_up::StepUp,
        token::{Mint, Tokens},
        user_info::UserInfo,
    },
    ports::{
        clock::Clock,
        digital_id::DigitalIdService,
        entropy::Entropy,
        envelope::{CaptureOpener, KeyEncryption, Vault},
        face::FaceAnalyzer,
        outbound::Outbound,
        passwords::Passwords,
        store::Store,
        tokens::{ClientJwtVerifier, TokenSigner},
    },
    web::{
        browser::Cookies,
        state::{App, DemoDesk},
        throttle::{AddressThrottle, LookUpThrottle, SignInThrottle},
    },
};

pub use settings::{RegistrationSettings, Settings};

/// What the application is put together from.
pub struct Parts {
    /// Who we are.
    pub issuer: Issuer,
    /// The database.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Password hashing.
    pub passwords: Arc<dyn Passwords>,
    /// Token signing.
    pub signer: Arc<dyn TokenSigner>,
    /// Verification of what clients signed.
    pub client_jwts: Arc<dyn ClientJwtVerifier>,
    /// Addresses that clients registered.
    pub outbound: Arc<dyn Outbound>,
    /// What enrolments are proven with.
    pub proof_key: ProofKey,
    /// What document numbers are hashed with.
    pub document_key: DocumentKey,
    /// What the audit log is chained with.
    pub audit_key: Arc<AuditKey>,
    /// What the subjects of pairwise clients are made with.
    pub pairwise_key: PairwiseKey,
    /// What challenges are derived from.
    pub challenge_key: ChallengeKey,
    /// What seals templates at rest.
    pub vault: Arc<dyn Vault>,
    /// What wraps the data keys of references.
    pub template_keys: Arc<dyn KeyEncryption>,
    /// What wraps the keys of their transforms.
    pub transform_keys: Arc<dyn KeyEncryption>,
    /// What makes capture keys and opens what is sealed to them.
    pub opener: Arc<dyn CaptureOpener>,
    /// The models.
    pub analyzer: Arc<dyn FaceAnalyzer>,
    /// The government identity source.
    pub source: Arc<dyn DigitalIdService>,
    /// Where people find help, as it stands on a page; empty: at the client.
    pub contact: String,
    /// What there is in the demo alone.
    pub demo: Option<DemoParts>,
    /// Whose word is taken on where a request comes from.
    pub proxies: TrustedProxies,
    /// What an operator may set.
    pub settings: Settings,
}

/// What the demo's pages show.
pub struct DemoParts {
    /// Address of the example bank.
    pub bank: String,
    /// The seeded accounts' user name and password.
    pub accounts: Vec<(String, String)>,
}

/// Puts the application together.
pub fn assemble(parts: Parts) -> App {
    let Parts { issuer, store, clock, entropy, passwords, signer, settings, .. } = parts;
    let proof_key = Arc::new(parts.proof_key);
    let references = Arc::new(References::new(
        store.clone(),
        entropy.clone(),
        parts.vault.clone(),
        parts.template_keys,
        parts.transform_keys,
    ));
    let vault = parts.vault.clone();
    let book = Arc::new(PolicyBook::new(House {
        offers_face: settings.offers_face,
        ways: settings.face.ways,
        face_freshness: Age::of(settings.face_freshness),
    }));
    let room = Arc::new(FaceRoom {
        store: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        vault: parts.vault.clone(),
        references,
        opener: parts.opener,
        analyzer: parts.analyzer,
        book: book.clone(),
        proof_key: proof_key.clone(),
        challenge_key: parts.challenge_key,
        policy: settings.face,
    });
    let demo = parts.demo.map(|shown| DemoDesk {
        flow: Demo::new(room.clone(), passwords.clone(), settings.sessions),
        bank: shown.bank,
        accounts: shown.accounts,
    });
    let switches = Switches {
        requests: settings.requests,
        algorithms: settings.signing_keys.algorithms,
        registration: settings.registration.admission != Admission::Off,
    };
    let registrar = Arc::new(Registrar {
        store: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        vault,
        outbound: parts.outbound.clone(),
        book: book.clone(),
        allow_http: settings.registration.allow_http,
        response_types: settings.requests.response_types,
    });
    let bell = Arc::new(Notify::new());
    let admin = console::admin_flows(AdminRoom {
        issuer: issuer.clone(),
        store: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        passwords: passwords.clone(),
        vault: parts.vault.clone(),
        analyzer: room.analyzer.clone(),
        document_key: parts.document_key,
        book: book.clone(),
        ways: settings.face.ways,
        sessions: settings.sessions,
        bell: bell.clone(),
    });
    let pairwise_key = parts.pairwise_key;
    let judge = Arc::new(Judge {
        book: book.clone(),
        attempts: settings.face.attempts,
        proof_key,
        pairwise_key: pairwise_key.clone(),
        model: room.analyzer.model(),
    });
    let policy = Arc::new(AuthorizePolicy {
        requests: settings.requests,
        judge: judge.clone(),
        sessions: settings.sessions,
        interaction: settings.interaction,
        code: settings.code,
    });
    let signing_keys = Arc::new(SigningKeys::new(
        store.clone(),
        clock.clone(),
        entropy.clone(),
        signer,
        issuer.clone(),
        settings.signing_keys,
    ));
    let access_tokens = Arc::new(AccessTokens::new(signing_keys.clone(), issuer.clone()));
    let mint = Arc::new(Mint::new(entropy.clone(), issuer.clone(), settings.tokens, signing_keys.clone()));
    let client_jwts =
        Arc::new(ClientJwts::new(parts.client_jwts, parts.vault, parts.outbound.clone(), clock.clone()));
    let door = Arc::new(ClientDoor::new(store.clone(), client_jwts.clone(), issuer.clone()));
    let objects = Arc::new(RequestObjects::new(
        clock.clone(),
        parts.outbound.clone(),
        client_jwts.clone(),
        signing_keys.clone(),
        issuer.clone(),
    ));
    let desks = desks::desks(
        registrar.clone(),
        signing_keys.clone(),
        access_tokens.clone(),
        book.clone(),
        parts.audit_key,
        Premises { sessions: settings.sessions, any_resource: settings.requests.any_resource },
        ExplainDesk::new(store.clone(), clock.clone(), judge, settings.requests),
    );
    App {
        admin,
        desks,
        contact: parts.contact,
        metadata: Metadata::new(store.clone(), clock.clone(), book, issuer.clone(), switches),
        cookies: Cookies::of(&issuer),
        proxies: parts.proxies,
        limits: settings.limits,
        throttle: SignInThrottle::new(settings.sign_in),
        look_ups: LookUpThrottle::new(settings.look_ups),
        registering: AddressThrottle::new(settings.registration.by_address),
        registrations: Registrations::new(registrar, settings.registration.admission),
        origins: Origins::new(store.clone()),
        authorize: Authorize::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            mint.clone(),
            objects.clone(),
            policy,
        ),
        pushed_requests: PushedRequests::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            door.clone(),
            objects,
            settings.requests,
        ),
        logout: Logout::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            signing_keys.clone(),
            pairwise_key,
            Browsers::new(store.clone(), clock.clone(), settings.sessions),
            bell.clone(),
        ),
        logout_notices: Arc::new(LogoutNotices::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            signing_keys.clone(),
            parts.outbound,
            issuer.clone(),
            bell,
        )),
        browsers: Browsers::new(store.clone(), clock.clone(), settings.sessions),
        authorized_clients: AuthorizedClients::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            issuer.clone(),
        ),
        self_registration: settings
            .requests
            .self_registration
            .then(|| Accounts::new(store.clone(), passwords.clone(), clock.clone(), entropy.clone())),
        devices: Devices::new(store.clone(), clock.clone(), entropy.clone()),
        own_accounts: OwnAccounts::new(store.clone(), clock.clone(), entropy.clone(), settings.sessions),
        sign_in: SignIn::new(store.clone(), clock.clone(), entropy.clone(), passwords, settings.sessions),
        tokens: Tokens::new(store.clone(), clock.clone(), entropy.clone(), door.clone(), mint),
        introspection: Introspection::new(store.clone(), clock.clone(), door.clone(), access_tokens.clone()),
        revocation: Revocation::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            door,
            access_tokens.clone(),
        ),
        user_info: UserInfo::new(store.clone(), clock.clone(), signing_keys.clone(), access_tokens),
        client_jwts,
        signing_keys,
        step_up: StepUp::new(room.clone()),
        consents: Consents::new(room.clone()),
        enrol: Enrol::new(room.clone(), parts.source),
        ceremonies: Ceremonies::new(room),
        demo,
        issuer,
    }
}
