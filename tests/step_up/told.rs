//! What a client is told in the end: the context that was reached, or why not.

use std::collections::BTreeMap;

use facestep::domain::{
    authn::{acr::Acr, policy::MissReason},
    id::ClientId,
    oidc::client::{Client, ClientAuthentication, metadata::AccessTokenFormat},
};
use openidconnect::{
    AuthenticationContextClass, AuthorizationCode, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge,
    RedirectUrl, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata},
    reqwest as rp,
};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::{
    scene::{CONDITION, Scene, WISH, named_interaction, settings},
    support::{
        browser::Answer,
        clients::{CALLBACK, SECRET, authorize, bank, claims, confidential},
        people::PASSWORD,
        scripted::{ADAM, CLARA, Scripted},
    },
};

const NONE: (&str, &str) = ("prompt", "none");

/// Holds an answer to be the error of a miss for this reason, and gives back all that the client was told.
fn missed(answer: &Answer, reason: MissReason) -> BTreeMap<String, String> {
    let told = answer.parameters();
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    assert_eq!(names, ["error", "error_description", "facestep_reason", "iss", "state"], "and no more");
    assert_eq!(told["error"], "unmet_authentication_requirements");
    assert_eq!(told["facestep_reason"], reason.name());
    assert!(told["error_description"].starts_with(&format!("{}: ", reason.name())), "{told:?}");
    told
}

async fn id_token(scene: &Scene, code: &str) -> Map<String, Value> {
    scene.app.id_token_claims(code).await
}

/// What the client is answered at once, without any page.
async fn answered(scene: &Scene, request: &[(&str, &str)]) -> Answer {
    scene.browser.get(&authorize(request)).await
}

#[tokio::test]
async fn whatever_the_face_failed_by_the_client_is_told_face_not_verified_and_the_same_words() {
    // OpenID Connect Core Error Code unmet_authentication_requirements 1.0
    let adam = Scripted::of(ADAM);
    let causes = [
        ("mismatch", Scripted::of(CLARA)),
        ("attack", Scripted { live: 0.2, ..adam }),
        ("planar", Scripted { flat: true, ..adam }),
    ];
    let mut told = Vec::new();
    for (cause, shown) in causes {
        let scene = Scene::enrolled().await;
        let interaction = scene.begin(&[CONDITION]).await;
        assert_eq!(scene.look_as(&interaction, shown).await["outcome"], "refused");
        assert_eq!(
            scene.last("ceremony_concluded").await["cause"],
            cause,
            "the finer cause is for the operator"
        );
        let mut parameters =
            missed(&scene.give_up(&interaction, "outcome").await, MissReason::FaceNotVerified);
        parameters.remove("iss");
        told.push(parameters);
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
}

#[tokio::test]
async fn whoever_has_no_enrolment_and_can_make_none_is_face_not_enrolled() {
    let scene = Scene::set().await;
    scene.app.add_user("nobody", None).await;
    let answer = scene.browser.sign_in(&authorize(&[CONDITION]), "nobody", PASSWORD).await;
    missed(&answer, MissReason::FaceNotEnrolled);
}

#[tokio::test]
async fn whoever_has_no_camera_is_camera_unavailable() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    let answer = crate::scene::act(
        &scene.browser,
        &interaction,
        "step-up",
        "decline",
        &[("reason", "camera_unavailable")],
    );
    missed(&answer.await, MissReason::CameraUnavailable);
}

#[tokio::test]
async fn whoever_failed_too_often_is_attempts_exhausted_now_and_at_the_next_request() {
    let mut once = settings();
    once.face.attempts.most_failures = 1;
    let scene = Scene::enrolled_with(once).await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.look_as(&interaction, Scripted::of(CLARA)).await;
    missed(&scene.give_up(&interaction, "outcome").await, MissReason::AttemptsExhausted);
    missed(&answered(&scene, &[CONDITION, NONE]).await, MissReason::AttemptsExhausted);
}

#[tokio::test]
async fn whoever_turns_back_is_user_declined() {
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    missed(&scene.give_up(&interaction, "step-up").await, MissReason::UserDeclined);
}

#[tokio::test]
async fn whoever_does_not_agree_to_a_face_check_is_consent_required() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    missed(&scene.give_up(&interaction, "enrol").await, MissReason::ConsentRequired);
}

#[tokio::test]
async fn a_register_that_does_not_answer_is_registry_unavailable() {
    let scene = Scene::set().await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.identify(&interaction, "FS-900003").await;
    let answer = scene.act(&interaction, "decline", &[("reason", "registry_unavailable")]).await;
    missed(&answer, MissReason::RegistryUnavailable);
}

