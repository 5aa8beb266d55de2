//! What there is in `demo` alone: the simulator's personas to choose from, and people who register themselves as a new
//! account and persona, with a picture from their own camera.

use std::sync::Arc;

use jiff::{Timestamp, Unit, civil::Date, tz::TimeZone};

use super::{
    browser::{Browser, Visitor, find_or_open, welcomed},
    ceremony::FaceRoom,
};
use crate::{
    domain::{
        audit::{AuditEvent, AuditKind},
        face::capture::EncodedFrame,
        id::{AuditId, UserId},
        secret::SecretToken,
        session::SessionLifetimes,
        user::{User, Username, VerifiedAttributes, profile::Profile},
    },
    ports::{
        envelope::SealedKind,
        face::{AnalyzerFault, PortraitRefusal},
        fault::Fault,
        passwords::Passwords,
        store::Persona,
    },
};

/// The shortest password, in characters.
const SHORTEST_PASSWORD: usize = 12;
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;
/// Nobody alive is older.
const OLDEST_YEARS: i32 = 125;

/// What a person fills in.
#[derive(Clone)]
pub struct Registration {
    /// Given and family name.
    pub name: String,
    /// Birth date, `YYYY-MM-DD`.
    pub birth_date: String,
    /// The sign-in name.
    pub username: String,
    /// The password.
    pub password: String,
    /// The portrait (JPEG), if one came.
    pub portrait: Option<EncodedFrame>,
}

/// What is to be mended in a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No full name.
    Name,
    /// No date that a living person was born on.
    BirthDate,
    /// Not a sign-in name.
    Username,
    /// Somebody has it.
    UsernameTaken,
    /// Too short.
    Password,
    /// None came.
    PortraitMissing,
    /// It does not show exactly one clear face.
    PortraitUnusable,
}

/// Why nobody was registered.
#[derive(Debug)]
pub enum Unregistered {
    /// These are to be mended.
    Flawed(Vec<Flaw>),
    /// The analysis has no room; the same registration may be repeated.
    Busy,
    /// The outside failed.
    Fault(Fault),
}

impl From<Fault> for Unregistered {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A new account and persona.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The account's sign-in name.
    pub username: String,
    /// The persona's document number.
    pub document_number: String,
}

/// What there is in `demo` alone.
pub struct Demo {
    room: Arc<FaceRoom>,
    passwords: Arc<dyn Passwords>,
    sessions: SessionLifetimes,
}

impl Demo {
    /// In a face room.
    pub fn new(room: Arc<FaceRoom>, passwords: Arc<dyn Passwords>, sessions: SessionLifetimes) -> Self {
        Self { room, passwords, sessions }
    }

    /// The visitor's browser; its session is opened where it has none, with the secret for its cookie.
    pub async fn welcome(&self, visitor: Visitor) -> Result<(Browser, Option<SecretToken>), Fault> {
        let (now, sessions, entropy) = (self.room.clock.now(), self.sessions, self.room.entropy.clone());
        let who = visitor.clone();
        let opening =
            self.room.store.transact(move |db| find_or_open(db, &who, now, sessions, entropy.as_ref()));
        let (session, opened) = opening.await?;
        welcomed(visitor, session, opened)
    }

    /// The simulator's personas.
    pub async fn personas(&self) -> Result<Vec<Persona>, Fault> {
        self.room.store.read(|db| db.personas()).await
    }

    /// A persona's portrait (JPEG).
    pub async fn portrait(&self, document_number: &str) -> Result<Option<Vec<u8>>, Fault> {
        let number = document_number.to_owned();
        let Some(persona) = self.room.store.read(move |db| db.find_persona(&number)).await? else {
            return Ok(None);
        };
        let (number, sealed) = (&persona.document_number, &persona.sealed_portrait);
        let portrait = self.room.vault.unseal(SealedKind::Persona, number, sealed)?;
        Ok(Some(portrait.to_vec()))
    }

