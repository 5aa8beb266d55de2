//! The way into the console: over our own authorization endpoint with a client that is built in, whose minimum is the face
//! context. The code that comes back is not needed: each request is judged by what the session has proven.

use std::sync::Arc;

use url::form_urlencoded;

use super::AdminRoom;
use crate::{
    domain::{
        admin::{
            door::{Standing, judge},
            role::Role,
        },
        authn::acr::Acr,
        change::Author,
        id::{ClientId, UserId},
        keys::SigningAlgorithm,
        oidc::{
            client::{Client, ClientAuthentication, metadata::ClientMetadata},
            endpoints::AUTHORIZE,
        },
        secret::{base64url, sha256},
        user::Username,
    },
    flows::browser::{Browser, touch},
    ports::fault::Fault,
};

/// The client that is built in.
pub const CLIENT: &str = "facestep-console";
/// Where it is answered.
pub const CALLBACK: &str = "/admin/callback";

/// An administrator who was let in.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Their account.
    pub user: UserId,
    /// The name that they sign in with.
    pub username: Username,
    /// What they may do.
    pub role: Role,
    /// Whether the session earns the face context now, so that they may change something.
    pub is_fresh: bool,
}

impl Admitted {
    /// Them as the author of a change.
    pub fn author(&self) -> Author {
        Author::Operator(self.user.clone())
    }
}

/// What becomes of someone at the door.
#[derive(Clone, Debug)]
pub enum Knock {
    /// Nobody is signed in, or a face is to be shown first: they go [the way in](Door::way_in).
    Unproven,
    /// The account that is signed in, by this name, has no role.
    Stranger(Username),
    /// They are let in.
    Admitted(Admitted),
}

/// The console's door.
pub struct Door(Arc<AdminRoom>);

impl Door {
    /// In a room.
    pub fn new(room: Arc<AdminRoom>) -> Self {
        Self(room)
    }

    /// Judges a browser's current session as it is now; one that is let in counts as used.
    pub async fn knock(&self, browser: &Browser) -> Result<Knock, Fault> {
        let (token, now) = (browser.session.token_hash.clone(), self.0.clock.now());
        let book = self.0.book.clone();
        let found = self.0.store.read(move |db| {
            let Some(session) = db.find_session(&token)? else { return Ok(None) };
            let Some(user) = session.user.clone() else { return Ok(None) };
            let Some(account) = db.find_user(&user)? else { return Ok(None) };
            let role = db.find_administrator(&user)?.map(|administrator| administrator.role);
            let in_force = book.in_force(db)?;
            Ok(Some((session, account, role, in_force.set)))
        });
        let Some((session, account, role, set)) = found.await? else { return Ok(Knock::Unproven) };
        match judge(role, &session.ledger, set.catalogue(), &self.0.ways, now) {
            Standing::Stranger => Ok(Knock::Stranger(account.username)),
            Standing::Unproven => Ok(Knock::Unproven),
            Standing::Admitted { role, is_fresh } => {
                self.keep_alive(browser).await?;
                Ok(Knock::Admitted(Admitted { user: account.id, username: account.username, role, is_fresh }))
            }
        }
    }

    async fn keep_alive(&self, browser: &Browser) -> Result<(), Fault> {
        let (token, now) = (browser.session.token_hash.clone(), self.0.clock.now());
        if now.duration_since(browser.session.seen_at).as_secs() < 60 {
            return Ok(());
        }
        let touched = self.0.store.transact(move |db| match db.find_session(&token)? {
            Some(mut session) => touch(db, &mut session, now),
            None => Ok(()),
        });
        match touched.await {
            // Another request of the same browser did it.
            Err(Fault::Conflict(_)) => Ok(()),
            other => other,
        }
    }

    /// The address that leads through sign-in and face check, and then back to a page of the console.
    pub fn way_in(&self, back: &str) -> String {
        let entropy = &self.0.entropy;
        // Whoever asks for the code must show a verifier (RFC 7636 §4.1). Nobody will, so nobody keeps one.
        let challenge = base64url(&sha256(entropy.token().expose().as_bytes()));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", CLIENT)
            .append_pair("response_type", "code")
            .append_pair("scope", "openid")
            .append_pair("redirect_uri", &self.0.issuer.address(CALLBACK))
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("state", back)
            .finish();
        format!("{AUTHORIZE}?{query}")
    }

    /// Registers the built-in client, or puts back what the door rests on where it was changed.
    pub async fn ensure_client(&self) -> Result<(), Fault> {
        let id = ClientId::parse(CLIENT).ok_or_else(|| Fault::Internal("the console has no name".into()))?;
        let (redirect_uri, now) = (self.0.issuer.address(CALLBACK), self.0.clock.now());
        self.0
            .store
            .transact(move |db| {
                let kept = db.find_client(&id)?;
                let as_it_is = kept.clone();
                let mut client = kept.unwrap_or_else(|| Client {
                    id,
                    name: "Facestep console".to_owned(),
                    authentication: ClientAuthentication::None,
                    secret_hash: None,
                    sealed_secret: None,
                    redirect_uris: Vec::new(),
                    id_token_algorithm: SigningAlgorithm::ES256,
                    minimum_acr: None,
                    acr_values_are_necessary: false,
                    protected_scopes: Vec::new(),
                    metadata: ClientMetadata::default(),
                    registration_token_hash: None,
                    created_at: now,
                });
                client.redirect_uris = vec![redirect_uri];
                client.minimum_acr = Some(Acr::face());
                client.metadata.first_party = true;
                match as_it_is {
                    None => db.insert_client(&client).map(drop),
                    Some(kept) if kept == client => Ok(()),
                    Some(_) => db.save_client(&client).map(drop),
                }
            })
            .await
    }
}
