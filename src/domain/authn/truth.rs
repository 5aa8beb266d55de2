//! What names of contexts claim, and whether the proofs behind one make the claim true. What is not true is refused when it
//! is configured, so that no token can say it.

use super::{
    acr::{AcrRule, Combination},
    ledger::Method,
};

/// What a name claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    /// Something that no proof of ours is.
    Never(&'static str),
    /// Every combination has one of these.
    Each(&'static [Factor], &'static str),
    /// Every combination has two distinct factors.
    TwoFactors,
}

/// A kind of proof (NIST SP 800-63B-4 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factor {
    Knowledge,
    Inherence,
    Possession,
    /// A face that came by a device key of the account's, in one proof.
    BoundFace,
    /// An enrolment that was made lately.
    Proofed,
}

const PHISHING: &str = "it says that the sign-in resists phishing, and no proof that Facestep takes does";
const LEVEL: &str =
    "it names a level of assurance that an audited scheme gives, and no proof that Facestep takes reaches";
const A_PASSWORD: &str = "a password";

/// Names of other vocabularies, in lower case, with what they claim: EAP ACR Values 1.0 §2, Okta, NIST SP 800-63-4, eIDAS
/// (EU 2015/1502), REFEDS MFA 1.2, PAPE 1.0 §4, SAML Authentication Context 2.0 §3.4, Microsoft Entra external authentication methods.
const CLAIMS: [(&str, Claim); 23] = [
    ("phr", Claim::Never(PHISHING)),
    ("phrh", Claim::Never(PHISHING)),
    ("http://schemas.openid.net/pape/policies/2007/06/phishing-resistant", Claim::Never(PHISHING)),
    ("http://eidas.europa.eu/loa/substantial", Claim::Never(LEVEL)),
    ("http://eidas.europa.eu/loa/high", Claim::Never(LEVEL)),
    ("http://schemas.openid.net/pape/policies/2007/06/multi-factor-physical", Claim::Never(LEVEL)),
    ("http://schemas.openid.net/pape/policies/2007/06/multi-factor", Claim::TwoFactors),
    ("https://refeds.org/profile/mfa", Claim::TwoFactors),
    ("urn:okta:loa:2fa:any", Claim::TwoFactors),
    ("http://schemas.microsoft.com/claims/multipleauthn", Claim::TwoFactors),
    ("urn:okta:loa:1fa:pwd", Claim::Each(&[Factor::Knowledge], A_PASSWORD)),
    ("urn:oasis:names:tc:saml:2.0:ac:classes:password", Claim::Each(&[Factor::Knowledge], A_PASSWORD)),
    (
        "urn:oasis:names:tc:saml:2.0:ac:classes:passwordprotectedtransport",
        Claim::Each(&[Factor::Knowledge], A_PASSWORD),
    ),
    ("knowledge", Claim::Each(&[Factor::Knowledge], "something that the person knows")),
    ("inherence", Claim::Each(&[Factor::Inherence], "something that the person is")),
    ("possession", Claim::Each(&[Factor::Possession], "something that the person has")),
    ("knowledgeorpossession", Claim::Each(&[Factor::Knowledge, Factor::Possession], "a password or a key")),
    ("knowledgeorinherence", Claim::Each(&[Factor::Knowledge, Factor::Inherence], "a password or a face")),
    ("possessionorinherence", Claim::Each(&[Factor::Possession, Factor::Inherence], "a key or a face")),
    ("urn:facestep:acr:pwd", Claim::Each(&[Factor::Knowledge], A_PASSWORD)),
    ("urn:facestep:acr:face", Claim::Each(&[Factor::Inherence], "a face")),
    ("urn:facestep:acr:face+device", Claim::Each(&[Factor::BoundFace], "a face by a device key")),
    ("urn:facestep:acr:face+proofed", Claim::Each(&[Factor::Proofed], "a face of a recent enrolment")),
];

/// Why a context of these proofs may not be told under this name; none where it may.
pub fn untrue(name: &str, rule: &AcrRule) -> Option<String> {
    let name = name.to_lowercase();
    let by_name = CLAIMS.iter().find(|(known, _)| *known == name).map(|(_, claim)| *claim);
    let claim = by_name.or_else(|| assurance_level(&name))?;
    let each = |has: &dyn Fn(&Combination) -> bool| rule.any_of.iter().all(has);
    match claim {
        Claim::Never(why) => Some(why.to_owned()),
        Claim::Each(factors, what) => (!each(&|one| factors.iter().any(|factor| one.has(*factor))))
            .then(|| format!("it says that there was {what}, and not every way to the context asks for it")),
        Claim::TwoFactors => (!each(&Combination::has_two_factors))
            .then(|| "it says two factors, and not every way to the context asks for two".to_owned()),
    }
}

/// NIST's levels under whichever prefix they are written. AAL2 takes a biometric only together with a physical
/// authenticator (NIST SP 800-63B-4 §2.2.1, §3.2.3), which the key of a device is; AAL3 takes hardware that resists phishing.
fn assurance_level(name: &str) -> Option<Claim> {
    let ends =
        |level: &str| name.ends_with(&format!("aal{level}")) || name.ends_with(&format!("aal/{level}"));
    if ends("3") {
        Some(Claim::Never(LEVEL))
    } else if ends("2") {
        Some(Claim::Each(&[Factor::BoundFace], "a face together with a device key, as AAL2 asks"))
    } else {
        None
    }
}

impl Combination {
    fn has(&self, factor: Factor) -> bool {
        self.proofs.iter().any(|proof| match factor {
            Factor::Knowledge => proof.method == Method::Pwd,
            Factor::Inherence => proof.method == Method::Face,
            Factor::Possession => proof.device_key,
            Factor::BoundFace => proof.method == Method::Face && proof.device_key,
            Factor::Proofed => proof.method == Method::Face && proof.proofed_within.is_some(),
        })
    }

    fn has_two_factors(&self) -> bool {
        let factors = [Factor::Knowledge, Factor::Inherence, Factor::Possession];
        factors.into_iter().filter(|factor| self.has(*factor)).count() > 1
    }
}