    /// Adds an account whose attributes count as verified, and the persona that attests them.
    pub async fn register(&self, registration: Registration) -> Result<Registered, Unregistered> {
        let now = self.room.clock.now();
        let (username, verified) = check(&registration, now).map_err(Unregistered::Flawed)?;
        let portrait = registration.portrait.ok_or(Unregistered::Flawed(vec![Flaw::PortraitMissing]))?;
        match self.room.analyzer.embed_portrait(portrait.clone()).await {
            Ok(_) => {}
            Err(PortraitRefusal::Unusable(_) | PortraitRefusal::Analyzer(AnalyzerFault::BadPicture(_))) => {
                return Err(Unregistered::Flawed(vec![Flaw::PortraitUnusable]));
            }
            Err(PortraitRefusal::Analyzer(AnalyzerFault::Busy)) => return Err(Unregistered::Busy),
            Err(PortraitRefusal::Analyzer(AnalyzerFault::Fault(fault))) => return Err(fault.into()),
        }
        let document_number = self.new_document_number();
        let sealed_portrait =
            self.room.vault.seal(SealedKind::Persona, &document_number, portrait.bytes())?;
        let persona = Persona {
            document_number: document_number.clone(),
            behaviour: "match".to_owned(),
            given_name: verified.given_name.clone(),
            family_name: verified.family_name.clone(),
            birth_date: verified.birth_date,
            sealed_portrait,
        };
        let user = User {
            id: UserId::from_random(self.room.entropy.bytes()),
            username: username.clone(),
            password: self.passwords.hash(&registration.password).await?,
            verified: Some(verified),
            profile: Profile::default(),
            groups: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        let id = AuditId::from_random(self.room.entropy.bytes());
        let mut event = AuditEvent::new(id, now, AuditKind::UserAdded).with("by", "demo_registration");
        event.user = Some(user.id.clone());
        let is_added = self.room.store.transact(move |db| {
            let is_added = db.insert_user(&user)?;
            if is_added {
                db.put_persona(&persona)?;
                db.append_event(&event)?;
            }
            Ok(is_added)
        });
        if !is_added.await? {
            return Err(Unregistered::Flawed(vec![Flaw::UsernameTaken]));
        }
        Ok(Registered { username: username.as_str().to_owned(), document_number })
    }

    /// A number that none of the built-in people has, and that is no guess away from another's.
    fn new_document_number(&self) -> String {
        let [a, b, c, d] = self.room.entropy.bytes::<4>();
        format!("FS-2{:010}", u32::from_be_bytes([a, b, c, d]))
    }
}

/// Everything that can be said without looking at the picture.
fn check(registration: &Registration, now: Timestamp) -> Result<(Username, VerifiedAttributes), Vec<Flaw>> {
    let mut flaws = Vec::new();
    let name = registration.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let names = name.rsplit_once(' ').filter(|_| name.chars().count() <= LONGEST_NAME);
    let birth_date = parse_birth_date(&registration.birth_date, now);
    let username = Username::parse(&registration.username).filter(is_plain);
    flaws.extend(names.is_none().then_some(Flaw::Name));
    flaws.extend(birth_date.is_none().then_some(Flaw::BirthDate));
    flaws.extend(username.is_none().then_some(Flaw::Username));
    flaws.extend((registration.password.chars().count() < SHORTEST_PASSWORD).then_some(Flaw::Password));
    flaws.extend(registration.portrait.is_none().then_some(Flaw::PortraitMissing));
    match (names, birth_date, username) {
        (Some((given, family)), Some(birth_date), Some(username)) if flaws.is_empty() => {
            let (given_name, family_name) = (given.to_owned(), family.to_owned());
            Ok((username, VerifiedAttributes { given_name, family_name, birth_date }))
        }
        _ => Err(flaws),
    }
}

/// A date that a living person was born on.
pub(super) fn parse_birth_date(text: &str, now: Timestamp) -> Option<Date> {
    let date: Date = text.trim().parse().ok()?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let years = date.until((Unit::Year, today)).ok()?.get_years();
    (date <= today && i32::from(years) <= OLDEST_YEARS).then_some(date)
}

/// Small letters, digits, dots and hyphens.
fn is_plain(username: &Username) -> bool {
    username.as_str().bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-".contains(&c))
}
