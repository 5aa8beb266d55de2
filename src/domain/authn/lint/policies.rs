//! Whether each policy can apply, and whether it does what it says where it does.

use ipnet::IpNet;

use super::{LintCode, Linter};
use crate::domain::{
    authn::{circumstances::Condition, policy_set::Policy},
    oidc::{client::Client, scope::Scope},
};

impl Linter<'_> {
    pub(super) fn policies(&mut self) {
        let document = self.document;
        for (n, policy) in document.policies.iter().enumerate() {
            let at = format!("policies[{n}]");
            if policy.disabled {
                let what = format!("{} is switched off", policy.name);
                self.find(
                    LintCode::PolicyDisabled,
                    format!("{at}.disabled"),
                    what,
                    "Take disabled out to apply it",
                );
                continue;
            }
            self.names(&at, policy);
            if let Some((member, why)) = self.never(&policy.when) {
                let what = format!("{} never applies: {why}", policy.name);
                let mend = "Mend the condition, or take the policy out";
                self.find(LintCode::PolicyNeverApplies, format!("{at}.when.{member}"), what, mend);
                continue;
            }
            self.hours(&at, policy);
            self.demand(&at, policy);
        }
    }

    /// Clients and groups that it names and that are not there. Where none of them is, the policy never applies, and that
    /// is told instead.
    fn names(&mut self, at: &str, policy: &Policy) {
        let known = |id: &_| self.around.clients.iter().any(|client| client.id == *id);
        let missing: Vec<_> = policy.when.clients.iter().filter(|id| !known(id)).cloned().collect();
        if missing.len() < policy.when.clients.len() {
            for id in missing {
                let what = format!("there is no client {id}");
                let mend = "Register it, or take its name out";
                self.find(LintCode::UnknownClient, format!("{at}.when.clients"), what, mend);
            }
        }
        let empty = |group: &&String| !self.around.groups.contains(*group);
        let empty: Vec<String> = policy.when.groups.iter().filter(empty).cloned().collect();
        if empty.len() < policy.when.groups.len() {
            for group in empty {
                let what = format!("nobody is in the group {group}");
                let mend = "Put accounts into it, or take its name out";
                self.find(LintCode::EmptyGroup, format!("{at}.when.groups"), what, mend);
            }
        }
    }

    /// Why a condition never holds, and by which member.
    fn never(&self, when: &Condition) -> Option<(&'static str, String)> {
        let asking: Vec<&Client> = self
            .around
            .clients
            .iter()
            .filter(|client| when.clients.is_empty() || when.clients.contains(&client.id))
            .collect();
        if !when.clients.is_empty() && asking.is_empty() {
            return Some(("clients", "none of the clients that it names is there".into()));
        }
        let in_use = |group: &String| self.around.groups.contains(group);
        if !when.groups.is_empty() && !when.groups.iter().any(in_use) {
            return Some(("groups", "nobody is in the groups that it names".into()));
        }
        let can_ask =
            |scope: &String| asking.iter().any(|client| Scope::grant(client, scope).contains(scope));
        if !when.scopes.is_empty() && !when.scopes.iter().any(can_ask) {
            return Some(("scopes", "no client may ask for the scopes that it names".into()));
        }
        let can_name = |resource: &String| {
            let listed = |client: &&Client| {
                let resources = &client.metadata.resources;
                resources.contains(resource) || (resources.is_empty() && self.around.any_resource)
            };
            asking.iter().any(listed)
        };
        if !when.resources.is_empty() && !when.resources.iter().any(can_name) {
            return Some(("resources", "no client may name the resources that it names".into()));
        }
        if !when.networks.is_empty() && when.networks.iter().all(|one| is_in(one, &when.outside_networks)) {
            let why = "nobody is inside its networks and outside its outside_networks at once";
            return Some(("networks", why.into()));
        }
        let ends = self.around.sessions;
        if when.session_older_than.is_some_and(|age| age.length() >= ends.absolute) {
            let why = "a session of that age has ended (session.absolute_seconds)";
            return Some(("session_older_than", why.into()));
        }
        if when.idle_longer_than.is_some_and(|age| age.length() >= ends.idle) {
            let why = "a session that was not used for so long has ended (session.idle_seconds)";
            return Some(("idle_longer_than", why.into()));
        }
        None
    }

    fn hours(&mut self, at: &str, policy: &Policy) {
        if policy.when.hours.as_ref().is_some_and(|hours| hours.from == hours.until) {
            let what = "from and until are the same, which is the whole day";
            let mend = "Write another time, or leave hours out but for its days";
            self.find(LintCode::HoursAllDay, format!("{at}.when.hours"), what, mend);
        }
    }

    fn demand(&mut self, at: &str, policy: &Policy) {
        if policy.demand.refuse && policy.when == Condition::default() {
            let what =
                format!("{} refuses every request, and nobody can sign in to the console", policy.name);
            let mend = "Say whom it refuses, under when";
            self.find(LintCode::RefusesEveryone, format!("{at}.demand.refuse"), what, mend);
        }
        let document = self.document;
        let refuses = |other: &&Policy| {
            !other.disabled
                && other.demand.refuse
                && other.name != policy.name
                && is_within(&policy.when, &other.when)
        };
        if let Some(other) = document.policies.iter().find(refuses) {
            let what = format!("{} refuses whatever {} would demand something of", other.name, policy.name);
            let mend = "Take one of the two out, or narrow the one that refuses";
            self.find(LintCode::PolicyRefusedBefore, at, what, mend);
        }
        let Some(acr) = &policy.demand.acr else { return };
        if self.unreachable.contains(acr) {
            let what = format!("{} demands {}, which nobody can reach", policy.name, acr.0);
            let mend = "Open a way to the context, or demand another one";
            self.find(LintCode::DemandUnreachable, format!("{at}.demand.acr"), what, mend);
        }
        for client in self.around.clients {
            let applies = policy.when.clients.is_empty() || policy.when.clients.contains(&client.id);
            self.untold(&format!("{at}.demand.acr"), client, acr, applies);
        }
    }

    /// Tells where a client speaks a dialect that has no word for a context that it is told without asking for it.
    pub(super) fn untold(
        &mut self,
        at: &str,
        client: &Client,
        acr: &crate::domain::authn::acr::Acr,
        applies: bool,
    ) {
        let vocabulary = self.set.vocabulary(client.metadata.acr_dialect.as_deref());
        let Some(dialect) = vocabulary.dialect.filter(|_| applies) else { return };
        if vocabulary.told(acr) == *acr {
            let what = format!(
                "client {} speaks {}, which has no word for {}, and is told it by our name",
                client.id, dialect.name, acr.0
            );
            let mend = "Add a value to the dialect whose ours is this context";
            self.find(LintCode::DialectLacksWord, at, what, mend);
        }
    }
}

