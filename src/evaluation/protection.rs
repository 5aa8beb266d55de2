//! What the renewable transform costs and gives (ISO/IEC 24745): the same decisions, and enrolments that do not match each
//! other. Each picture, or each mean of so many, is one enrolment under a key of its own.

use std::path::PathBuf;

use serde::Serialize;

use super::{
    EvaluationFault,
    pictures::{PictureFolder, folder_of},
    report::Method,
    setting::{Setting, people},
    templates::{means, named},
};
use crate::domain::face::protection::{Agreement, Linkability, Unlinkability, agreement, unlinkability};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder of pictures.
    pub images: PathBuf,
    /// How many pictures make a template.
    pub enrol: usize,
    /// With how many drawn others each template is compared.
    pub others: usize,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct ProtectionReport {
    /// What a template is made of.
    pub template: String,
    /// How many enrolments there were, each under its own transform.
    pub enrolments: usize,
    /// How many people they are of.
    pub identities: usize,
    /// How comparisons come out with the transform and without it.
    pub agreement: AgreementFigures,
    /// How well enrolments can be linked.
    pub linking: Vec<LinkingFigures>,
    /// How it was measured.
    pub method: Method,
}

/// How comparisons come out with the transform and without it.
#[derive(Debug, Serialize)]
pub struct AgreementFigures {
    /// Comparisons of one person.
    pub genuine: u64,
    /// Comparisons of two.
    pub impostor: u64,
    /// The largest difference of a cosine.
    pub largest_difference: f64,
    /// The decisions at some thresholds.
    pub decisions: Vec<DecisionFigures>,
}

/// Decisions at one threshold.
#[derive(Debug, Serialize)]
pub struct DecisionFigures {
    /// The cosine.
    pub threshold: f64,
    /// False non-match rates without the transform and with it.
    pub fnmr: [f64; 2],
    /// False match rates without the transform and with it.
    pub fmr: [f64; 2],
    /// Comparisons that were decided otherwise.
    pub different: u64,
}

/// One way of linking.
#[derive(Debug, Serialize)]
pub struct LinkingFigures {
    /// What is linked, and by what.
    pub attempt: &'static str,
    /// Pairs of one person.
    pub mated: usize,
    /// Pairs of two.
    pub non_mated: usize,
    /// The measure of Gomez-Barrero et al. 2018: 0 unlinkable, 1 fully linkable.
    pub d_sys: f64,
    /// What labels give that mean nothing: the median, and what 97.5 % stay below.
    pub d_sys_by_chance: [f64; 2],
    /// How often a pair of one person scores above a pair of two.
    pub above: f64,
    /// What 95 % of meaningless labels lie between.
    pub above_by_chance: [f64; 2],
}

/// Measures.
pub fn measure(setting: &Setting<'_>, request: &Request) -> Result<ProtectionReport, EvaluationFault> {
    let pictures = PictureFolder::list(&request.images)?.pictures;
    pictures.iter().try_for_each(|picture| folder_of(&request.images, picture).map(drop))?;
    let acquired = setting.embed(&request.images, &pictures)?;
    let people = people(pictures.iter().map(String::as_str).zip(&acquired));
    let model = setting.model();
    let specimens = means(&people, request.enrol, &model);
    let seed = setting.resampling.seed;
    let agreement = agreement(&specimens, request.others, seed);
    if agreement.genuine == 0 || agreement.impostor == 0 {
        return Err(EvaluationFault::TooLittle(format!(
            "{}: a person with {} usable pictures is needed, and another one",
            request.images.display(),
            2 * request.enrol
        )));
    }
    let mut identities: Vec<u32> = specimens.iter().map(|specimen| specimen.identity).collect();
    identities.dedup();
    Ok(ProtectionReport {
        template: named(request.enrol),
        enrolments: specimens.len(),
        identities: identities.len(),
        agreement: figures(&agreement),
        linking: linking(&unlinkability(&specimens, request.others, seed)),
        method: Method::of(model.as_str(), setting),
    })
}

fn figures(agreement: &Agreement) -> AgreementFigures {
    let share = |count: u64, of: u64| count as f64 / of as f64;
    let decisions = agreement.decisions.iter().map(|at| DecisionFigures {
        threshold: at.threshold,
        fnmr: at.false_non_matches.map(|count| share(count, agreement.genuine)),
        fmr: at.false_matches.map(|count| share(count, agreement.impostor)),
        different: at.different,
    });
    AgreementFigures {
        genuine: agreement.genuine,
        impostor: agreement.impostor,
        largest_difference: agreement.largest_difference,
        decisions: decisions.collect(),
    }
}

fn linking(found: &Unlinkability) -> Vec<LinkingFigures> {
    let of = |attempt, linkability: &Linkability| LinkingFigures {
        attempt,
        mated: linkability.mated,
        non_mated: linkability.non_mated,
        d_sys: linkability.d_sys,
        d_sys_by_chance: linkability.chance.d_sys,
        above: linkability.above,
        above_by_chance: linkability.chance.above,
    };
    vec![
        of("two templates of a person, without any transform", &found.plain),
        of("two enrolments of a person, by their cosine", &found.two_enrolments),
        of("one template before and after a renewal, by their cosine", &found.renewed),
        of("one template before and after a renewal, by the spread of its values", &found.renewed_by_spread),
    ]
}
