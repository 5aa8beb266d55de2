//! Whether what each client asks for is there, and goes together.

use super::{LintCode, Linter};
use crate::domain::{
    authn::acr::Acr,
    oidc::{client::Client, scope::Scope},
};

impl Linter<'_> {
    pub(super) fn clients(&mut self) {
        for client in self.around.clients {
            let at = format!("clients.{}", client.id);
            self.dialect(&at, client);
            self.minimum(&at, client);
            self.defaults(&at, client);
            for scope in &client.protected_scopes {
                if !Scope::grant(client, scope).contains(scope) {
                    let what = format!("the scope {scope} is protected, and the client may not ask for it");
                    let mend = "Add it to the client's scope, or take it out of protected_scopes";
                    self.find(LintCode::ScopeNotGranted, format!("{at}.protected_scopes"), what, mend);
                }
            }
        }
    }

    fn dialect(&mut self, at: &str, client: &Client) {
        let Some(name) = &client.metadata.acr_dialect else { return };
        if !self.set.dialects().iter().any(|dialect| dialect.name == *name) {
            let what = format!("there is no dialect {name}; the client is understood by our names alone");
            let mend = "Add the dialect, or take acr_dialect out";
            self.find(LintCode::UnknownDialect, format!("{at}.acr_dialect"), what, mend);
        }
    }

    fn minimum(&mut self, at: &str, client: &Client) {
        let Some(minimum) = &client.minimum_acr else { return };
        let at = format!("{at}.minimum_acr");
        if self.unreachable.contains(minimum) {
            let what = format!("the client demands {}, which nobody can reach", minimum.0);
            let mend = "Open a way to the context, or demand another one";
            self.find(LintCode::DemandUnreachable, at, what, mend);
        } else if !self.has(client, minimum) {
            let what =
                format!("there is no context {}, so every sign-in at the client is refused", minimum.0);
            self.find(LintCode::DemandUnreachable, at, what, "Add the context, or name another one");
        } else {
            self.untold(&at, client, minimum, true);
        }
    }

    fn defaults(&mut self, at: &str, client: &Client) {
        let (at, listed) = (format!("{at}.default_acr_values"), &client.metadata.default_acr_values);
        let unknown: Vec<&Acr> = listed.iter().filter(|acr| !self.has(client, acr)).collect();
        let all_unknown = unknown.len() == listed.len();
        for acr in &unknown {
            let what = format!("there is no context {}", acr.0);
            self.find(LintCode::UnknownContext, at.clone(), what, "Add the context, or name another one");
        }
        let Some(minimum) = client.minimum_acr.as_ref().filter(|_| !all_unknown) else { return };
        let vocabulary = self.set.vocabulary(client.metadata.acr_dialect.as_deref());
        let Some(least) = vocabulary.rule(minimum) else { return };
        let meets = |acr: &Acr| vocabulary.rule(acr).is_some_and(|rule| rule.implies(least));
        if !listed.iter().any(meets) {
            let what = format!("none of the client's default contexts meets its minimum, {}", minimum.0);
            let mend = "Put the minimum, or a context that asks for as much, into default_acr_values";
            self.find(LintCode::DefaultBelowMinimum, at, what, mend);
        }
    }

    /// Whether a client's word stands for a context; also for one that nobody can reach.
    fn has(&self, client: &Client, acr: &Acr) -> bool {
        self.set.vocabulary(client.metadata.acr_dialect.as_deref()).rule(acr).is_some()
            || self.unreachable.contains(acr)
    }
}
