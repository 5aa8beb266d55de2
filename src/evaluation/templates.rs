//! Means of several pictures against means of several: what the product compares. Pictures of an identity are divided into
//! disjoint runs in the order of their names, and two means that share a picture are never compared.

use std::path::PathBuf;

use super::{
    EvaluationFault,
    pictures::{PictureFolder, folder_of},
    report::{LeftOut, Measured, Method, Report},
    setting::{Person, Setting, failures, people},
};
use crate::domain::face::{
    error_rates::{Specimen, Trials, Weighting},
    template::{FaceTemplate, ModelId},
};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder of pictures.
    pub images: PathBuf,
    /// How many pictures make a reference.
    pub enrol: usize,
    /// How many pictures make a probe.
    pub probe: usize,
}

/// Measures, every identity alike.
pub fn measure(setting: &Setting<'_>, request: &Request) -> Result<Report, EvaluationFault> {
    let pictures = PictureFolder::list(&request.images)?.pictures;
    pictures.iter().try_for_each(|picture| folder_of(&request.images, picture).map(drop))?;
    let acquired = setting.embed(&request.images, &pictures)?;
    let people = people(pictures.iter().map(String::as_str).zip(&acquired));
    let model = setting.model();
    let sides = Sides::of(&people, request.enrol, request.probe, &model);
    let trials = sides.trials();
    let measured = Measured::count(trials, LeftOut::default(), setting.resampling);
    let rates = &measured.rates;
    if rates.genuine() == 0 || rates.impostor() == 0 {
        return Err(EvaluationFault::TooLittle(format!(
            "{}: gives {} genuine and {} impostor comparisons; both are needed, and a genuine one needs {} usable pictures \
             of one identity",
            request.images.display(),
            rates.genuine(),
            rates.impostor(),
            request.enrol + request.probe
        )));
    }
    let how = "1 - the least mean of FMR and FNMR at one threshold, each identity alike, which is chosen on the same \
               comparisons";
    Ok(Report {
        comparison: format!("{} against {}", named(request.enrol), named(request.probe)),
        genuine: rates.genuine(),
        impostor: rates.impostor(),
        failure_to_acquire: failures(&acquired),
        accuracy: 1.0 - rates.least_mean_error(Weighting::Identities),
        accuracy_method: how.to_owned(),
        eer: rates.equal_error_rate(Weighting::Identities),
        eer_by_identity: rates.equal_error_rate(Weighting::Identities),
        weighting: "identities",
        operating_points: measured.operating_points(Weighting::Identities),
        pictures: pictures.len(),
        identities: people.len(),
        identities_with_genuine: rates.identities(),
        pairs_of_identities: rates.pairs_of_identities() as u64,
        left_out: LeftOut::default(),
        listed: None,
        method: Method::of(model.as_str(), setting),
        curves: vec![
            measured.curve("each identity alike", Weighting::Identities),
            measured.curve("each comparison alike", Weighting::Comparisons),
        ],
    })
}

/// What is compared: references with probes, or where both are made alike, every two of them.
pub struct Sides {
    references: Vec<Specimen>,
    probes: Option<Vec<Specimen>>,
}

impl Sides {
    /// Makes the means of both sides.
    pub fn of(people: &[Person<'_>], enrol: usize, probe: usize, model: &ModelId) -> Self {
        let probes = (enrol != probe).then(|| means(people, probe, model));
        Self { references: means(people, enrol, model), probes }
    }

    /// The comparisons.
    pub fn trials(&self) -> Trials<'_> {
        match &self.probes {
            None => Trials::Among(&self.references),
            Some(probes) => Trials::Between { references: &self.references, probes },
        }
    }
}

/// The means of all whole runs of so many pictures of each person.
pub fn means(people: &[Person<'_>], of: usize, model: &ModelId) -> Vec<Specimen> {
    let mut specimens = Vec::new();
    for (identity, person) in people.iter().enumerate() {
        for (run, faces) in person.faces.chunks_exact(of.max(1)).enumerate() {
            let start = (run * of) as u32;
            if let Ok(template) = FaceTemplate::mean_of(model.clone(), faces.iter().copied()) {
                let pictures = start..start + of as u32;
                specimens.push(Specimen { identity: identity as u32, pictures, template });
            }
        }
    }
    specimens
}

/// What a mean of so many pictures is called.
pub fn named(pictures: usize) -> String {
    if pictures == 1 { "one picture".to_owned() } else { format!("the mean of {pictures} pictures") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::face::template::Embedding;

    #[test]
    fn means_are_of_disjoint_whole_runs() {
        let face = Embedding::new(vec![1.0, 2.0]);
        let person = |faces| Person { faces: vec![&face; faces], failed: 0 };
        let means = means(&[person(7), person(2)], 3, &ModelId("m".into()));
        let runs: Vec<_> = means.iter().map(|mean| (mean.identity, mean.pictures.clone())).collect();
        assert_eq!(runs, [(0, 0..3), (0, 3..6)]);
    }
}
