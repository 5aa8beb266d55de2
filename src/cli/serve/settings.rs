//! What the configuration says, as the application takes it.

use std::time::Duration;

use jiff::SignedDuration;

use crate::{
    app::{RegistrationSettings, Settings},
    config::{Config, OnInjection},
    domain::{
        face::{
            attempts::AttemptPolicy,
            injection::{InjectionPolicy, Response},
            operating_point::OperatingPoints,
            policy::CapturePolicy,
        },
        keys::KeyPolicy,
        oidc::{refresh::RefreshLifetimes, request::RequestPolicy, tokens::TokenLifetimes},
        session::SessionLifetimes,
    },
    flows::ceremony::{AnswerBeat, FacePolicy},
    web::{limits::Limits, throttle::Allowance},
};

/// Translates; what cannot be configured stays as it ships.
pub fn from(config: &Config, points: &OperatingPoints) -> Settings {
    let shipped = Settings::default();
    Settings {
        offers_face: shipped.offers_face,
        face_freshness: config.step_up.freshness,
        face: face(config, points, shipped.face),
        sessions: sessions(config),
        interaction: config.session.interaction,
        code: config.tokens.code,
        requests: requests(config),
        tokens: TokenLifetimes {
            id_token: config.tokens.id_token,
            access_token: config.tokens.access_token,
            refresh: RefreshLifetimes {
                idle: config.tokens.refresh_idle,
                absolute: config.tokens.refresh_absolute,
                session: config.session.absolute,
            },
        },
        signing_keys: keys(config),
        limits: Limits {
            head: config.limits.header_bytes as usize,
            body: config.limits.body_bytes as usize,
            capture: config.limits.capture_bytes as usize,
            within: Duration::try_from(config.limits.request).unwrap_or(shipped.limits.within),
        },
        sign_in: shipped.sign_in,
        look_ups: shipped.look_ups,
        registration: RegistrationSettings {
            admission: config.registration.mode,
            by_address: Allowance::of(
                config.registration.burst,
                Duration::try_from(config.registration.every)
                    .unwrap_or(shipped.registration.by_address.every),
            ),
            allow_http: config.outbound.allow_private,
        },
    }
}

/// How long sessions live.
pub(in crate::cli) fn sessions(config: &Config) -> SessionLifetimes {
    let session = config.session;
    SessionLifetimes { idle: session.idle, absolute: session.absolute, anonymous: session.anonymous }
}

/// What requests are held to.
pub(in crate::cli) fn requests(config: &Config) -> RequestPolicy {
    let authorization = config.authorization;
    RequestPolicy {
        response_types: authorization.response_types,
        any_resource: authorization.any_resource,
        must_be_pushed: authorization.must_be_pushed,
        self_registration: authorization.self_registration,
        pushed_lifetime: authorization.pushed_request,
    }
}

/// How many tries there are at a face check.
pub(in crate::cli) fn attempts(config: &Config) -> AttemptPolicy {
    let attempts = config.attempts;
    AttemptPolicy {
        free_failures: count(attempts.failures_before_delay),
        pause: attempts.delay,
        most_failures: count(attempts.failures_before_suspension),
        free_poor_pictures: count(attempts.poor_pictures_before_delay),
        population_window: SignedDuration::from_hours(1),
        population_most: attempts.population_failures_per_hour.into(),
    }
}

/// What is set about signing keys.
pub(in crate::cli) fn keys(config: &Config) -> KeyPolicy {
    KeyPolicy {
        algorithms: config.signing_keys.algorithms,
        certified: config.signing_keys.x5c,
        rotate_every: config.signing_keys.rotate_every,
        publish_ahead: config.signing_keys.publish_ahead,
        ..KeyPolicy::default()
    }
}

fn face(config: &Config, points: &OperatingPoints, shipped: FacePolicy) -> FacePolicy {
    FacePolicy {
        capture: CapturePolicy { lifetime: config.step_up.ceremony, ..shipped.capture },
        attempts: attempts(config),
        answers: Duration::try_from(config.face.answer_after).map_or(shipped.answers, AnswerBeat::every),
        ways: config.ways(),
        verification: shipped.verification.held_to(points),
        injection: injection(config, shipped.injection),
        parent_ceremony_counts: config.step_up.parent_ceremony_counts,
        ..shipped
    }
}

/// The demo's people are pictures: one that is shown again is nobody's attack there.
fn injection(config: &Config, shipped: InjectionPolicy) -> InjectionPolicy {
    let signals = match config.face.injection {
        OnInjection::Record => Response::Record,
        OnInjection::Refuse => Response::Refuse,
    };
    let replays = if config.demo { Response::Record } else { shipped.replays };
    InjectionPolicy { signals, replays, ..shipped }
}

/// The configuration's bounds are far below where this would saturate.
fn count(configured: u32) -> i32 {
    i32::try_from(configured).unwrap_or(i32::MAX)
}
