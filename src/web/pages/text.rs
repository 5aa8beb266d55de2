//! The words of the pages: a key of the catalogue in, the text of the person's language out.
//!
//! A missing key is an error, not an empty or odd-looking text, so that the render tests find it.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader, static_loader};
use unic_langid::{LanguageIdentifier, langid};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Isolation marks serve right-to-left languages; with left-to-right ones alone they only litter titles and copies.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The language pages are written in, as the `lang` attribute says it.
pub const LANGUAGE: &str = "en";
const ENGLISH: LanguageIdentifier = langid!("en");

/// The text under `key`, or nothing where the catalogue has none.
pub fn find(key: &str) -> Option<String> {
    LOCALES.try_lookup(&ENGLISH, key)
}

/// The text under `key` with its variables filled in.
pub fn find_with(key: &str, values: &[(&'static str, FluentValue<'static>)]) -> Option<String> {
    let values: HashMap<Cow<'static, str>, FluentValue<'static>> =
        values.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
    LOCALES.try_lookup_with_args(&ENGLISH, key, &values)
}

/// A page whose text is missing does not render.
pub(super) fn missing(key: &str) -> askama::Error {
    askama::Error::custom(format!("the catalogue has no text `{key}`"))
}

/// What templates call: `{{ "sign-in-title"|t }}`, `{{ "sign-in-for"|t1("client", client) }}`, `{{ "wait"|tn("seconds", 30) }}`.
pub(crate) mod filters {
    use std::borrow::Borrow;
    use std::fmt::Display;

    use askama::{Result, Values};
    use fluent_templates::fluent_bundle::FluentValue;

    /// The text under a key.
    #[askama::filter_fn]
    pub fn t(key: impl Display, _: &dyn Values) -> Result<String> {
        let key = key.to_string();
        super::find(&key).ok_or_else(|| super::missing(&key))
    }

    /// The text under a key, with one variable that is a text.
    #[askama::filter_fn]
    pub fn t1<V: Display>(key: impl Display, _: &dyn Values, name: &'static str, value: V) -> Result<String> {
        let key = key.to_string();
        let value = FluentValue::from(value.to_string());
        super::find_with(&key, &[(name, value)]).ok_or_else(|| super::missing(&key))
    }

    /// The text under a key, with one variable that is a count and so chooses the plural form.
    #[askama::filter_fn]
    pub fn tn<N: Borrow<u32>>(
        key: impl Display,
        _: &dyn Values,
        name: &'static str,
        value: N,
    ) -> Result<String> {
        let key = key.to_string();
        super::find_with(&key, &[(name, FluentValue::from(*value.borrow()))])
            .ok_or_else(|| super::missing(&key))
    }

    /// The address of an embedded asset, with the hash of its content in it.
    #[askama::filter_fn]
    pub fn asset(name: impl Display, _: &dyn Values) -> Result<String> {
        Ok(crate::web::assets::address(&name.to_string()))
    }
}
