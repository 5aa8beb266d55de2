//! Each stage of the pipeline beside the bare run of its model: the same session options, input laid out before, output
//! not read.

use std::collections::BTreeMap;

use facestep::{
    domain::face::examination::{Worth, WorthyFace},
    inference::{
        aligner::align,
        attack::AttackModels,
        detector::Detector,
        embedder::Embedder,
        image::{Limits, decode_into},
        manifest::Layout,
        mesh::Mesher,
        pipeline::Pipeline,
        runtime::Session,
        verify::Models,
    },
};

use crate::{
    Failure, capture,
    clock::{Sample, of_thread},
    memory::allocated,
    report::Report,
};

/// How often every frame is measured.
const ROUNDS: usize = 4;
/// The poses that are measured.
const POSES: [&str; 9] =
    ["front", "yaw_+20", "yaw_-20", "yaw_+40", "yaw_-40", "pitch_+10", "pitch_-10", "pitch_+20", "pitch_-20"];

/// Milliseconds of one bare run of each model.
pub type Bare = BTreeMap<&'static str, f64>;

/// A model run by itself.
struct Run {
    session: Session,
    shape: Vec<usize>,
    values: Vec<f32>,
    taken: Sample,
}

impl Run {
    fn of(session: Session, shape: &[usize], high: f32) -> Self {
        // A made-up picture: convolutions take as long whatever they see.
        let count = shape.iter().product();
        let values = (0..count).map(|i: usize| (i * 7919 % 256) as f32 / 255.0 * high).collect();
        Self { session, shape: shape.to_vec(), values, taken: Sample::default() }
    }

    fn once(&mut self) -> Result<(), Failure> {
        let (run, took) = of_thread(|| self.session.run_with(&self.shape, &self.values, |_| ()));
        run?;
        self.taken.take(took);
        Ok(())
    }
}

/// Measures every stage, and answers with the cost of one bare run of each model.
pub fn measure(models: &Models, report: &mut Report) -> Result<Bare, Failure> {
    let mut detector = Detector::new(models.detector()?);
    let mut mesher = Mesher::new(models.mesh()?);
    let mut attack = AttackModels::new(models.attack_near()?, models.attack_far()?);
    let mut embedder = Embedder::new(models.embedder()?);
    let mut bare_detect = Run::of(models.detector()?, &[1, 3, 480, 640], 255.0);
    let mut bare_detect_small = Run::of(models.detector()?, &[1, 3, 256, 320], 255.0);
    // The surroundings of the actors' faces.
    let mut bare_detect_around = Run::of(models.detector()?, &[1, 3, 352, 288], 255.0);
    let mut bare_mesh = Run::of(models.mesh()?, &[1, 256, 256, 3], 1.0);
    let mut bare_near = Run::of(models.attack_near()?, &[1, 3, 80, 80], 255.0);
    let mut bare_far = Run::of(models.attack_far()?, &[1, 3, 80, 80], 255.0);
    let mut bare_embed: Vec<Run> = models
        .embedder()?
        .into_iter()
        .map(|(recipe, session)| match recipe.layout {
            Layout::Planes => Run::of(session, &[1, 3, 112, 112], 255.0),
            Layout::Pixels => Run::of(session, &[1, 112, 112, 3], 1.0),
        })
        .collect();
    let mut taken: BTreeMap<&str, Sample> = BTreeMap::new();
    let mut memory = Vec::new();
    // The first round warms caches and arenas and is not counted.
    for round in 0..=ROUNDS {
        for pose in POSES {
            let frame = capture::frame("collins", pose, 0, 0)?;
            let mut took = |stage: &'static str, ms: f64| taken.entry(stage).or_default().take(ms);
            let (picture, decoded) = of_thread(|| decode_into(frame.bytes(), &Limits::PICTURE, memory));
            let picture = picture?;
            let (found, detected) = of_thread(|| detector.detect(&picture));
            bare_detect.once()?;
            let (roughly, detected_roughly) = of_thread(|| detector.detect_roughly(&picture));
            bare_detect_small.once()?;
            let found = found?.into_iter().next().ok_or("no face in an actor's frame")?;
            let (again, detected_around) = of_thread(|| detector.detect_around(&picture, &found.bounds));
            bare_detect_around.once()?;
            if again?.is_none() || roughly?.len() != 1 {
                return Err("an actor's face is not found everywhere".into());
            }
            let (_, meshed) = of_thread(|| mesher.mesh_at_once(&picture, &found));
            bare_mesh.once()?;
            let (_, attacked) = of_thread(|| attack.look(&picture, &found.bounds));
            bare_near.once()?;
            bare_far.once()?;
            let (aligned, aligning) = of_thread(|| align(&picture, &found.landmarks));
            let aligned = aligned.ok_or("a face that cannot be aligned")?;
            let (_, embedded) = of_thread(|| embedder.embed(&aligned));
            bare_embed.iter_mut().try_for_each(Run::once)?;
            if round > 0 {
                took("decode", decoded);
                took("detect", detected);
                took("detect_roughly", detected_roughly);
                took("detect_around", detected_around);
                took("mesh", meshed);
                took("attack", attacked);
                took("align", aligning);
                took("embed", embedded);
            }
            memory = picture.into_memory();
        }
    }
    let attack_bare = bare_near.taken.median() + bare_far.taken.median();
    let embed_bare: f64 = bare_embed.iter().map(|run| run.taken.median()).sum();
    let (small, mesh) = (bare_detect_small.taken.median(), bare_mesh.taken.median());
    let beside = [
        ("decode", None),
        ("detect", Some(("YuNet, 640x480", bare_detect.taken.median()))),
        ("detect_roughly", Some(("YuNet, 320x256", small))),
        ("detect_around", Some(("YuNet, 288x352", bare_detect_around.taken.median()))),
        ("mesh", Some(("mesh, once", mesh))),
        ("attack", Some(("both MiniFASNets", attack_bare))),
        ("align", None),
        ("embed", Some(("every embedder", embed_bare))),
    ];
    for (stage, bare) in beside {
        report.stage(stage, taken.get(stage).ok_or("a stage was not measured")?, bare);
    }
    Ok(Bare::from([
        ("detect", bare_detect.taken.median()),
        ("detect_roughly", small),
        ("detect_around", bare_detect_around.taken.median()),
        ("mesh", mesh),
        ("attack", attack_bare),
        ("embed", embed_bare),
    ]))
}

/// What one frame allocates once everything is warm.
pub fn allocations(models: &Models, report: &mut Report) -> Result<(), Failure> {
    let mut pipeline = Pipeline::open(models, Limits::PICTURE)?;
    let frame = capture::frame("collins", "front", 0, 0)?;
    let face = pipeline.observe(&frame)?.face.ok_or("no face in an actor's frame")?;
    let worthy = WorthyFace::new(0, &face, Worth::Everything);
    pipeline.look_closer(&frame, &worthy)?;
    let (seen, count, bytes) = allocated(|| pipeline.observe(&frame));
    seen?;
    report.allocated("observe", count, bytes);
    let (looked, count, bytes) = allocated(|| pipeline.look_closer(&frame, &worthy));
    looked?;
    report.allocated("look_closer", count, bytes);
    Ok(())
}
