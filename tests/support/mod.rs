//! The whole server in this process: a loopback port, SQLite in memory, a clock that stands until it is moved, and
//! randomness from a seed. Each test starts its own.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod browser;
pub mod capture;
pub mod clients;
pub mod device;
pub mod outbound;
pub mod people;
pub mod policies;
pub mod scripted;
pub mod time;

use std::{
    net::TcpListener,
    sync::{Arc, OnceLock},
};

use actix_web::dev::ServerHandle;
use facestep::{
    app::{DemoParts, Parts, Settings, assemble},
    domain::{
        id::{KekId, KeyId},
        key_encryption::KeyPurpose,
        keys::{SigningAlgorithm, SigningKey},
        oidc::issuer::Issuer,
        proxies::{ForwardedBy, TrustedProxies},
        workflow::document::DocumentKey,
    },
    flows::{key_rotation::KeyRotation, logout_notices::LogoutNotices},
    identity::{officer::Officer, personas, simulator::Simulator},
    jose::{
        client_jwts::JoseClientJwts, envelope::JweCaptureOpener, key_ring::KeyRing, master_key::MasterKey,
        passwords::Argon2Passwords, signer::JoseSigner,
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        envelope::{KeyEncryption, Vault},
        passwords::Passwords,
        store::Store,
        tokens::TokenSigner,
    },
    storage,
    web::server::serve,
};

use browser::TestBrowser;
use outbound::PlainOutbound;
use scripted::ScriptedAnalyzer;
use time::{SeededEntropy, TestClock};
use zeroize::Zeroizing;

/// A database of one's own.
const MEMORY: &str = "sqlite::memory:";

/// The whole server, and the ports it stands on.
pub struct TestApp {
    /// Where it listens, `http://127.0.0.1:…`; also the issuer unless a test said otherwise.
    pub address: String,
    /// The issuer.
    pub issuer: Issuer,
    /// Its database.
    pub store: Arc<dyn Store>,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Its password hashing.
    pub passwords: Arc<dyn Passwords>,
    /// Its models.
    pub analyzer: Arc<ScriptedAnalyzer>,
    /// What its clients serve.
    pub outbound: Arc<PlainOutbound>,
    /// Who tells clients of logouts; nobody wakes it but a test.
    pub logout_notices: Arc<LogoutNotices>,
    server: ServerHandle,
}

impl TestApp {
    /// Starts with the settings that ship.
    pub async fn start() -> Self {
        Self::start_with(Settings::default(), None).await
    }

    /// Starts with other settings, or under another name than its loopback address.
    pub async fn start_with(settings: Settings, issuer: Option<&str>) -> Self {
        let clock = Arc::new(TestClock::default());
        Self::start_on(MEMORY, settings, issuer, clock, 7).await
    }

    /// Starts on a database, at a time, with randomness from a seed: a second process on the same file does not repeat
    /// the first one's.
    pub async fn start_on(
        database: &str,
        settings: Settings,
        issuer: Option<&str>,
        clock: Arc<TestClock>,
        seed: u64,
    ) -> Self {
        Self::start_seeing(database, settings, issuer, clock, seed, ScriptedAnalyzer::default()).await
    }

