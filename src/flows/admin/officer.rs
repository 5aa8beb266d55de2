//! What an officer attests: they held a person's document in their hands, and give its portrait. It is looked at as the
//! enrolment will, sealed, and kept until the person enrols on it. Nobody attests themselves.

use std::sync::Arc;

use super::{
    AdminRoom,
    administrators::{AdminRefusal, verify},
};
use crate::{
    domain::{
        admin::check::{self, CheckSource, IdentityCheck},
        audit::AuditKind,
        change::Change,
        face::capture::EncodedFrame,
        id::{IdentityCheckId, UserId},
        secret::{base64url, sha256},
        user::VerifiedAttributes,
        workflow::document::DocumentNumber,
    },
    flows::{demo::parse_birth_date, settled},
    ports::{
        envelope::SealedKind,
        face::{AnalyzerFault, PortraitRefusal},
        fault::Fault,
    },
};

/// The longest name or kind of document, in characters.
const LONGEST_WORDS: usize = 100;
/// The largest portrait, in bytes.
pub const LARGEST_PORTRAIT: usize = 2 * 1024 * 1024;
/// What every JPEG begins with (ITU-T T.81 §B.1.1.3).
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

/// What an officer says of a document.
#[derive(Clone)]
pub struct Attestation {
    /// About whom.
    pub user: UserId,
    /// Who attests it.
    pub source: CheckSource,
    /// Which kind of document.
    pub document: String,
    /// Its number.
    pub number: String,
    /// Given name on it.
    pub given_name: String,
    /// Family name on it.
    pub family_name: String,
    /// Birth date on it, `YYYY-MM-DD`.
    pub birth_date: String,
    /// By which name they answer for it.
    pub answered_for_by: String,
    /// Its portrait (JPEG), if one came.
    pub portrait: Option<EncodedFrame>,
}

/// What is to be mended in an attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckFlaw {
    /// No kind of document.
    Document,
    /// No document number.
    Number,
    /// No given or family name.
    Name,
    /// No date that a living person was born on.
    BirthDate,
    /// Nobody answers for it.
    AnsweredForBy,
    /// No portrait came.
    PortraitMissing,
    /// It is no JPEG, or too large.
    PortraitUnreadable,
    /// It does not show exactly one clear face.
    PortraitUnusable,
    /// Another name or birth date was verified on the account before.
    OtherPerson,
    /// It is the officer's own account.
    OwnAccount,
}

impl CheckFlaw {
    /// Every flaw.
    pub const ALL: [Self; 10] = [
        Self::Document,
        Self::Number,
        Self::Name,
        Self::BirthDate,
        Self::AnsweredForBy,
        Self::PortraitMissing,
        Self::PortraitUnreadable,
        Self::PortraitUnusable,
        Self::OtherPerson,
        Self::OwnAccount,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Number => "number",
            Self::Name => "name",
            Self::BirthDate => "birth-date",
            Self::AnsweredForBy => "answered-for-by",
            Self::PortraitMissing => "portrait-missing",
            Self::PortraitUnreadable => "portrait-unreadable",
            Self::PortraitUnusable => "portrait-unusable",
            Self::OtherPerson => "other-person",
            Self::OwnAccount => "own-account",
        }
    }
}

/// Why nothing was attested.
#[derive(Debug, thiserror::Error)]
pub enum Unattested {
    /// These are to be mended.
    #[error("these are to be mended: {}", names(.0))]
    Flawed(Vec<CheckFlaw>),
    /// There is no such account.
    #[error("there is no such account")]
    Unknown,
    /// The analysis has no room; the same attestation may be repeated.
    #[error("the models have no room at the moment; try again")]
    Busy,
    /// The outside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn names(flaws: &[CheckFlaw]) -> String {
    flaws.iter().map(|flaw| flaw.name()).collect::<Vec<_>>().join(", ")
}

impl From<CheckFlaw> for Unattested {
    fn from(flaw: CheckFlaw) -> Self {
        Self::Flawed(vec![flaw])
    }
}

/// What was said, with everything that can be checked without looking at the picture.
struct Said {
    document: String,
    number: DocumentNumber,
    attested: VerifiedAttributes,
    answered_for_by: String,
    portrait: EncodedFrame,
}

/// Officers' records.
pub struct OfficerDesk(Arc<AdminRoom>);

impl OfficerDesk {
    /// In a room.
    pub fn new(room: Arc<AdminRoom>) -> Self {
        Self(room)
    }

    /// Records what an officer attests, in place of what was open of the account before. Name and birth date are recorded on
    /// an account that has none verified, and never changed on one that has.
    pub async fn attest(
        &self,
        attestation: Attestation,
        change: &Change,
    ) -> Result<IdentityCheckId, Unattested> {
        let (user, source) = (attestation.user.clone(), attestation.source);
        if change.by.operator() == Some(&user) {
            return Err(CheckFlaw::OwnAccount.into());
        }
        let said = read(attestation, self.0.clock.now()).map_err(Unattested::Flawed)?;
        // Whose document it is comes before what it looks like: the models are not asked about a stranger's.
        self.must_be_about(&user, &said.attested).await?;
        self.look_at(said.portrait.clone()).await?;
        let check = self.sealed(user, source, said, change)?;
        let recorded = settled(|| {
            let (room, check, change) = (self.0.clone(), check.clone(), change.clone());
            self.0.store.transact(move |db| {
                let Some(user) = db.find_user(&check.user)? else { return Ok(Err(AdminRefusal::Unknown)) };
                if let Err(refusal) = verify(db, &room, &user, &check.attested, &change)? {
                    return Ok(Err(refusal));
                }
                db.insert_identity_check(&check)?;
                let event = room.event_of(AuditKind::IdentityAttested, &change, &check.user);
                let event = event
                    .with("source", check.source.name())
                    .with("transaction", check.id.as_str())
                    .with("document", check.document.as_str())
                    .with("answered_for_by", check.answered_for_by.as_str());
                db.append_event(&event)?;
                Ok(Ok(check.id))
            })
        });
        recorded.await.map_err(|unserved| match AdminRefusal::from(unserved) {
            AdminRefusal::Fault(fault) => Unattested::Fault(fault),
            AdminRefusal::OtherPerson => CheckFlaw::OtherPerson.into(),
            _ => Unattested::Unknown,
        })
    }

