//! The made-up people who ship with the simulator. Their portraits are public-domain photographs of public figures under
//! invented names and birth dates; nothing else about them is real.

use std::sync::Arc;

use jiff::civil::{Date, date};

use super::simulator::Behaviour;
use crate::{
    domain::user::VerifiedAttributes,
    ports::{
        envelope::{SealedKind, Vault},
        fault::Fault,
        store::{Persona, Store},
    },
};

/// Someone whom the simulator knows from the start.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// The number of their document.
    pub document_number: &'static str,
    /// Given name.
    pub given_name: &'static str,
    /// Family name.
    pub family_name: &'static str,
    /// Birth date.
    pub birth_date: Date,
    /// What the simulator does when asked about them.
    pub behaviour: Behaviour,
    /// Name of the account that is theirs, where they have one.
    pub username: Option<&'static str>,
    portrait: &'static [u8],
}

impl BuiltIn {
    /// What was verified about their account.
    pub fn attributes(&self) -> VerifiedAttributes {
        VerifiedAttributes {
            given_name: self.given_name.to_owned(),
            family_name: self.family_name.to_owned(),
            birth_date: self.birth_date,
        }
    }
}

const FIELDS: &[u8] = include_bytes!("personas/fields.jpg");
const WINTER: &[u8] = include_bytes!("personas/winter.jpg");
const HALE: &[u8] = include_bytes!("personas/hale.jpg");

/// Three people with accounts, and one for each way in which a source can fail.
pub const BUILT_IN: [BuiltIn; 6] = [
    person("FS-100001", ("Adam", "Fields"), date(1961, 3, 14), "adam", FIELDS),
    person("FS-100002", ("Clara", "Winter"), date(1956, 7, 2), "clara", WINTER),
    person("FS-100003", ("Martin", "Hale"), date(1948, 10, 9), "martin", HALE),
    failing("FS-900001", ("Nora", "Nomatch"), Behaviour::None),
    failing("FS-900002", ("Paula", "Partial"), Behaviour::Partial),
    failing("FS-900003", ("Dora", "Down"), Behaviour::Down),
];

const fn person(
    document_number: &'static str,
    (given_name, family_name): (&'static str, &'static str),
    birth_date: Date,
    username: &'static str,
    portrait: &'static [u8],
) -> BuiltIn {
    let behaviour = Behaviour::Match;
    BuiltIn {
        document_number,
        given_name,
        family_name,
        birth_date,
        behaviour,
        username: Some(username),
        portrait,
    }
}

const fn failing(
    document_number: &'static str,
    (given_name, family_name): (&'static str, &'static str),
    behaviour: Behaviour,
) -> BuiltIn {
    let birth_date = date(1990, 1, 1);
    BuiltIn {
        document_number,
        given_name,
        family_name,
        birth_date,
        behaviour,
        username: None,
        portrait: WINTER,
    }
}

/// Adds the built-in people to the simulator, or puts them back as they were.
pub async fn seed(store: &Arc<dyn Store>, vault: &dyn Vault) -> Result<(), Fault> {
    let mut personas = Vec::with_capacity(BUILT_IN.len());
    for built_in in BUILT_IN {
        let number = built_in.document_number;
        personas.push(Persona {
            document_number: number.to_owned(),
            behaviour: built_in.behaviour.name().to_owned(),
            given_name: built_in.given_name.to_owned(),
            family_name: built_in.family_name.to_owned(),
            birth_date: built_in.birth_date,
            sealed_portrait: vault.seal(SealedKind::Persona, number, built_in.portrait)?,
        });
    }
    store.transact(move |db| personas.iter().try_for_each(|persona| db.put_persona(persona))).await
}
