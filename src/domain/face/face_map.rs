//! The 3D face map: the mesh of a capture's frames, laid over each other in space, as one shape of no size.
//!
//! Each frame's points are laid over the shape found so far by turning and scaling them (a generalised Procrustes
//! analysis: J. C. Gower, Psychometrika 40, 1975). Points that look away from the camera in a frame weigh less there, and
//! points that lie off (a moving mouth) weigh less too. What is kept is how the shape departs from the average face, as a
//! direction of length one: two maps compare by a dot product, so that a keyed orthogonal transform of both changes
//! nothing. The map is a biometric template: it is never printed, and leaves memory sealed only.

use zeroize::Zeroizing;

use super::{
    alignment::Alignment,
    canonical::{self, Place, SKIN, dot, minus, plus, times},
    coverage::Coverage,
    observation::ObservedFace,
    template::{Embedding, FaceTemplate, ModelId, NoTemplate},
};

/// How often the frames are laid over what they have in common.
const ROUNDS: usize = 3;
/// How often a frame is laid again with the weights of its last place.
const REFITS: usize = 3;
/// Least weight of a point that looks away from the camera: the mesh model guesses where it is, from what it sees.
const HIDDEN: f64 = 0.05;
/// How many times the median a point may lie off before it weighs less (P. J. Huber, Robust Statistics, 1981).
const OFF: f64 = 2.0;
/// How far a point of one frame is off as a rule, as a share of the face's size.
const SCATTER: f64 = 0.002;
/// How far people's points differ, as a share of the face's size.
const PEOPLE: f64 = 0.002;

/// The shape of a face, fused over the poses of a capture.
#[derive(Clone)]
pub struct FaceMap {
    direction: Zeroizing<Vec<f32>>,
    uncertainty: Zeroizing<Vec<f32>>,
    coverage: Coverage,
}

impl FaceMap {
    /// How many numbers [`Self::values`] has: three for each point of the skin.
    pub const VALUES: usize = 3 * SKIN;
    /// Names how maps are made; those of different recipes do not compare.
    pub const RECIPE: &'static str = "map-1";

    /// Fuses the faces of one capture; `centre` is the one nearest to the person's own centre. `None` where a face has no
    /// mesh that makes a body.
    pub fn fuse<'a>(
        centre: &'a ObservedFace,
        others: impl IntoIterator<Item = &'a ObservedFace>,
    ) -> Option<Self> {
        let faces: Vec<&ObservedFace> = std::iter::once(centre).chain(others).collect();
        let views: Vec<Vec<Place>> = faces.iter().map(|face| skin(face)).collect::<Option<_>>()?;
        let coverage = faces.iter().fold(Coverage::NONE, |seen, face| seen.and(Coverage::of(face, centre)));
        let mut shape = standard(canonical::points().collect())?;
        let mut laid = Vec::new();
        for _ in 0..ROUNDS {
            laid = views.iter().map(|view| lay(view, &shape)).collect::<Option<Vec<_>>>()?;
            shape = standard(mean(&laid))?;
        }
        let uncertainty = uncertainty(&laid, &shape);
        Self::from_values(direction(&shape, &uncertainty)?, uncertainty, coverage)
    }

    /// The direction in which the shape departs from the average face, for sealing and its keyed transform.
    pub fn values(&self) -> &[f32] {
        &self.direction
    }

    /// For each point, the standard error of its place as a share of the face's size, for sealing.
    pub fn uncertainty(&self) -> &[f32] {
        &self.uncertainty
    }

    /// Which poses it was fused of. This is no biometric.
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// Reads back what was sealed, and brings the direction to length one; `None` for what is no map.
    pub fn from_values(values: Vec<f32>, uncertainty: Vec<f32>, coverage: Coverage) -> Option<Self> {
        let mut direction = Zeroizing::new(values);
        let uncertainty = Zeroizing::new(uncertainty);
        let length = direction.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        let is_map = direction.len() == Self::VALUES
            && uncertainty.len() == SKIN
            && uncertainty.iter().all(|value| value.is_finite())
            && length.is_normal();
        direction.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
        is_map.then_some(Self { direction, uncertainty, coverage })
    }

    /// The map as a template of its own recipe, which compares as templates do.
    pub fn as_template(&self) -> Result<FaceTemplate, NoTemplate> {
        let direction = Embedding::new(self.direction.to_vec());
        FaceTemplate::mean_of(ModelId(Self::RECIPE.to_owned()), [&direction])
    }

    /// The map beside a template, so that the similarity of two such is the weighted sum of both similarities.
    pub fn beside(&self, template: &FaceTemplate, share: f32) -> Result<FaceTemplate, NoTemplate> {
        let own = self.direction.iter().map(|value| value * share.sqrt());
        let other = template.values().iter().map(|value| value * (1.0 - share).sqrt());
        let joined = Embedding::new(other.chain(own).collect());
        let recipe = format!("{} beside {}", Self::RECIPE, template.model().as_str());
        FaceTemplate::mean_of(ModelId(recipe), [&joined])
    }
}

