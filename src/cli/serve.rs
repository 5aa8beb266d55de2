//! `facestep serve`: puts the provider together from its configuration and runs it until it is told to stop.

use std::{
    net::TcpListener,
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use super::{
    Failure,
    commons::{ConfigFile, Parts},
    demo, operating_points,
};
use crate::{
    app::{self, DemoParts, Settings, assemble},
    config::Config,
    domain::{oidc::issuer::Issuer, proxies::TrustedProxies, workflow::document::DocumentKey},
    flows::{
        audit_seal::AuditSealer,
        housekeeping::{Housekeeping, Retention},
    },
    identity::{officer::Officer, simulator::Simulator},
    inference::{
        absent::AbsentAnalyzer,
        analyzer::{Analyzer, AnalyzerSettings},
        verify::verify_models,
        workers::Waiting,
    },
    jose::{
        client_jwts::JoseClientJwts, envelope::JweCaptureOpener, master_key::MasterKey, signer::JoseSigner,
    },
    ports::{digital_id::DigitalIdService, envelope::Vault, face::FaceAnalyzer},
    telemetry,
    web::{server, state::App},
};

pub(super) mod settings;

/// How often what has lapsed is dropped, and signing keys are looked after.
const HOUSEKEEPING: Duration = Duration::from_secs(600);

/// Threads that serve HTTP; the models have their own.
const HTTP_WORKERS: usize = 2;

/// Runs the provider; without the engine it offers no face context (`make bench-oidc`).
pub async fn run(file: &ConfigFile, no_face: bool) -> Result<(), Failure> {
    let began = Instant::now();
    let signals = StopSignals::listen()?;
    let config = file.load()?;
    telemetry::start(&config.log)?;
    // First what refuses to start: nothing is written before the models are known to be the right ones.
    let points = operating_points::chosen(&config)?;
    let settings = Settings { offers_face: !no_face, ..settings::from(&config, &points) };
    let analyzer = engine(&config, no_face)?;
    let parts = file.open()?;
    let listener = TcpListener::bind(config.listen).map_err(|error| {
        Failure::of(format!("listen: {} cannot be bound ({error}); is another program there?", config.listen))
    })?;
    let (stop, stopped) = watch::channel(false);
    let mut background = start_background(&parts, stopped.clone());
    parts.key_rotation().ensure().await?;
    let app = put_together(parts, analyzer, settings)?;
    app.signing_keys.ensure().await?;
    app.admin.door.ensure_client().await?;
    background.push(tokio::spawn(app.signing_keys.clone().run(HOUSEKEEPING, until(stopped.clone()))));
    background.push(tokio::spawn(app.logout_notices.clone().run(until(stopped))));
    let server = server::serve(app, listener, HTTP_WORKERS)?;
    let handle = server.handle();
    let serving = tokio::spawn(server);
    let started_in_ms = began.elapsed().as_millis();
    tracing::info!(issuer = config.issuer, listen = %config.listen, database = %config.database_url, started_in_ms, "ready");
    signals.told().await;
    tracing::info!("stopping: requests in progress are finished first");
    handle.stop(true).await;
    serving.await??;
    stop.send_replace(true);
    for task in background {
        task.await?;
    }
    Ok(())
}

/// The face engine with its models.
pub(super) fn engine(config: &Config, no_face: bool) -> Result<Arc<dyn FaceAnalyzer>, Failure> {
    if no_face {
        return Ok(Arc::new(AbsentAnalyzer));
    }
    let models = verify_models(&config.models_dir)?;
    let shipped = AnalyzerSettings::default();
    let settings = AnalyzerSettings {
        threads: NonZeroUsize::new(config.limits.workers as usize).unwrap_or(NonZeroUsize::MIN),
        waiting: Waiting { captures: config.limits.queue as usize, ..shipped.waiting },
        ..shipped
    };
    Ok(Arc::new(Analyzer::start(&models, &settings)?))
}

/// What document numbers are hashed with.
pub(super) fn document_key(master_key: &MasterKey) -> DocumentKey {
    DocumentKey::new(master_key.derive("document numbers"))
}

/// Starts sealing and housekeeping; both end when told, the sealer with nothing left unsealed.
fn start_background(parts: &Parts, stopped: watch::Receiver<bool>) -> Vec<tokio::task::JoinHandle<()>> {
    let sealer = AuditSealer::new(parts.store.clone(), parts.audit_key.clone());
    let housekeeping = Housekeeping::new(parts.store.clone(), parts.clock.clone(), Retention::default());
    vec![
        tokio::spawn(sealer.run(until(stopped.clone()))),
        tokio::spawn(async move { housekeeping.run(HOUSEKEEPING, until(stopped)).await }),
    ]
}

/// Waits until the channel says so, or its sender is gone.
async fn until(mut stopped: watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

fn put_together(parts: Parts, analyzer: Arc<dyn FaceAnalyzer>, settings: Settings) -> Result<App, Failure> {
    let (template_keys, transform_keys) = parts.key_rings();
    let Parts { config, store, audit_key, master_key, passwords, clock, entropy, outbound, .. } = parts;
    let vault: Arc<dyn Vault> = Arc::new(master_key.vault(entropy.clone()));
    let key = document_key(&master_key);
    let officer = Officer::new(store.clone(), vault.clone(), clock.clone(), key.clone());
    let source: Arc<dyn DigitalIdService> = if config.demo {
        let simulator =
            Simulator::new(store.clone(), vault.clone(), clock.clone(), entropy.clone(), key.clone());
        Arc::new(officer.before(Arc::new(simulator)))
    } else {
        Arc::new(officer)
    };
    let demo = config.demo.then(|| DemoParts { bank: demo::BANK.to_owned(), accounts: demo::accounts() });
    Ok(assemble(app::Parts {
        issuer: Issuer::parse(&config.issuer)?,
        store,
        clock,
        entropy,
        passwords,
        signer: Arc::new(JoseSigner::new(vault.clone())),
        client_jwts: Arc::new(JoseClientJwts),
        outbound,
        proof_key: master_key.proof_key(),
        audit_key,
        document_key: key,
        pairwise_key: master_key.pairwise_key(),
        challenge_key: master_key.challenge_key(),
        opener: Arc::new(JweCaptureOpener::new(vault.clone())),
        vault,
        template_keys,
        transform_keys,
        analyzer,
        source,
        contact: config.contact.clone(),
        proxies: TrustedProxies::new(config.server.trusted_proxies.clone(), config.server.forwarded_by),
        demo,
        settings,
    }))
}

/// SIGTERM and SIGINT from now on: whoever is told that the server is ready may stop it at once.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> Result<Self, Failure> {
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt })
    }

    /// Waits for either.
    async fn told(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
