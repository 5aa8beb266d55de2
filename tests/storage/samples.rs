//! Plausible values of every kind. All times are whole milliseconds, as they are kept.

use facestep::{
    domain::{
        admin::{
            check::{CheckSource, IdentityCheck},
            invitation::{Invitation, InvitationKind},
            role::{Administrator, Role},
        },
        audit::{AuditEvent, AuditKind},
        authn::{
            acr::{Acr, Assurance},
            amr::Amr,
            ledger::{AssuranceEntry, Evidence, Method},
        },
        change::Author,
        device::{DeviceKey, KeyBinding, KnownDevice},
        face::{
            attempts::{AttemptBudget, DeviceScope},
            capture::CaptureNonce,
            ceremony::{Ceremony, CeremonyKeys, CeremonyStage},
            challenge::LivenessChallenge,
            coverage::Coverage,
            template::ModelId,
            way::Way,
        },
        id::*,
        key_encryption::{EnrolmentKeys, KeyEncryptionKey, KeyPurpose, WrappedKey},
        keys::{SigningAlgorithm, SigningKey},
        oidc::{
            access_token::{KeptAccessToken, TokenSource},
            assertion::UsedAssertion,
            client::{Client, ClientAuthentication, metadata::ClientMetadata},
            client_grant::ClientGrant,
            consent::{Access, AccessConsent},
            grant::{AskedClaims, Grant, GrantTerms},
            interaction::{AuthorizationParameters, Interaction},
            pushed::PushedRequest,
            refresh::{RefreshLifetimes, RefreshToken},
        },
        secret::{SecretToken, base64url},
        session::Session,
        user::{PasswordHash, User, Username, VerifiedAttributes, profile::Profile},
        workflow::{
            definition::WorkflowName,
            document::DocumentHash,
            enrolment::Enrolment,
            evidence::{IdentityEvidence, MatchClass, MatchedEvidence},
            run::WorkflowRun,
        },
    },
    ports::{
        fault::Fault,
        store::{Db, Persona, ShownCapture},
    },
};
use jiff::{SignedDuration, Timestamp, civil::date};

/// A moment in milliseconds after a fixed start.
pub fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_790_000_000_123 + milliseconds).unwrap()
}

pub fn secret(text: &str) -> SecretToken {
    SecretToken::from_outside(text)
}