/// A frame's points, laid over a shape, and what each weighs.
struct Laid {
    places: Vec<Place>,
    weights: Vec<f64>,
}

/// A face's points in space: y up and z towards the camera, as the canonical face has them.
fn skin(face: &ObservedFace) -> Option<Vec<Place>> {
    let places: Vec<Place> =
        face.mesh.iter().take(SKIN).map(|[x, y, z]| [*x, -*y, -*z].map(f64::from)).collect();
    let is_whole = places.len() == SKIN && places.iter().flatten().all(|value| value.is_finite());
    is_whole.then_some(places)
}

/// Lays a frame's points over a shape.
fn lay(view: &[Place], shape: &[Place]) -> Option<Laid> {
    let mut weights = vec![1.0; view.len()];
    let mut alignment = Alignment::between(view, shape, &weights)?;
    for _ in 0..REFITS {
        weights = facing(&alignment);
        let off: Vec<f64> = view.iter().zip(shape).map(|(a, b)| distance(alignment.apply(*a), *b)).collect();
        let bound = OFF * median(&off);
        for (weight, off) in weights.iter_mut().zip(&off) {
            *weight *= if *off > bound { bound / off } else { 1.0 };
        }
        alignment = Alignment::between(view, shape, &weights)?;
    }
    Some(Laid { places: view.iter().map(|place| alignment.apply(*place)).collect(), weights })
}

/// How much each point of the face looks at the camera.
fn facing(alignment: &Alignment) -> Vec<f64> {
    let camera = alignment.turn([0.0, 0.0, 1.0]);
    canonical::normals().iter().map(|normal| dot(*normal, camera).max(HIDDEN)).collect()
}

/// The weighted mean of each point.
fn mean(laid: &[Laid]) -> Vec<Place> {
    let mut sums = vec![([0.0; 3], 0.0); SKIN];
    for view in laid {
        for ((sum, total), (place, weight)) in sums.iter_mut().zip(view.places.iter().zip(&view.weights)) {
            *sum = plus(*sum, times(*place, *weight));
            *total += weight;
        }
    }
    sums.into_iter().map(|(sum, total)| times(sum, 1.0 / total)).collect()
}

/// The standard error of each point's place: what the frames scatter, where there are several, and what one frame alone
/// is off by as a rule. The rule counts as one frame more.
fn uncertainty(laid: &[Laid], shape: &[Place]) -> Vec<f32> {
    let mut sums = vec![(SCATTER * SCATTER, 1.0); SKIN];
    for view in laid {
        let weighed = view.places.iter().zip(shape).zip(&view.weights);
        for ((squares, total), ((place, middle), weight)) in sums.iter_mut().zip(weighed) {
            *squares += weight * distance(*place, *middle).powi(2);
            *total += weight;
        }
    }
    // Of n frames and the rule, n were averaged.
    sums.into_iter().map(|(squares, total)| (squares / total / (total - 1.0)).sqrt() as f32).collect()
}

/// How the shape departs from the average face, each point the less the less certain it is (J. O. Berger, Statistical
/// Decision Theory and Bayesian Analysis, §4.2.2).
fn direction(shape: &[Place], uncertainty: &[f32]) -> Option<Vec<f32>> {
    let average = standard(canonical::points().collect())?;
    let departures = shape.iter().zip(average).zip(uncertainty).flat_map(|((place, middle), error)| {
        let trust = PEOPLE * PEOPLE / (PEOPLE * PEOPLE + f64::from(*error).powi(2));
        times(minus(*place, middle), trust)
    });
    Some(departures.map(|value| value as f32).collect())
}

/// A shape in the canonical face's frame, about its own middle, of centroid size one (F. L. Bookstein, 1991).
fn standard(shape: Vec<Place>) -> Option<Vec<Place>> {
    let canonical: Vec<Place> = canonical::points().collect();
    let even = vec![1.0; shape.len()];
    let alignment = Alignment::between(&shape, &canonical, &even)?;
    let placed: Vec<Place> = shape.iter().map(|place| alignment.apply(*place)).collect();
    let n = placed.len() as f64;
    let middle = times(placed.iter().fold([0.0; 3], |sum, place| plus(sum, *place)), 1.0 / n);
    let size = placed.iter().map(|place| distance(*place, middle).powi(2)).sum::<f64>().sqrt();
    size.is_normal().then(|| placed.iter().map(|place| times(minus(*place, middle), 1.0 / size)).collect())
}

