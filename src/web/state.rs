//! What handlers share: one field for each flow, and what they must know of the outside. The composition root fills it.

use std::sync::Arc;

use super::{
    admin::AdminFlows,
    browser::Cookies,
    limits::Limits,
    throttle::{AddressThrottle, LookUpThrottle, SignInThrottle},
};
use crate::{
    domain::{oidc::issuer::Issuer, proxies::TrustedProxies},
    flows::{
        accounts::Accounts,
        admin::{
            audit::AuditLog, callers::Callers, clients::ClientDesk, declarations::DeclarationDesk,
            explain::ExplainDesk, keys::KeyDesk, policies::PolicyDesk, statistics::StatisticsDesk,
        },
        authorize::Authorize,
        authorized_clients::AuthorizedClients,
        browser::Browsers,
        ceremony::Ceremonies,
        client_jwts::ClientJwts,
        consent::Consents,
        demo::Demo,
        devices::Devices,
        enrol::Enrol,
        introspect::Introspection,
        logout::Logout,
        logout_notices::LogoutNotices,
        metadata::Metadata,
        origins::Origins,
        own_account::OwnAccounts,
        pushed_requests::PushedRequests,
        registration::Registrations,
        revoke::Revocation,
        sign_in::SignIn,
        signing_keys::SigningKeys,
        step_up::StepUp,
        token::Tokens,
        user_info::UserInfo,
    },
};

/// The whole application as handlers see it.
pub struct App {
    /// Who we are.
    pub issuer: Issuer,
    /// Where people find help; empty: at the client.
    pub contact: String,
    /// What we say of ourselves.
    pub metadata: Metadata,
    /// How cookies are called and set.
    pub cookies: Cookies,
    /// Whose word is taken on where a request comes from.
    pub proxies: TrustedProxies,
    /// How much a request may take.
    pub limits: Limits,
    /// How often passwords may be tried.
    pub throttle: SignInThrottle,
    /// How often an account may ask the identity source.
    pub look_ups: LookUpThrottle,
    /// How often clients may register themselves from one address.
    pub registering: AddressThrottle,
    /// Clients that do.
    pub registrations: Registrations,
    /// Whose pages may read our answers.
    pub origins: Origins,
    /// What comes next.
    pub authorize: Authorize,
    /// Requests that clients push.
    pub pushed_requests: PushedRequests,
    /// The end of sessions.
    pub logout: Logout,
    /// Who tells clients of it.
    pub logout_notices: Arc<LogoutNotices>,
    /// Who visits.
    pub browsers: Browsers,
    /// Passwords.
    pub sign_in: SignIn,
    /// What people allowed clients.
    pub authorized_clients: AuthorizedClients,
    /// Accounts that people make for themselves, where they may.
    pub self_registration: Option<Accounts>,
    /// Their browsers' keys.
    pub devices: Devices,
    /// People's own accounts.
    pub own_accounts: OwnAccounts,
    /// Tokens.
    pub tokens: Tokens,
    /// What is told of them.
    pub introspection: Introspection,
    /// What is taken back of them.
    pub revocation: Revocation,
    /// Access tokens.
    pub user_info: UserInfo,
    /// What clients sign.
    pub client_jwts: Arc<ClientJwts>,
    /// Keys.
    pub signing_keys: Arc<SigningKeys>,
    /// Where face checks stand.
    pub step_up: StepUp,
    /// Consents to them.
    pub consents: Consents,
    /// Digital-ID checks.
    pub enrol: Enrol,
    /// Captures.
    pub ceremonies: Ceremonies,
    /// What administrators do.
    pub admin: AdminFlows,
    /// What administrators look after.
    pub desks: Desks,
    /// What there is in the demo alone.
    pub demo: Option<DemoDesk>,
}

/// What administrators look after, the same for the console and for the API.
pub struct Desks {
    /// Who calls the API.
    pub callers: Callers,
    /// Clients and their versions.
    pub clients: ClientDesk,
    /// The policies and their versions.
    pub policies: Arc<PolicyDesk>,
    /// What a policy file declares.
    pub declarations: DeclarationDesk,
    /// Why somebody was challenged, and what would happen.
    pub explain: ExplainDesk,
    /// Signing keys.
    pub keys: KeyDesk,
    /// The audit log.
    pub audit: AuditLog,
    /// Statistics.
    pub statistics: StatisticsDesk,
}

/// What the demo's pages show.
pub struct DemoDesk {
    /// Personas and registrations.
    pub flow: Demo,
    /// Address of the example bank.
    pub bank: String,
    /// The seeded accounts' user name and password.
    pub accounts: Vec<(String, String)>,
}
