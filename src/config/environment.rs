//! The settings that stand in environment variables: `FACESTEP_SESSION__IDLE_SECONDS` is `session.idle_seconds`.

use figment::value::Value;
use std::collections::BTreeMap;

const PREFIX: &str = "FACESTEP_";

/// Variables with our prefix that are not settings: the path of the file itself, and what only the tests read.
const NOT_SETTINGS: [&str; 2] = ["CONFIG", "TEST_"];

/// The settings found in the environment, by key.
#[derive(Default)]
pub(super) struct Environment {
    settings: BTreeMap<String, Setting>,
}

struct Setting {
    variable: String,
    value: Value,
}

impl Environment {
    pub(super) fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let settings = variables
            .into_iter()
            .filter_map(|(variable, text)| {
                let rest = variable.strip_prefix(PREFIX)?;
                let ignored = rest == NOT_SETTINGS[0] || rest.starts_with(NOT_SETTINGS[1]);
                let key = rest.to_lowercase().replace("__", ".");
                (!ignored).then(|| (key, Setting { value: plain(text), variable: variable.clone() }))
            })
            .collect();
        Self { settings }
    }

    /// Each key with its value.
    pub(super) fn values(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.settings.iter().map(|(key, setting)| (key.as_str(), &setting.value))
    }

    /// The name of the variable that a key's value came from.
    pub(super) fn variable(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(|setting| setting.variable.as_str())
    }
}

/// A number or a truth value where the text is one, else the text: paths and addresses keep every character.
fn plain(text: String) -> Value {
    match (text.parse::<u64>(), text.as_str()) {
        (Ok(number), _) => Value::from(number),
        (_, "true") => Value::from(true),
        (_, "false") => Value::from(false),
        _ => Value::from(text),
    }
}