fn distance(a: Place, b: Place) -> f64 {
    let off = minus(a, b);
    dot(off, off).sqrt()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use static_assertions::assert_not_impl_any;

    use super::*;
    use crate::domain::face::sample;

    assert_not_impl_any!(FaceMap: std::fmt::Debug, std::fmt::Display, serde::Serialize);

    /// A person's face (the canonical one, bent in a way of their own), turned, somewhere in a frame.
    fn seen(person: u8, yaw: f64, pitch: f64) -> ObservedFace {
        let bend = f64::from(person);
        let (sy, cy) = yaw.to_radians().sin_cos();
        let (sp, cp) = pitch.to_radians().sin_cos();
        let mut face = sample::head(yaw as f32, pitch as f32);
        face.mesh = canonical::points()
            .map(|[x, y, z]| [x, y + 0.3 * (0.4 * x * x + bend).sin(), z + 0.3 * (y * bend).cos()])
            .map(|[x, y, z]| [x * cy + z * sy, y, z * cy - x * sy])
            .map(|[x, y, z]| [x, y * cp - z * sp, z * cp + y * sp])
            .map(|[x, y, z]| [320.0 + 14.0 * x, 240.0 - 14.0 * y, -14.0 * z].map(|value| value as f32))
            .collect();
        face
    }

    fn alike(one: &FaceMap, other: &FaceMap, least: f32) -> bool {
        let [one, other] = [one, other].map(|map| map.as_template().unwrap());
        one.compare(&other).unwrap().reaches(least)
    }

    fn map(person: u8, views: &[(f64, f64)]) -> FaceMap {
        let others: Vec<ObservedFace> = views.iter().map(|(yaw, pitch)| seen(person, *yaw, *pitch)).collect();
        FaceMap::fuse(&seen(person, 1.0, -2.0), &others).unwrap()
    }

    #[test]
    fn a_face_has_the_same_map_however_it_was_turned() {
        let one = map(1, &[(25.0, 0.0), (-25.0, 0.0)]);
        assert!(alike(&one, &map(1, &[(0.0, 12.0), (0.0, -12.0), (15.0, 3.0)]), 0.99));
        assert!(!alike(&one, &map(2, &[(25.0, 0.0), (-25.0, 0.0)]), 0.9));
    }

    #[test]
    fn a_map_is_of_no_size_and_stands_nowhere() {
        let mut moved = seen(3, 0.0, 0.0);
        for [x, y, z] in &mut moved.mesh {
            (*x, *y, *z) = (2.5 * *y + 30.0, -2.5 * *x + 400.0, 2.5 * *z);
        }
        let moved = FaceMap::fuse(&moved, []).unwrap();
        assert!(alike(&moved, &FaceMap::fuse(&seen(3, 0.0, 0.0), []).unwrap(), 0.9999));
    }

    #[test]
    fn a_map_knows_which_poses_it_covers() {
        let coverage = map(1, &[(25.0, 0.0), (0.0, -15.0)]).coverage();
        assert_eq!(coverage.to_string(), "centre left up");
    }

    #[test]
    fn frames_that_agree_make_a_surer_map_than_one_frame_and_frames_that_do_not_a_less_sure_one() {
        let mean = |map: &FaceMap| map.uncertainty().iter().sum::<f32>();
        let several = [(5.0, 0.0), (-5.0, 0.0), (0.0, 5.0)];
        assert!(mean(&map(1, &several)) < mean(&map(1, &[])));
        let two_people = FaceMap::fuse(&seen(1, 0.0, 0.0), &[seen(2, 0.0, 0.0)]).unwrap();
        assert!(mean(&two_people) > mean(&map(1, &[(1.0, 0.0)])));
    }

    #[test]
    fn what_was_sealed_is_read_back_and_nothing_else() {
        let one = map(1, &[(20.0, 0.0)]);
        let (values, uncertainty) = (one.values().to_vec(), one.uncertainty().to_vec());
        let back = FaceMap::from_values(values.clone(), uncertainty.clone(), one.coverage()).unwrap();
        assert!(alike(&back, &one, 0.9999) && back.coverage() == one.coverage());
        assert!(
            FaceMap::from_values(vec![0.0; FaceMap::VALUES], uncertainty.clone(), Coverage::NONE).is_none()
        );
        assert!(FaceMap::from_values(values.clone(), vec![f32::NAN; SKIN], Coverage::NONE).is_none());
        assert!(FaceMap::from_values(values[1..].to_vec(), uncertainty, Coverage::NONE).is_none());
    }

    #[test]
    fn beside_a_template_both_similarities_count_by_their_shares() {
        let (one, other) = (map(1, &[]), map(1, &[]));
        let template = |person: u8| {
            FaceTemplate::mean_of(ModelId("m".into()), [&sample::embedding(person, 1.0)]).unwrap()
        };
        // The maps are the same and the templates orthogonal: what is left is the map's share.
        let [a, b] =
            [(&one, 1), (&other, 2)].map(|(map, person)| map.beside(&template(person), 0.3).unwrap());
        assert!(a.compare(&b).unwrap().reaches(0.2999) && !a.compare(&b).unwrap().reaches(0.3001));
    }

    #[test]
    fn a_face_without_a_mesh_has_no_map() {
        let mut bare = seen(1, 0.0, 0.0);
        bare.mesh.truncate(100);
        assert!(FaceMap::fuse(&seen(1, 0.0, 0.0), &[bare]).is_none());
        let mut point = seen(1, 0.0, 0.0);
        point.mesh.fill([5.0, 5.0, 0.0]);
        assert!(FaceMap::fuse(&point, []).is_none());
        point.mesh.fill([f32::NAN; 3]);
        assert!(FaceMap::fuse(&point, []).is_none());
    }
}