    /// Starts with models of one's own.
    pub async fn start_seeing(
        database: &str,
        settings: Settings,
        issuer: Option<&str>,
        clock: Arc<TestClock>,
        seed: u64,
        analyzer: ScriptedAnalyzer,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Issuer::parse(issuer.unwrap_or(&address)).unwrap();
        let store = storage::open(database).unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(seed));
        let passwords: Arc<dyn Passwords> = Arc::new(Argon2Passwords::new(entropy.clone(), 2).unwrap());
        let key = master_key();
        let vault: Arc<dyn Vault> = Arc::new(key.vault(entropy.clone()));
        personas::seed(&store, vault.as_ref()).await.unwrap();
        let [template_keys, transform_keys] = key_rings(&entropy);
        let rotation = KeyRotation::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            template_keys.clone(),
            transform_keys.clone(),
        );
        rotation.ensure().await.unwrap();
        let (analyzer, outbound) = (Arc::new(analyzer), Arc::new(PlainOutbound::default()));
        let documents = DocumentKey::new([24; 32]);
        let simulator =
            Simulator::new(store.clone(), vault.clone(), clock.clone(), entropy.clone(), documents.clone());
        let officer = Officer::new(store.clone(), vault.clone(), clock.clone(), documents.clone());
        let app = assemble(Parts {
            issuer: issuer.clone(),
            store: store.clone(),
            clock: clock.clone() as Arc<dyn Clock>,
            entropy: entropy.clone(),
            passwords: passwords.clone(),
            signer: Arc::new(JoseSigner::new(vault.clone())),
            client_jwts: Arc::new(JoseClientJwts),
            proof_key: key.proof_key(),
            audit_key: Arc::new(key.audit_key()),
            document_key: documents,
            pairwise_key: key.pairwise_key(),
            challenge_key: key.challenge_key(),
            vault: vault.clone(),
            template_keys,
            transform_keys,
            opener: Arc::new(JweCaptureOpener::new(vault.clone())),
            outbound: outbound.clone(),
            analyzer: analyzer.clone(),
            source: Arc::new(officer.before(Arc::new(simulator))),
            contact: String::new(),
            // Every test comes from this machine, and may say that it is a proxy.
            proxies: TrustedProxies::new(vec!["127.0.0.0/8".parse().unwrap()], ForwardedBy::XForwardedFor),
            demo: Some(DemoParts { bank: "http://127.0.0.1:8081/".into(), accounts: Vec::new() }),
            settings,
        });
        if database == MEMORY {
            store
                .transact(|db| shared_keys().iter().try_for_each(|key| db.insert_signing_key(key).map(drop)))
                .await
                .unwrap();
        }
        app.signing_keys.ensure().await.unwrap();
        app.admin.door.ensure_client().await.unwrap();
        let logout_notices = app.logout_notices.clone();
        let server = serve(app, listener, 1).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            address,
            issuer,
            store,
            clock,
            entropy,
            passwords,
            analyzer,
            outbound,
            logout_notices,
            server: handle,
        }
    }

    /// A browser that nobody used yet.
    pub fn browser(&self) -> TestBrowser {
        TestBrowser::new(&self.address)
    }

    /// The time by its clock.
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// One of our addresses.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

/// The key of every test server.
pub fn master_key() -> MasterKey {
    MasterKey::new([42; 32])
}

/// What servers on databases of their own sign with: to make RSA keys for each would take most of its test's time.
fn shared_keys() -> &'static [SigningKey] {
    static KEYS: OnceLock<Vec<SigningKey>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let signer = JoseSigner::new(Arc::new(master_key().vault(Arc::new(SeededEntropy::new(9)))));
        let key = |algorithm: SigningAlgorithm| {
            let id = KeyId::parse(&format!("shared-{}", algorithm.name())).unwrap();
            signer.new_key(id, algorithm, TestClock::default().now()).unwrap()
        };
        SigningAlgorithm::ALL.map(key).to_vec()
    })
}

/// The rings of every test server, so that one finds its keys again after a restart.
pub fn key_rings(entropy: &Arc<dyn Entropy>) -> [Arc<dyn KeyEncryption>; 2] {
    KeyPurpose::ALL.map(|purpose| -> Arc<dyn KeyEncryption> {
        let keys = ["first", "second"].map(|name| {
            let id = KekId::parse(&format!("{}-{name}", purpose.name())).unwrap();
            (id, Zeroizing::new([purpose.name().len() as u8 + name.len() as u8; 32]))
        });
        Arc::new(KeyRing::new(purpose, None, keys, entropy.clone()))
    })
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}
