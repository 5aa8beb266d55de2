//! Who changed what an operator answers for, and why: what versions and audit events say of it.

use std::fmt;

use super::{
    audit::AuditEvent,
    id::{ClientId, UserId},
};

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// An administrator, by their account.
    Operator(UserId),
    /// Whoever runs commands on the machine.
    Installer,
    /// A client, of itself (RFC 7591, RFC 7592).
    Client(ClientId),
}

impl Author {
    /// Reads a kept author back.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("operator", id)) => UserId::parse(id).map(Self::Operator),
            Some(("client", id)) => ClientId::parse(id).map(Self::Client),
            None if text == "installer" => Some(Self::Installer),
            _ => None,
        }
    }

    /// The administrator, where it is one.
    pub fn operator(&self) -> Option<&UserId> {
        match self {
            Self::Operator(user) => Some(user),
            Self::Installer | Self::Client(_) => None,
        }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(user) => write!(f, "operator:{user}"),
            Self::Installer => f.write_str("installer"),
            Self::Client(client) => write!(f, "client:{client}"),
        }
    }
}

/// A change as its author explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who makes it.
    pub by: Author,
    /// Why, in their words.
    pub reason: Option<String>,
}

impl Change {
    /// One that is not explained.
    pub fn by(author: Author) -> Self {
        Self { by: author, reason: None }
    }

    /// Has an event tell of it, as `by` and `reason`.
    #[must_use]
    pub fn tell(&self, event: AuditEvent) -> AuditEvent {
        let event = event.with("by", self.by.to_string());
        match &self.reason {
            Some(reason) => event.with("reason", reason.as_str()),
            None => event,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_reads_back_as_it_was_written() {
        for text in ["operator:u1", "installer", "client:bank"] {
            assert_eq!(Author::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "operator:", "operator", "owner:u1", "installer:x", "client:a b"] {
            assert_eq!(Author::parse(text), None, "{text}");
        }
    }
}
