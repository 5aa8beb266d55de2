//! Contexts by the names of other vocabularies: what a client calls `2` or `possessionorinherence` is one of ours.

use serde::{Deserialize, Serialize};

use super::acr::{Acr, AcrCatalogue, AcrRule};

/// One name of another vocabulary, and the context that it stands for here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// As the client says it, and is told it.
    pub theirs: Acr,
    /// The context of ours that must be earned for it.
    pub ours: Acr,
}

/// A vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Its name; clients choose it by that.
    pub name: String,
    /// Its words. Where several stand for one context, the first is told unasked.
    pub values: Vec<Translation>,
}

/// The contexts as one client speaks of them.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// Ours.
    pub catalogue: &'a AcrCatalogue,
    /// The client's own words, where it has some.
    pub dialect: Option<&'a Dialect>,
}

impl<'a> Vocabulary<'a> {
    /// The rule behind a name that the client uses; our own names are understood from everyone.
    pub fn rule(&self, name: &Acr) -> Option<&'a AcrRule> {
        let translated = self.dialect.and_then(|dialect| {
            dialect.values.iter().find(|value| value.theirs == *name).map(|value| &value.ours)
        });
        self.catalogue.rule(translated.unwrap_or(name))
    }

    /// The name by which the client is told a context of ours that it did not ask for by name.
    pub fn told(&self, ours: &Acr) -> Acr {
        let values = self.dialect.map(|dialect| dialect.values.as_slice()).unwrap_or_default();
        let word = values.iter().find(|value| value.ours == *ours).map(|value| &value.theirs);
        word.unwrap_or(ours).clone()
    }
}
