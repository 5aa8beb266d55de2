//! The middleware: lets a request through whose token is good and enough.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
    http::header::{AUTHORIZATION, HeaderMap},
};

use crate::{
    domain::{oidc::bearer::presented, secret::SecretToken},
    resource::{
        challenge::{Challenge, ChallengeCode},
        refusal::Refusal,
        requirement::Requirement,
        server::ResourceServer,
        token::ProvenToken,
    },
};

/// Demands a token of every request to a route or a scope of routes. Of several around a route, each demands its own; the
/// token is checked once.
#[derive(Clone)]
pub struct RequireToken {
    server: ResourceServer,
    requirement: Arc<Requirement>,
}

/// The token of a request that was let through, and who checked it.
pub(super) struct Admitted {
    server: ResourceServer,
    pub(super) token: ProvenToken,
}

/// [`RequireToken`] around a service.
pub struct Guarded<S> {
    service: Rc<S>,
    door: RequireToken,
}

impl RequireToken {
    pub(crate) fn new(server: ResourceServer, requirement: Requirement) -> Self {
        Self { server, requirement: Arc::new(requirement) }
    }

    async fn admit(&self, request: &ServiceRequest) -> Result<(), Refusal> {
        let token = self.proven(request).await?;
        self.requirement.judge(&token, token.proven_at)?;
        request.extensions_mut().insert(Admitted { server: self.server.clone(), token });
        Ok(())
    }

    async fn proven(&self, request: &ServiceRequest) -> Result<ProvenToken, Refusal> {
        let checked_before = request
            .extensions()
            .get::<Admitted>()
            .filter(|admitted| admitted.server.is_same_as(&self.server))
            .map(|admitted| admitted.token.clone());
        if let Some(token) = checked_before {
            return Ok(token);
        }
        let token = presented_in(request.headers())?;
        self.server.prove(&token.ok_or_else(|| Challenge::bare(self.server.audience()))?).await
    }
}

/// The token in `Authorization`, the one way that there is here: an address is logged, and a form is not always one (RFC
/// 6750 §2.1, §5.3).
fn presented_in(headers: &HeaderMap) -> Result<Option<SecretToken>, Challenge> {
    let malformed = |words| Challenge::of(ChallengeCode::InvalidRequest, words);
    let mut values = headers.get_all(AUTHORIZATION);
    let (first, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(malformed("Present the access token once"));
    }
    let text = first.map(|value| value.to_str()).transpose();
    let text = text.map_err(|_| malformed("Authorization is not visible ASCII"))?;
    presented(text, None).map_err(|_| malformed("Present the access token in one way"))
}

impl<S, B> Transform<S, ServiceRequest> for RequireToken
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = Guarded<S>;
    type InitError = ();
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Guarded { service: Rc::new(service), door: self.clone() }))
    }
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (service, door) = (self.service.clone(), self.door.clone());
        Box::pin(async move {
            match door.admit(&request).await {
                Ok(()) => Ok(service.call(request).await?.map_into_left_body()),
                Err(refusal) => {
                    if let Refusal::Challenged(challenge) = &refusal {
                        tracing::info!(reason = challenge.description(), "refused");
                    }
                    Ok(request.into_response(refusal.error_response()).map_into_right_body())
                }
            }
        })
    }
}