pub fn user_id(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

pub fn verified() -> VerifiedAttributes {
    VerifiedAttributes {
        given_name: "Ada".into(),
        family_name: "King Lovelace".into(),
        birth_date: date(1815, 12, 10),
    }
}

pub fn user(id: &str) -> User {
    User {
        id: user_id(id),
        username: Username::parse(&format!("{id}@example.org")).unwrap(),
        password: PasswordHash(format!("$argon2id$of-{id}")),
        verified: Some(verified()),
        profile: Profile::default(),
        groups: Vec::new(),
        created_at: at(0),
        updated_at: at(0),
    }
}

pub fn client(id: &str) -> Client {
    Client {
        id: ClientId::parse(id).unwrap(),
        name: "Bank “Süd”".into(),
        authentication: ClientAuthentication::ClientSecretPost,
        secret_hash: Some(secret("client").hash()),
        sealed_secret: Some(vec![1, 2, 3]),
        redirect_uris: vec!["http://127.0.0.1:8081/callback".into(), "https://bank.example/c?x=1".into()],
        id_token_algorithm: SigningAlgorithm::ES256,
        minimum_acr: Some(Acr::face()),
        acr_values_are_necessary: true,
        protected_scopes: vec!["transfer".into()],
        metadata: ClientMetadata {
            contacts: vec!["ops@bank.example".into()],
            default_max_age: Some(300),
            ..ClientMetadata::default()
        },
        registration_token_hash: None,
        created_at: at(1),
    }
}

pub fn session(id: &str, user: Option<&str>) -> Session {
    let name = SessionId::parse(id).unwrap();
    let mut session = Session::open(name, &secret(&format!("cookie-{id}")), secret("csrf"), at(2));
    if let Some(user) = user {
        let entry = AssuranceEntry::own(Method::Pwd, at(3), Evidence::Password);
        session.sign_in(user_id(user), entry, &secret(&format!("renewed-{id}")), secret("csrf")).unwrap();
    }
    session
}

pub fn interaction(id: &str, client: &str, session: Option<&str>) -> Interaction {
    let parameters = [("scope", "openid"), ("state", "a \"b\" ü"), ("nonce", "n")];
    Interaction::open(
        InteractionId::parse(id).unwrap(),
        ClientId::parse(client).unwrap(),
        AuthorizationParameters(parameters.map(|(k, v)| (k.to_owned(), v.to_owned())).into()),
        session.map(|session| SessionId::parse(session).unwrap()),
        at(4),
        SignedDuration::from_mins(10),
    )
}

pub fn pushed_request(name: &str, client: &str) -> PushedRequest {
    PushedRequest::keep(
        &secret(&format!("pushed-{name}")),
        ClientId::parse(client).unwrap(),
        interaction("i", client, None).parameters,
        true,
        at(4),
        SignedDuration::from_secs(60),
    )
}

pub fn access_consent(user: &str, client: &str) -> AccessConsent {
    let allowed = Access { scopes: ["openid".to_owned()].into(), ..Access::default() };
    AccessConsent {
        user: user_id(user),
        client: ClientId::parse(client).unwrap(),
        allowed,
        allowed_at: at(5),
    }
}

pub fn grant(id: &str, client_id: &str, user: &str) -> Grant {
    Grant::issue(
        GrantId::parse(id).unwrap(),
        &secret(&format!("code-{id}")),
        &client(client_id),
        user_id(user),
        Subject::of(&user_id(user)),
        SessionId::parse("s1").unwrap(),
        GrantTerms {
            redirect_uri: "https://bank.example/c?x=1".into(),
            scope: "openid".into(),
            nonce: Some("n\u{0}n".replace('\u{0}', "-")),
            code_challenge: Some("challenge".into()),
            resource: vec!["https://api.example".into()],
            claims: AskedClaims {
                userinfo: ["email".to_owned()].into_iter().collect(),
                ..AskedClaims::default()
            },
        },
        Assurance {
            acr: Acr::face(),
            amr: vec![Amr::Face, Amr::Mfa, Amr::Pwd],
            auth_time: at(3),
            face_auth_time: Some(at(3)),
            expires_at: None,
        },
        at(5),
        SignedDuration::from_mins(1),
    )
}

/// The refresh token of a grant; it lapses after 70 minutes.
pub fn refresh_token(id: &str, grant_id: &str) -> RefreshToken {
    let lifetimes = RefreshLifetimes {
        idle: SignedDuration::from_mins(70),
        absolute: SignedDuration::from_hours(9),
        session: SignedDuration::from_hours(2),
    };
    let grant = grant(grant_id, "c1", "u1");
    let secret = secret(&format!("refresh-{id}"));
    RefreshToken::open(RefreshId::parse(id).unwrap(), &grant, &secret, at(6), lifetimes)
}

/// An opaque access token; it lapses after eleven minutes.
pub fn access_token(text: &str, source: TokenSource) -> KeptAccessToken {
    let claims = serde_json::json!({ "sub": "ada", "aud": ["a", "b \"ü\""] });
    KeptAccessToken {
        hash: secret(text).hash(),
        source,
        claims: claims.as_object().unwrap().clone(),
        expires_at: at(11 * 60_000),
    }
}

/// What a client got for itself; it lapses after eleven minutes.
pub fn client_grant(id: &str, client: &str) -> ClientGrant {
    ClientGrant {
        id: GrantId::parse(id).unwrap(),
        client: ClientId::parse(client).unwrap(),
        issued_at: at(6),
        expires_at: at(11 * 60_000),
        revoked_at: None,
    }
}

/// An assertion that a client used; it lapses after 62 minutes.
pub fn used_assertion(client: &str, jti: &str) -> UsedAssertion {
    UsedAssertion {
        client: ClientId::parse(client).unwrap(),
        jti_hash: secret(jti).hash(),
        expires_at: at(62 * 60_000),
    }
}

pub fn signing_key(id: &str, algorithm: SigningAlgorithm, generation: i64) -> SigningKey {
    SigningKey {
        id: KeyId::parse(id).unwrap(),
        algorithm,
        generation,
        public_jwk: "{\"kty\":\"EC\"}".into(),
        sealed_private_jwk: vec![0, 255, 1],
        certificate: None,
        created_at: at(generation),
        signs_from: at(generation + 1),
        withdrawn_at: None,
    }
}

pub fn run(id: &str, user: &str, interaction: &str) -> WorkflowRun {
    let interaction = InteractionId::parse(interaction).unwrap();
    WorkflowRun::open_parent(
        RunId::parse(id).unwrap(),
        WorkflowName::parent(),
        user_id(user),
        interaction,
        at(6),
    )
}

pub fn evidence() -> MatchedEvidence {
    let verified = verified();
    let evidence = IdentityEvidence {
        source: "simulator".into(),
        transaction: "t1".into(),
        document_hash: "hash".into(),
        class: MatchClass::Exact,
        given_name: verified.given_name.clone(),
        family_name: verified.family_name.clone(),
        birth_date: verified.birth_date,
        portrait_sha256: "hash".into(),
        checked_at: at(7),
    };
    evidence.judge(Some(&verified)).unwrap()
}

pub fn enrolment(id: &str, user: &str, run: &str) -> Enrolment {
    Enrolment {
        id: EnrolmentId::parse(id).unwrap(),
        user: user_id(user),
        run: RunId::parse(run).unwrap(),
        model: ModelId("0123abcd".into()),
        sealed_template: (0..=255).collect(),
        renewal: 0,
        coverage: Coverage::parse("centre left far"),
        evidence: evidence(),
        completed_at: at(8),
        proof: vec![0; 32],
        revoked_at: None,
    }
}

/// A key-encryption key of a purpose; its name begins with the purpose's.
pub fn kek(purpose: KeyPurpose, name: &str, since: i64) -> KeyEncryptionKey {
    KeyEncryptionKey {
        id: KekId::parse(&format!("{}-{name}", purpose.name())).unwrap(),
        purpose,
        known_answer: vec![1, 0, 255],
        in_use: true,
        used_since: at(since),
    }
}

/// An enrolment's keys, wrapped by the key-encryption keys of this name.
pub fn keys(name: &str, byte: u8) -> EnrolmentKeys {
    let wrapped = |purpose| WrappedKey { kek: kek(purpose, name, 0).id, bytes: vec![byte; 61] };
    EnrolmentKeys { data: wrapped(KeyPurpose::Template), transform: wrapped(KeyPurpose::Transform) }
}

pub fn ceremony(id: &str, user: &str, run: &str) -> Ceremony {
    Ceremony {
        id: CeremonyId::parse(id).unwrap(),
        run: RunId::parse(run).unwrap(),
        interaction: InteractionId::parse("i1").unwrap(),
        session: SessionId::parse("s1").unwrap(),
        user: user_id(user),
        challenge: LivenessChallenge::draw(Way::Turns, &[0, 1, 2, 3, 4, 5, 6, 7]).unwrap(),
        nonce: CaptureNonce::from_random([9; 32]),
        keys: CeremonyKeys {
            capture_public_jwk: "{\"crv\":\"P-256\"}".into(),
            hint_public_jwk: "{}".into(),
            sealed_private_jwks: vec![7, 0, 7],
        },
        stage: CeremonyStage::Opened,
        opened_at: at(9),
        expires_at: at(90_000),
        version: 0,
    }
}

pub fn budget(user: &str, scope: DeviceScope) -> AttemptBudget {
    AttemptBudget {
        user: user_id(user),
        scope,
        failures_in_a_row: 1,
        poor_pictures_in_a_row: 2,
        unfinished: 1,
        last_begun_at: Some(at(9)),
        last_spent_at: Some(at(10)),
        suspended_at: None,
        version: 0,
    }
}

pub fn shown_capture(ceremony: &str, user: &str, second: i64) -> ShownCapture {
    ShownCapture {
        ceremony: CeremonyId::parse(ceremony).unwrap(),
        user: user_id(user),
        passed: true,
        shown_at: at(second),
        sealed_prints: vec![1, 2, 3],
    }
}

pub fn device(id: &str, user: &str) -> KnownDevice {
    KnownDevice {
        id: DeviceId::parse(id).unwrap(),
        user: user_id(user),
        token_hash: secret("device").hash(),
        first_success_at: at(11),
    }
}

/// A key that the account's device holds; `n` makes its thumbprint another.
pub fn key_binding(n: u8, user: &str, device: Option<&str>) -> KeyBinding {
    let coordinate = base64url(&[n; 32]);
    let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{coordinate}","y":"{coordinate}"}}"#);
    KeyBinding {
        user: user_id(user),
        key: DeviceKey::parse(&jwk).unwrap(),
        device: device.map(|id| DeviceId::parse(id).unwrap()),
        bound_at: at(20 + i64::from(n)),
        bound_by: RunId::parse("r1").unwrap(),
        last_used_at: at(20 + i64::from(n)),
        revoked_at: None,
    }
}

pub fn persona(document_number: &str) -> Persona {
    Persona {
        document_number: document_number.into(),
        behaviour: "match".into(),
        given_name: "Ada".into(),
        family_name: "King Lovelace".into(),
        birth_date: date(1815, 12, 10),
        sealed_portrait: vec![1, 0, 2],
    }
}

pub fn identity_check(id: &str, user: &str) -> IdentityCheck {
    IdentityCheck {
        id: IdentityCheckId::parse(id).unwrap(),
        user: user_id(user),
        source: CheckSource::Officer,
        document: "Passport".into(),
        document_hash: DocumentHash::from_kept("hash".into()),
        attested: verified(),
        sealed_portrait: vec![1, 0, 2],
        portrait_sha256: "sha".into(),
        checked_by: Author::Operator(user_id("officer")),
        answered_for_by: "Oscar “O” Operator".into(),
        checked_at: at(0),
        expires_at: at(2000),
        used_at: None,
        withdrawn_at: None,
    }
}

pub fn event(id: &str) -> AuditEvent {
    AuditEvent::new(AuditId::parse(id).unwrap(), at(12), AuditKind::Decided).with("reason", "because \"ü\"")
}

/// An account with one of everything that can be its, all names ending like the account's.
pub fn fill(db: &mut dyn Db, n: u32) -> Result<(), Fault> {
    let (user_name, client_name) = (format!("u{n}"), format!("c{n}"));
    assert!(db.insert_user(&user(&user_name))?);
    assert!(db.insert_client(&client(&client_name))?);
    db.insert_session(&session(&format!("s{n}"), Some(&user_name)))?;
    db.insert_interaction(&interaction(&format!("i{n}"), &client_name, Some(&format!("s{n}"))))?;
    db.insert_grant(&grant(&format!("g{n}"), &client_name, &user_name))?;
    db.put_access_consent(&access_consent(&user_name, &client_name))?;
    db.insert_refresh_token(&refresh_token(&format!("t{n}"), &format!("g{n}")))?;
    let source = TokenSource::Grant(GrantId::parse(&format!("g{n}")).unwrap());
    db.insert_access_token(&access_token(&format!("access-{n}"), source))?;
    db.insert_client_grant(&client_grant(&format!("cg{n}"), &client_name))?;
    assert!(db.use_assertion(&used_assertion(&client_name, "jti"))?);
    db.insert_run(&run(&format!("r{n}"), &user_name, &format!("i{n}")))?;
    db.insert_enrolment(&enrolment(&format!("e{n}"), &user_name, &format!("r{n}")))?;
    for purpose in KeyPurpose::ALL {
        db.use_key_encryption_key(&kek(purpose, "first", 8))?;
    }
    db.put_enrolment_keys(&EnrolmentId::parse(&format!("e{n}")).unwrap(), &keys("first", n as u8))?;
    db.insert_ceremony(&ceremony(&format!("k{n}"), &user_name, &format!("r{n}")))?;
    db.insert_device(&device(&format!("d{n}"), &user_name))?;
    db.bind_device_key(&key_binding(n as u8, &user_name, Some(&format!("d{n}"))))?;
    db.save_budget(&budget(&user_name, DeviceScope::Unknown))?;
    let known = DeviceScope::Known(DeviceId::parse(&format!("d{n}")).unwrap());
    db.save_budget(&budget(&user_name, known))?;
    db.put_administrator(&Administrator {
        user: user_id(&user_name),
        role: Role::Owner,
        granted_by: Author::Installer,
        granted_at: at(1),
    })?;
    let link = secret(&format!("link-{n}"));
    let (invite, week) = (InvitationKind::Invite, SignedDuration::from_hours(7 * 24));
    let invitation =
        Invitation::open(&link, invite, user_id(&user_name), None, Author::Installer, at(1), week);
    db.insert_invitation(&invitation)?;
    db.insert_identity_check(&identity_check(&format!("check{n}"), &user_name))?;
    db.add_shown_capture(&shown_capture(&format!("k{n}"), &user_name, 9), 5)?;
    db.append_event(&event(&format!("a{n}")))
}
