//! Under which circumstances a policy applies: who asks for what, about whom, when, from where and on what.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::{
    Timestamp,
    civil::{Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::age::Age;
use crate::domain::id::ClientId;

/// What is known about a request and its session when it is decided.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// Who asks.
    pub client: ClientId,
    /// The scopes asked for.
    pub scopes: Vec<String>,
    /// The resources asked for (RFC 8707).
    pub resources: Vec<String>,
    /// The groups that the signed-in user is in.
    pub groups: Vec<String>,
    /// Where the browser is, as far as that is known.
    pub address: Option<IpAddr>,
    /// Whether the account never passed a face check in this browser.
    pub is_new_device: bool,
    /// When the session began.
    pub session_opened_at: Timestamp,
    /// When it was used last before this request came.
    pub session_seen_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// When a policy applies: each part that is said must hold. Where nothing is said it always applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Condition {
    /// One of these clients asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientId>,
    /// One of these scopes is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// One of these resources is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The user is in one of these groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The browser is in one of these networks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<IpNet>,
    /// The browser is in none of these networks, or it is not known where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside_networks: Vec<IpNet>,
    /// It is this time of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// The account never passed a face check in this browser, or it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_device: Option<bool>,
    /// The session began longer ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_older_than: Option<Age>,
    /// The session was not used for longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_longer_than: Option<Age>,
}

/// A part of the day, on some days, by the clocks of some place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// From this time on.
    pub from: Time,
    /// Until before this one; of the next day where it is not after `from`.
    pub until: Time,
    /// The days on which it begins; none named: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// By which clocks (IANA time zone).
    #[serde(default = "utc")]
    pub zone: String,
}

fn utc() -> String {
    "UTC".into()
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // Their names say it.
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// A part of a condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unmatched {
    /// Another client asks.
    Client,
    /// None of the scopes is asked for.
    Scope,
    /// None of the resources is asked for.
    Resource,
    /// The user is in none of the groups.
    Group,
    /// The browser is elsewhere.
    Network,
    /// It is another time.
    Hours,
    /// The browser is known, or is not.
    Device,
    /// The session is younger.
    SessionAge,
    /// The session was used more lately.
    IdleTime,
}

impl Condition {
    /// The first part that does not hold; none where the policy applies.
    pub fn unmatched(&self, known: &Circumstances) -> Option<Unmatched> {
        let any = |wanted: &[String], had: &[String]| {
            wanted.is_empty() || wanted.iter().any(|one| had.contains(one))
        };
        // An IPv4 address may come written as an IPv6 one (RFC 4291 §2.5.5.2).
        let address = known.address.map(|address| address.to_canonical());
        let within = |networks: &[IpNet]| {
            address.is_some_and(|address| networks.iter().any(|network| network.contains(&address)))
        };
        let longer = |since: Timestamp, most: Option<Age>| {
            most.is_none_or(|most| known.now.duration_since(since) > most.length())
        };
        let parts = [
            (Unmatched::Client, self.clients.is_empty() || self.clients.contains(&known.client)),
            (Unmatched::Scope, any(&self.scopes, &known.scopes)),
            (Unmatched::Resource, any(&self.resources, &known.resources)),
            (Unmatched::Group, any(&self.groups, &known.groups)),
            (Unmatched::Network, self.networks.is_empty() || within(&self.networks)),
            (Unmatched::Network, self.outside_networks.is_empty() || !within(&self.outside_networks)),
            (Unmatched::Hours, self.hours.as_ref().is_none_or(|hours| hours.contain(known.now))),
            (Unmatched::Device, self.new_device.is_none_or(|is_new| is_new == known.is_new_device)),
            (Unmatched::SessionAge, longer(known.session_opened_at, self.session_older_than)),
            (Unmatched::IdleTime, longer(known.session_seen_at, self.idle_longer_than)),
        ];
        parts.into_iter().find(|(_, holds)| !holds).map(|(part, _)| part)
    }
}

impl Hours {
    /// Whether this moment is within them. By clocks that nobody knows it always is: a policy that cannot be judged
    /// applies.
    pub fn contain(&self, now: Timestamp) -> bool {
        let Ok(zone) = TimeZone::get(&self.zone) else { return true };
        let local = now.to_zoned(zone);
        let (time, day) = (local.time(), local.weekday());
        let on = |day: Weekday| self.days.is_empty() || self.days.contains(&Day::of(day));
        if self.from < self.until {
            return on(day) && (self.from..self.until).contains(&time);
        }
        (time >= self.from && on(day)) || (time < self.until && on(day.previous()))
    }
}

#[cfg(test)]
mod tests;
