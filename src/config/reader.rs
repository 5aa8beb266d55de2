//! Reads one key at a time and goes on after a problem, so that a check tells everything that is wrong at once.

use super::environment::Environment;
use super::{ConfigError, DatabaseUrl, GivenKeys, Problem};
use crate::domain::spelling::distance;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Value};
use ipnet::IpNet;
use jiff::SignedDuration;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// The settings as given, the keys asked for so far, and the problems met.
pub(super) struct Reader {
    figment: Figment,
    environment: Environment,
    /// The keys that were asked for: all there are, once a whole configuration was read.
    pub(super) known: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl Reader {
    /// Lays the environment over the file's text; only text that is no TOML at all ends the reading here.
    pub(super) fn open(text: &str, environment: Environment) -> Result<Self, ConfigError> {
        toml::from_str::<toml::Table>(text).map_err(|error| {
            let wrong = format!("is not TOML: {}", error.to_string().trim_end().replace('\n', "\n    "));
            ConfigError::one(Problem::new("the file", wrong, "Mend the line shown."))
        })?;
        let file = Figment::from(Toml::string(text));
        let figment = environment
            .values()
            .fold(file, |figment, (key, value)| figment.merge(Serialized::default(key, value)));
        Ok(Self { figment, environment, known: Vec::new(), problems: Vec::new() })
    }

    /// The configuration, unless there were problems; keys that nothing asked for are problems too.
    pub(super) fn conclude<T>(mut self, config: T) -> Result<T, ConfigError> {
        self.note_unknown_keys();
        if self.problems.is_empty() { Ok(config) } else { Err(ConfigError { problems: self.problems }) }
    }

    /// Notes a problem with a key, and the variable that its value came from.
    pub(super) fn problem(&mut self, key: &str, wrong: impl Into<String>, mend: impl Into<String>) {
        let key = match self.environment.variable(key) {
            Some(variable) => format!("{key} (from {variable})"),
            None => key.to_owned(),
        };
        self.problems.push(Problem::new(key, wrong, mend));
    }

    /// Text; a number or truth value given bare is taken as its text.
    pub(super) fn text(&mut self, key: &'static str, default: &str) -> String {
        let mend = "Write it as text in quotation marks.";
        self.read(key, default.to_owned(), mend, |value| match value {
            Value::String(_, text) => Some(text.clone()),
            Value::Num(_, number) => number.to_u128_lossy().map(|number| number.to_string()),
            Value::Bool(_, truth) => Some(truth.to_string()),
            _ => None,
        })
    }

    pub(super) fn path(&mut self, key: &'static str, default: &str) -> PathBuf {
        PathBuf::from(self.text(key, default))
    }

    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> bool {
        self.read(key, default, "Write true or false, without quotation marks.", Value::to_bool)
    }

    pub(super) fn number(&mut self, key: &'static str, default: u32, range: RangeInclusive<u32>) -> u32 {
        let mend = format!(
            "Write a whole number from {} to {}; the default is {default}.",
            range.start(),
            range.end()
        );
        self.read(key, default, &mend, |value| {
            let number = value.to_num()?.to_u128_lossy()?;
            u32::try_from(number).ok().filter(|number| range.contains(number))
        })
    }

    pub(super) fn seconds(
        &mut self,
        key: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.number(key, default, range)))
    }

    pub(super) fn days(
        &mut self,
        key: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.number(key, default, range)))
    }

    pub(super) fn millis(
        &mut self,
        key: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> SignedDuration {
        SignedDuration::from_millis(i64::from(self.number(key, default, range)))
    }

    pub(super) fn address(&mut self, key: &'static str, default: SocketAddr) -> SocketAddr {
        let mend = format!("Write an IP address and a port; the default is \"{default}\".");
        self.read(key, default, &mend, |value| value.as_str()?.parse().ok())
    }

    pub(super) fn database(&mut self, key: &'static str, default: &str) -> DatabaseUrl {
        let mend = format!("Write \"postgres://USER:PASSWORD@HOST/NAME\" or a file as in \"{default}\".");
        let text = self.text(key, default);
        DatabaseUrl::parse(&text).unwrap_or_else(|| {
            // The value may hold a password, so the message does not repeat it.
            self.problem(key, "is no address of a PostgreSQL or SQLite database", mend);
            DatabaseUrl::unknown()
        })
    }

    /// Keys, which no message repeats, whatever was written.
    pub(super) fn given_keys(&mut self, key: &'static str) -> GivenKeys {
        self.known.push(key);
        let Ok(value) = self.figment.find_value(key) else { return GivenKeys::default() };
        value.as_str().and_then(GivenKeys::parse).unwrap_or_else(|| {
            let mend = "Write NAME=KEY, and more of them behind spaces; a key is 32 bytes in base64url without padding.";
            self.problem(key, "is no list of keys with their names", mend);
            GivenKeys::default()
        })
    }

    pub(super) fn choice<T: Copy>(&mut self, key: &'static str, default: T, choices: &[(&str, T)]) -> T {
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let mend = format!("Write one of {}.", names.join(", "));
        self.read(key, default, &mend, |value| {
            let chosen = value.as_str()?;
            choices.iter().find(|(name, _)| *name == chosen).map(|(_, choice)| *choice)
        })
    }

    /// A list of names; in the environment they stand in one text with commas between them.
    pub(super) fn several<T: Copy>(
        &mut self,
        key: &'static str,
        default: &[T],
        choices: &[(&str, T)],
    ) -> Vec<T> {
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let mend = format!("Write a list, as in [{}], of some of these.", names.join(", "));
        let choice =
            |name: &str| choices.iter().find(|(known, _)| *known == name.trim()).map(|(_, choice)| *choice);
        self.read(key, default.to_vec(), &mend, |value| match value {
            Value::Array(_, names) => names.iter().map(|name| choice(name.as_str()?)).collect(),
            Value::String(_, text) => {
                text.split(',').filter(|name| !name.trim().is_empty()).map(choice).collect()
            }
            _ => None,
        })
    }

    /// A list of networks; in the environment they stand in one text with commas between them.
    pub(super) fn networks(&mut self, key: &'static str) -> Vec<IpNet> {
        let mend = "Write a list of networks or addresses, as in [\"10.0.0.0/8\", \"192.0.2.7\"].";
        let network = |text: &str| {
            let text = text.trim();
            text.parse().ok().or_else(|| Some(IpNet::from(text.parse::<IpAddr>().ok()?)))
        };
        self.read(key, Vec::new(), mend, |value| match value {
            Value::Array(_, networks) => networks.iter().map(|one| network(one.as_str()?)).collect(),
            Value::String(_, text) => {
                text.split(',').filter(|one| !one.trim().is_empty()).map(network).collect()
            }
            _ => None,
        })
    }

    fn read<T>(
        &mut self,
        key: &'static str,
        default: T,
        mend: &str,
        parse: impl FnOnce(&Value) -> Option<T>,
    ) -> T {
        self.known.push(key);
        let Ok(value) = self.figment.find_value(key) else { return default };
        parse(&value).unwrap_or_else(|| {
            self.problem(key, format!("cannot be {}", shown(&value)), mend);
            default
        })
    }

    fn note_unknown_keys(&mut self) {
        let mut given = Vec::new();
        if let Ok(all) = self.figment.extract::<Dict>() {
            flatten("", &all, &mut given);
        }
        given.retain(|key| !self.known.contains(&key.as_str()));
        for key in &given {
            let mend = match nearest(key, &self.known) {
                Some(meant) => format!("Did you mean {meant}?"),
                None => "Take it out, or see docs/configuration.md for what there is.".to_owned(),
            };
            self.problem(key, "is not a key that Facestep knows", mend);
        }
    }
}

/// A value as it was written, for a message. No key whose value is a secret comes here.
fn shown(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("\"{text}\""),
        Value::Num(_, number) => match (number.to_i128(), number.to_f64()) {
            (_, Some(float)) => float.to_string(),
            (Some(whole), None) => whole.to_string(),
            (None, None) => "this number".to_owned(),
        },
        Value::Bool(_, truth) => truth.to_string(),
        Value::Array(..) => "a list".to_owned(),
        Value::Dict(..) => "a section".to_owned(),
        Value::Char(_, letter) => format!("\"{letter}\""),
        Value::Empty(..) => "empty".to_owned(),
    }
}

fn flatten(prefix: &str, dict: &Dict, into: &mut Vec<String>) {
    for (name, value) in dict {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Dict(_, inner) => flatten(&key, inner, into),
            _ => into.push(key),
        }
    }
}

/// The known key that a misspelt one is nearest to, if it is near at all.
fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let same_name = known.iter().filter(|known| known.rsplit('.').next() == key.rsplit('.').next());
    let near = known.iter().filter(|known| distance(key, known) <= 3);
    near.min_by_key(|known| distance(key, known)).or_else(|| same_name.min()).copied()
}