    /// Takes an open one back, and wipes its portrait; `false` where it is not open.
    pub async fn withdraw(
        &self,
        user: &UserId,
        check: &IdentityCheckId,
        change: &Change,
    ) -> Result<bool, Fault> {
        let now = self.0.clock.now();
        let event = self.0.event_of(AuditKind::IdentityWithdrawn, change, user);
        let event = event.with("transaction", check.as_str());
        let (user, check) = (user.clone(), check.clone());
        self.0
            .store
            .transact(move |db| {
                let found = db.find_identity_check(&check)?.filter(|found| found.user == user);
                let is_done = found.is_some() && db.withdraw_identity_check(&check, now)?;
                if is_done {
                    db.append_event(&event)?;
                }
                Ok(is_done)
            })
            .await
    }

    async fn must_be_about(&self, user: &UserId, attested: &VerifiedAttributes) -> Result<(), Unattested> {
        let user = user.clone();
        let account = self.0.store.read(move |db| db.find_user(&user)).await?.ok_or(Unattested::Unknown)?;
        match account.verified {
            Some(verified) if !verified.is_same_person_as(attested) => Err(CheckFlaw::OtherPerson.into()),
            _ => Ok(()),
        }
    }

    /// Looks at a portrait as the enrolment will; what is seen is not kept.
    async fn look_at(&self, portrait: EncodedFrame) -> Result<(), Unattested> {
        match self.0.analyzer.embed_portrait(portrait).await {
            Ok(_) => Ok(()),
            Err(PortraitRefusal::Unusable(_)) => Err(CheckFlaw::PortraitUnusable.into()),
            Err(PortraitRefusal::Analyzer(AnalyzerFault::BadPicture(_))) => {
                Err(CheckFlaw::PortraitUnreadable.into())
            }
            Err(PortraitRefusal::Analyzer(AnalyzerFault::Busy)) => Err(Unattested::Busy),
            Err(PortraitRefusal::Analyzer(AnalyzerFault::Fault(fault))) => Err(fault.into()),
        }
    }

    fn sealed(
        &self,
        user: UserId,
        source: CheckSource,
        said: Said,
        change: &Change,
    ) -> Result<IdentityCheck, Fault> {
        let id = IdentityCheckId::from_random(self.0.entropy.bytes());
        let (portrait, now) = (said.portrait.bytes(), self.0.clock.now());
        Ok(IdentityCheck {
            sealed_portrait: self.0.vault.seal(SealedKind::CheckedPortrait, id.as_str(), portrait)?,
            portrait_sha256: base64url(&sha256(portrait)),
            id,
            user,
            source,
            document: said.document,
            document_hash: self.0.document_key.hash(&said.number),
            attested: said.attested,
            checked_by: change.by.clone(),
            answered_for_by: said.answered_for_by,
            checked_at: now,
            expires_at: now.saturating_add(check::LIFETIME).unwrap_or(now),
            used_at: None,
            withdrawn_at: None,
        })
    }
}

fn read(attestation: Attestation, now: jiff::Timestamp) -> Result<Said, Vec<CheckFlaw>> {
    let document = words(&attestation.document);
    let number = DocumentNumber::parse(&attestation.number);
    let names = words(&attestation.given_name).zip(words(&attestation.family_name));
    let birth_date = parse_birth_date(&attestation.birth_date, now);
    let answered_for_by = words(&attestation.answered_for_by);
    let mut flaws = Vec::new();
    flaws.extend(document.is_none().then_some(CheckFlaw::Document));
    flaws.extend(number.is_none().then_some(CheckFlaw::Number));
    flaws.extend(names.is_none().then_some(CheckFlaw::Name));
    flaws.extend(birth_date.is_none().then_some(CheckFlaw::BirthDate));
    flaws.extend(answered_for_by.is_none().then_some(CheckFlaw::AnsweredForBy));
    let portrait = match attestation.portrait {
        None => Err(CheckFlaw::PortraitMissing),
        Some(portrait) if is_jpeg(portrait.bytes()) => Ok(portrait),
        Some(_) => Err(CheckFlaw::PortraitUnreadable),
    };
    flaws.extend(portrait.as_ref().err());
    match (document, number, names, birth_date, answered_for_by, portrait) {
        (
            Some(document),
            Some(number),
            Some(names),
            Some(birth_date),
            Some(answered_for_by),
            Ok(portrait),
        ) => {
            let (given_name, family_name) = names;
            let attested = VerifiedAttributes { given_name, family_name, birth_date };
            Ok(Said { document, number, attested, answered_for_by, portrait })
        }
        _ => Err(flaws),
    }
}

/// Words on one line, without white space around and more than one between.
fn words(text: &str) -> Option<String> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = !words.is_empty() && words.chars().count() <= LONGEST_WORDS;
    (fits && !words.chars().any(char::is_control)).then_some(words)
}

fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.len() <= LARGEST_PORTRAIT && bytes.starts_with(&JPEG)
}
