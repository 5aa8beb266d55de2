//! What administrators decided, as it is in force: read in the transaction that decides by it, and compiled once for each
//! version.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    domain::authn::{
        document::{House, PolicyDocument, PolicyProblem},
        policy_set::PolicySet,
    },
    ports::{fault::Fault, store::Db},
};

/// A version that is in force.
#[derive(Clone, Debug)]
pub struct InForce {
    /// Its number; 0 for what ships.
    pub number: i64,
    /// What it says.
    pub set: Arc<PolicySet>,
}

/// Compiles documents for this program.
pub struct PolicyBook {
    house: House,
    kept: Mutex<Option<InForce>>,
}

impl PolicyBook {
    /// For a program that can do so much.
    pub fn new(house: House) -> Self {
        Self { house, kept: Mutex::new(None) }
    }

    /// What the program can do.
    pub fn house(&self) -> &House {
        &self.house
    }

    /// The version in force, as this transaction sees it.
    pub fn in_force(&self, db: &mut dyn Db) -> Result<InForce, Fault> {
        let number = db.policy_number()?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(in_force) = kept.as_ref().filter(|in_force| in_force.number == number) {
            return Ok(in_force.clone());
        }
        let set = self
            .document(db, number)?
            .compile(&self.house)
            .map_err(|problems| unusable(number, &problems))?;
        let in_force = InForce { number, set: Arc::new(set) };
        *kept = Some(in_force.clone());
        Ok(in_force)
    }

    /// The document of a version.
    pub fn document(&self, db: &mut dyn Db, number: i64) -> Result<PolicyDocument, Fault> {
        if number == 0 {
            return Ok(PolicyDocument::shipped(&self.house));
        }
        let damaged = || Fault::Damaged(format!("policy_versions.document of row {number}"));
        let version = db.find_policy(number)?.ok_or_else(damaged)?;
        serde_json::from_str(&version.document).map_err(|_| damaged())
    }
}

/// A document that was proven before and does not fit this program, as after going back to an older one.
fn unusable(number: i64, problems: &[PolicyProblem]) -> Fault {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Fault::Internal(format!(
        "version {number} of the policies does not fit this program: {}",
        problems.join("; ")
    ))
}