#[tokio::test]
async fn a_context_to_which_no_way_leads_is_policy() {
    let scene = Scene::enrolled().await;
    scene.begin(&[]).await;
    let unknown = r#"{"id_token":{"acr":{"essential":true,"value":"urn:example:unknown"}}}"#;
    missed(&answered(&scene, &[("claims", unknown)]).await, MissReason::Policy);
    // A face by a device key, in a browser that holds none.
    let keyless = r#"{"id_token":{"acr":{"essential":true,"value":"urn:facestep:acr:face+device"}}}"#;
    missed(&answered(&scene, &[("claims", keyless)]).await, MissReason::Policy);
}

#[tokio::test]
async fn a_wish_that_is_missed_is_answered_with_the_sessions_own_context_whatever_the_reason() {
    // OpenID Connect Core 1.0 §5.5.1.1
    let scene = Scene::enrolled().await;
    let failed = scene.begin(&[WISH]).await;
    scene.look_as(&failed, Scripted::of(CLARA)).await;
    let after_failing = scene.give_up(&failed, "outcome").await.code();
    let declined = scene.begin(&[WISH]).await;
    let after_declining = scene.give_up(&declined, "step-up").await.code();
    let never_shown = answered(&scene, &[WISH, NONE]).await.code();
    for code in [after_failing, after_declining, never_shown] {
        let claims = id_token(&scene, &code).await;
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!(Acr::PWD), &json!(["pwd"])));
        assert!(claims.get("face_auth_time").is_none() && claims.get("acr_expires_at").is_none());
    }
}