fn is_in(network: &IpNet, others: &[IpNet]) -> bool {
    others.iter().any(|other| other.contains(network))
}

/// Whether the second condition holds wherever the first one does.
fn is_within(one: &Condition, other: &Condition) -> bool {
    let listed = |one: &[String], other: &[String]| {
        other.is_empty() || (!one.is_empty() && one.iter().all(|name| other.contains(name)))
    };
    let clients = other.clients.is_empty()
        || (!one.clients.is_empty() && one.clients.iter().all(|id| other.clients.contains(id)));
    let inside = other.networks.is_empty()
        || (!one.networks.is_empty() && one.networks.iter().all(|network| is_in(network, &other.networks)));
    clients
        && listed(&one.scopes, &other.scopes)
        && listed(&one.resources, &other.resources)
        && listed(&one.groups, &other.groups)
        && inside
        && other.outside_networks.iter().all(|network| is_in(network, &one.outside_networks))
        && (other.hours.is_none() || one.hours == other.hours)
        && (other.new_device.is_none() || one.new_device == other.new_device)
        && other.session_older_than.is_none_or(|least| one.session_older_than.is_some_and(|age| age >= least))
        && other.idle_longer_than.is_none_or(|least| one.idle_longer_than.is_some_and(|age| age >= least))
}
