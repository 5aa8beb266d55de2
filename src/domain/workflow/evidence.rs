//! What a government identity source attested, and whether it is about the person behind the account.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::domain::user::VerifiedAttributes;

/// How the source itself classed its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchClass {
    /// Every field that was sent matched.
    Exact,
    /// Some did.
    Partial,
    /// None did, or there is no such record.
    None,
}

/// What the source attested. The portrait itself is not kept, only its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityEvidence {
    /// Which source.
    pub source: String,
    /// The source's own name for this answer.
    pub transaction: String,
    /// Keyed hash of the document's number, base64url.
    pub document_hash: String,
    /// How the source classed it.
    pub class: MatchClass,
    /// Given name on record.
    pub given_name: String,
    /// Family name on record.
    pub family_name: String,
    /// Birth date on record.
    pub birth_date: Date,
    /// SHA-256 of the portrait on record, base64url.
    pub portrait_sha256: String,
    /// When the source answered.
    pub checked_at: Timestamp,
}

/// Why evidence cannot carry an enrolment for this account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceRefusal {
    /// The source has no such record.
    #[error("the source has no matching record")]
    NoMatch,
    /// The source matched only in part.
    #[error("the source matched only in part")]
    PartialMatch,
    /// The record is about someone else than the attributes verified on the account before.
    #[error("the record is about another person than the account")]
    OtherPerson,
    /// Nothing was verified on the account before.
    #[error("no attributes were verified on the account before")]
    NothingVerified,
}

/// Evidence that was proven to be about the person behind the account; [`IdentityEvidence::judge`] alone makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchedEvidence(IdentityEvidence);

impl IdentityEvidence {
    /// Holds the record against what was verified on the account before, never against what was typed in this visit: a
    /// password thief has a genuine document and a genuine face of their own.
    pub fn judge(self, verified: Option<&VerifiedAttributes>) -> Result<MatchedEvidence, EvidenceRefusal> {
        let verified = verified.ok_or(EvidenceRefusal::NothingVerified)?;
        match self.class {
            MatchClass::None => return Err(EvidenceRefusal::NoMatch),
            MatchClass::Partial => return Err(EvidenceRefusal::PartialMatch),
            MatchClass::Exact => {}
        }
        let on_record = VerifiedAttributes {
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            birth_date: self.birth_date,
        };
        match on_record.is_same_person_as(verified) {
            true => Ok(MatchedEvidence(self)),
            false => Err(EvidenceRefusal::OtherPerson),
        }
    }
}

impl MatchedEvidence {
    /// What was attested.
    pub fn evidence(&self) -> &IdentityEvidence {
        &self.0
    }
}

impl VerifiedAttributes {
    /// Whether both are about one person: the same birth date, and the same names but for case and white space.
    pub fn is_same_person_as(&self, other: &Self) -> bool {
        folded(&self.given_name) == folded(&other.given_name)
            && folded(&self.family_name) == folded(&other.family_name)
            && self.birth_date == other.birth_date
    }
}

/// A name without differences of case and white space. Diacritics and spelling are left to the source: being lenient
/// here would let a namesake through.
fn folded(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(class: MatchClass) -> IdentityEvidence {
        IdentityEvidence {
            source: "simulator".into(),
            transaction: "t1".into(),
            document_hash: String::new(),
            class,
            given_name: "Ada".into(),
            family_name: "King  Lovelace".into(),
            birth_date: jiff::civil::date(1815, 12, 10),
            portrait_sha256: String::new(),
            checked_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn account(given: &str, family: &str, day: i8) -> VerifiedAttributes {
        VerifiedAttributes {
            given_name: given.into(),
            family_name: family.into(),
            birth_date: jiff::civil::date(1815, 12, day),
        }
    }

    #[test]
    fn evidence_must_be_about_the_person_verified_before() {
        let exact = || evidence(MatchClass::Exact);
        assert!(exact().judge(Some(&account("ADA", "King Lovelace", 10))).is_ok());
        for other in [
            account("Ada", "King", 10),
            account("Ava", "King Lovelace", 10),
            account("Ada", "King Lovelace", 11),
        ] {
            assert_eq!(exact().judge(Some(&other)), Err(EvidenceRefusal::OtherPerson));
        }
        assert_eq!(exact().judge(None), Err(EvidenceRefusal::NothingVerified));
    }

    #[test]
    fn anything_less_than_an_exact_match_is_refused() {
        let ada = account("Ada", "King Lovelace", 10);
        assert_eq!(evidence(MatchClass::Partial).judge(Some(&ada)), Err(EvidenceRefusal::PartialMatch));
        assert_eq!(evidence(MatchClass::None).judge(Some(&ada)), Err(EvidenceRefusal::NoMatch));
    }
}