#[tokio::test]
async fn a_clients_minimum_beats_an_edited_address_and_a_real_client_reads_the_context_in_its_token() {
    // RFC 9470 §5; the relying party is the openidconnect crate's
    let scene = Scene::enrolled().await;
    let id = ClientId::parse("vault").unwrap();
    scene.app.register(Client { id, minimum_acr: Some(Acr::face()), ..bank() }).await;
    let http = rp::Client::builder().redirect(rp::redirect::Policy::none()).no_proxy().build().unwrap();
    let issuer = IssuerUrl::new(scene.app.issuer.as_str().into()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
    let client =
        CoreClient::from_provider_metadata(metadata, openidconnect::ClientId::new("vault".into()), None)
            .set_redirect_uri(RedirectUrl::new(CALLBACK.into()).unwrap());
    for edit in ["acr_values=urn%3Aexample%3Aless", "acr_values=urn%3Afacestep%3Aacr%3Apwd", "x=y"] {
        scene.app.clock.advance(400);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, _, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_auth_context_value(AuthenticationContextClass::new(Acr::FACE.into()))
            .set_pkce_challenge(challenge)
            .url();
        let asked = "acr_values=urn%3Afacestep%3Aacr%3Aface";
        assert!(address.as_str().contains(asked), "{address}");
        let mut at = scene.browser.get(&address.as_str().replace(asked, edit)).await.location();
        if at.ends_with("/sign-in") {
            at = scene.browser.submit(&at, &[("username", "adam"), ("password", PASSWORD)]).await.location();
        }
        assert!(at.ends_with("/step-up"), "{edit}: {at}");
        let interaction = named_interaction(&at);
        scene.look_as(&interaction, Scripted::of(ADAM)).await;
        let code = scene.resume(&interaction).await.code();
        let request = client.exchange_code(AuthorizationCode::new(code)).unwrap();
        let tokens = request.set_pkce_verifier(verifier).request_async(&http).await.unwrap();
        let clock = scene.app.now().to_string();
        let id_verifier = client
            .id_token_verifier()
            .set_time_fn(move || serde_json::from_value(clock.clone().into()).unwrap());
        let claims = tokens.id_token().unwrap().claims(&id_verifier, &nonce).unwrap();
        assert_eq!(claims.auth_context_ref().unwrap().as_str(), Acr::FACE, "{edit}");
        let methods: Vec<&str> = claims.auth_method_refs().unwrap().iter().map(|one| one.as_str()).collect();
        assert_eq!(methods, ["face", "mfa", "pwd"]);
    }
}

#[tokio::test]
async fn a_minimum_that_is_missed_is_an_error_however_the_address_was_edited() {
    let scene = Scene::enrolled().await;
    let id = ClientId::parse("vault").unwrap();
    scene.app.register(Client { id, minimum_acr: Some(Acr::face()), ..bank() }).await;
    for edit in [("acr_values", ""), ("acr_values", Acr::PWD), ("acr_values", "urn:example:less")] {
        let interaction = scene.begin(&[("client_id", "vault"), edit]).await;
        missed(&scene.give_up(&interaction, "step-up").await, MissReason::UserDeclined);
    }
}

#[tokio::test]
async fn a_face_that_has_expired_is_interaction_required_where_nothing_may_be_shown() {
    // OpenID Connect Core 1.0 §3.1.2.6
    let scene = Scene::enrolled().await;
    let interaction = scene.begin(&[CONDITION]).await;
    scene.look_as(&interaction, Scripted::of(ADAM)).await;
    scene.resume(&interaction).await.code();
    scene.app.clock.advance(300);
    answered(&scene, &[CONDITION, NONE]).await.code();
    scene.app.clock.advance(1);
    let expired = answered(&scene, &[CONDITION, NONE]).await;
    assert_eq!(expired.error(), ("interaction_required".into(), "step_up_required".into()));
    assert!(!expired.parameters().contains_key("facestep_reason"));
    // Its own context is the session's password again.
    let claims = id_token(&scene, &answered(&scene, &[NONE]).await.code()).await;
    assert_eq!((&claims["acr"], claims.get("face_auth_time")), (&json!(Acr::PWD), None));
}

#[tokio::test]
async fn two_clients_with_different_minima_share_a_session_and_each_has_its_own() {
    let scene = Scene::enrolled().await;
    let with = |name: &str, minimum: Acr| Client {
        id: ClientId::parse(name).unwrap(),
        minimum_acr: Some(minimum),
        ..bank()
    };
    scene.app.register(with("desk", Acr::pwd())).await;
    scene.app.register(with("vault", Acr::face())).await;
    let (desk, vault) = (("client_id", "desk"), ("client_id", "vault"));
    let context_of = async |client: (&str, &str)| {
        let code = answered(&scene, &[client, NONE]).await.code();
        let tokens = scene.app.redeem(&code, &[client]).await.json();
        claims(&tokens["id_token"])["acr"].as_str().unwrap().to_owned()
    };
    // Adam signs in at the desk, and is in.
    scene.app.clock.advance(400);
    scene.browser.get(&authorize(&[desk])).await.code();
    assert_eq!(context_of(desk).await, Acr::PWD);
    // The vault wants his face, once.
    assert_eq!(answered(&scene, &[vault, NONE]).await.error().0, "interaction_required");
    let interaction = scene.begin(&[vault]).await;
    scene.look_as(&interaction, Scripted::of(ADAM)).await;
    scene.resume(&interaction).await.code();
    assert_eq!(context_of(vault).await, Acr::FACE);
    assert_eq!(context_of(desk).await, Acr::FACE, "what was shown in the session is the session's");
    // Once it has decayed, the desk goes on and the vault does not.
    scene.app.clock.advance(301);
    assert_eq!(context_of(desk).await, Acr::PWD);
    assert_eq!(answered(&scene, &[vault, NONE]).await.error().0, "interaction_required");
}

#[tokio::test]
async fn every_token_tells_context_methods_and_times_alike_and_a_refresh_changes_none_of_them() {
    // RFC 9068 §2.2.1, RFC 9470 §6.1 and §6.2, OpenID Connect Core 1.0 §12.2
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let scene = Scene::enrolled().await;
        let mut shop = confidential(ClientAuthentication::ClientSecretPost);
        shop.id = ClientId::parse("shop").unwrap();
        shop.metadata.access_token_format = format;
        scene.app.register(shop).await;
        let own = [("client_id", "shop"), ("client_secret", SECRET)];
        scene.app.clock.advance(400);
        let interaction = scene.begin(&[own[0], CONDITION]).await;
        scene.app.clock.advance(7);
        scene.look_as(&interaction, Scripted::of(ADAM)).await;
        let shown_at = scene.app.clock.now_seconds();
        scene.app.clock.advance(3);
        let code = scene.resume(&interaction).await.code();
        let mut tokens = scene.app.redeem(&code, &own).await.json();
        let expected = json!({
            "acr": Acr::FACE, "amr": ["face", "mfa", "pwd"], "auth_time": shown_at,
            "face_auth_time": shown_at, "acr_expires_at": shown_at + 300,
        });
        for _ in 0..3 {
            let access_token = tokens["access_token"].as_str().unwrap().to_owned();
            let ask = [own[0], own[1], ("token", &access_token)];
            let introspected = scene.app.post("/introspect", &ask).await.json();
            assert_eq!(introspected["active"], true);
            let refresh_token = tokens["refresh_token"].as_str().unwrap().to_owned();
            let ask = [own[0], own[1], ("token", &refresh_token)];
            let of_refresh = scene.app.post("/introspect", &ask).await.json();
            let mut told = vec![Value::Object(claims(&tokens["id_token"])), introspected, of_refresh];
            if format == AccessTokenFormat::Jwt {
                told.push(Value::Object(claims(&tokens["access_token"])));
            }
            for told in &told {
                for (name, value) in expected.as_object().unwrap() {
                    assert_eq!(&told[name], value, "{name} {told}");
                }
            }
            let about = scene.app.program(Method::GET, "/userinfo").bearer_auth(&access_token);
            let about = Answer::of(about).await.json();
            assert_eq!(
                about.as_object().unwrap().keys().collect::<Vec<_>>(),
                ["sub"],
                "that is for tokens alone"
            );
            // The face decays in the session, and stays what it was in what it earned.
            scene.app.clock.advance(200);
            tokens = scene.app.refresh(&refresh_token, &own).await.json();
        }
    }
}
