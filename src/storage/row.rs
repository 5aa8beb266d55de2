//! From columns to values and back. A column that does not parse is a [`Fault::Damaged`] that names table, row and
//! column, but never what stood there.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{domain::workflow::definition::WorkflowName, ports::fault::Fault};

/// Where a value stands, to be named when it is damaged.
#[derive(Clone)]
pub struct Place {
    table: &'static str,
    id: String,
}

impl Place {
    /// A row of a table.
    pub fn new(table: &'static str, id: &str) -> Self {
        Self { table, id: id.to_owned() }
    }

    /// The fault of a damaged column.
    pub fn damaged(&self, column: &str) -> Fault {
        Fault::Damaged(format!("{}.{column} of row {:?}", self.table, self.id))
    }

    /// A column that was parsed already.
    pub fn proven<T>(&self, column: &str, parsed: Option<T>) -> Result<T, Fault> {
        parsed.ok_or_else(|| self.damaged(column))
    }

    /// A time in milliseconds.
    pub fn time(&self, column: &str, milliseconds: i64) -> Result<Timestamp, Fault> {
        self.proven(column, Timestamp::from_millisecond(milliseconds).ok())
    }

    /// A time that may be absent.
    pub fn time_if_any(&self, column: &str, milliseconds: Option<i64>) -> Result<Option<Timestamp>, Fault> {
        milliseconds.map(|value| self.time(column, value)).transpose()
    }

    /// A value kept as JSON text.
    pub fn json<T: DeserializeOwned>(&self, column: &str, text: &str) -> Result<T, Fault> {
        self.proven(column, serde_json::from_str(text).ok())
    }

    /// A value kept as JSON text that may be absent.
    pub fn json_if_any<T: DeserializeOwned>(
        &self,
        column: &str,
        text: Option<&str>,
    ) -> Result<Option<T>, Fault> {
        text.map(|text| self.json(column, text)).transpose()
    }

    /// A value of a plain enum, kept as its name.
    pub fn named<T: DeserializeOwned>(&self, column: &str, name: String) -> Result<T, Fault> {
        self.proven(column, serde_json::from_value(serde_json::Value::String(name)).ok())
    }
}

/// A workflow's name, where one is kept.
pub fn workflow_name(at: &Place, name: Option<&str>) -> Result<Option<WorkflowName>, Fault> {
    name.map(|name| at.proven("workflow", WorkflowName::parse(name))).transpose()
}

/// A value as JSON text.
pub fn json<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value)
        .map_err(|error| Fault::Internal(format!("a value has no JSON form: {error}")))
}

/// A plain enum's name.
pub fn name<T: Serialize>(value: &T) -> Result<String, Fault> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(Fault::Internal("a value has no name".into())),
    }
}

/// Passes when exactly one row was changed: otherwise another writer was faster.
pub fn one_row(changed: usize, what: &'static str) -> Result<(), Fault> {
    if changed == 1 { Ok(()) } else { Err(Fault::Conflict(what)) }
}

/// What both engines keep of a time: whole milliseconds.
pub fn milliseconds(time: Timestamp) -> i64 {
    time.as_millisecond()
}
