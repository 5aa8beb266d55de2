//! The pipeline agrees with an independent one (Python, OpenCV) on the same pictures.

use std::collections::BTreeMap;

use facestep::{
    domain::face::{
        examination::{Worth, WorthyFace},
        observation::{CloserLook, ObservedFace},
    },
    inference::{
        aligner::align, embedder::Embedder, image::Picture, manifest::EmbedderRecipe, pipeline::Pipeline,
    },
};

use crate::support::{cosine, fixture, models, pipeline};

#[derive(serde::Deserialize)]
struct Golden {
    bbox: [f32; 4],
    score: f32,
    landmarks: [[f32; 2]; 5],
    /// Of each embedder alone, in the manifest's order: no mirror image, seen from zero.
    embeddings: Vec<Vec<f32>>,
    norm: f32,
    presence: f32,
    yaw_pitch_roll: [f32; 3],
    mesh: BTreeMap<usize, [f32; 3]>,
    live: f32,
}

/// Every fixture with golden values, looked at with all models.
fn compare(mut check: impl FnMut(&str, &Golden, &ObservedFace, &CloserLook)) {
    let golden = std::fs::read_to_string(fixture("golden.json")).unwrap();
    let golden: BTreeMap<String, Golden> = serde_json::from_str(&golden).unwrap();
    assert!(golden.len() >= 7);
    for (name, golden) in &golden {
        let picture = png(name);
        let mut pipeline = pipeline();
        let face = pipeline.observe_picture(&picture).unwrap().face.expect(name);
        let worthy = WorthyFace::new(0, &face, Worth::Everything);
        let closer = pipeline.look_closer_at(&picture, &worthy).unwrap();
        drop(pipeline);
        check(name, golden, &face, &closer);
    }
}

/// The golden values belong to these very pixels: the noise of JPEG alone moves an embedding by 0.002 in cosine.
fn png(name: &str) -> Picture {
    let file = std::io::BufReader::new(std::fs::File::open(fixture(name)).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let shape = reader.next_frame(&mut pixels).unwrap();
    Picture::from_rgb(shape.width as usize, shape.height as usize, pixels).unwrap()
}

#[test]
fn boxes_points_poses_scores_and_embeddings_agree_with_the_golden_ones() {
    compare(|name, golden, face, closer| {
        let bounds = [face.bounds.x, face.bounds.y, face.bounds.width, face.bounds.height];
        let off = |found: f32, expected: f32| (found - expected).abs();
        let box_off = bounds.iter().zip(golden.bbox).map(|(a, b)| off(*a, b)).fold(0.0, f32::max);
        let point_off =
            face.landmarks.iter().zip(golden.landmarks).map(|(p, [x, y])| off(p.x, x).max(off(p.y, y)));
        let point_off = point_off.fold(0.0, f32::max);
        let [yaw, pitch, roll] = golden.yaw_pitch_roll;
        let pose_off =
            off(face.pose.yaw, yaw).max(off(face.pose.pitch, pitch)).max(off(face.pose.roll, roll));
        let mesh_off = golden
            .mesh
            .iter()
            .flat_map(|(index, golden)| face.mesh[*index].iter().zip(golden).map(|(a, b)| off(*a, *b)))
            .fold(0.0, f32::max);
        let live = closer.live.unwrap();
        println!(
            "{name}: box {box_off:.2} px, points {point_off:.2} px, pose {pose_off:.2}°, mesh {mesh_off:.2} px"
        );
        assert!(box_off <= 2.0, "{name}: box");
        assert!(point_off <= 2.0, "{name}: points");
        assert!(pose_off <= 3.0, "{name}: pose");
        assert!(mesh_off <= golden.bbox[2] * 0.03, "{name}: mesh");
        assert!(live.reaches(golden.live - 0.02) && !live.reaches(golden.live + 0.02), "{name}: live score");
        assert!(off(face.confidence, golden.score) <= 0.01, "{name}: confidence");
        assert!(off(face.presence, golden.presence) <= 0.01, "{name}: presence");
        assert!(off(closer.embedding.as_ref().unwrap().norm(), golden.norm) <= 0.2, "{name}: norm");
    });
}

#[test]
fn every_embedder_alone_agrees_with_its_golden_vectors() {
    let alone = |recipe| EmbedderRecipe { weight: 1.0, mirror: false, origin: Vec::new(), ..recipe };
    let mut embedders: Vec<Embedder> = models()
        .embedder()
        .unwrap()
        .into_iter()
        .map(|(recipe, session)| Embedder::new(vec![(alone(recipe), session)]))
        .collect();
    compare(|name, golden, face, _| {
        assert_eq!(golden.embeddings.len(), embedders.len());
        let aligned = align(&png(name), &face.landmarks).unwrap();
        for (embedder, expected) in embedders.iter_mut().zip(&golden.embeddings) {
            let found = embedder.embed(&aligned).unwrap().unwrap();
            let cosine = cosine(found.values(), expected);
            println!("{name}: {} values, cosine {cosine:.5}", expected.len());
            assert!(cosine >= 0.999, "{name}: {} values", expected.len());
        }
    });
}

#[test]
fn an_embedding_is_a_unit_vector_with_room_for_every_embedder() {
    compare(|name, golden, _, closer| {
        let embedding = closer.embedding.as_ref().unwrap();
        let length = golden.embeddings.iter().map(Vec::len).sum::<usize>();
        assert_eq!(embedding.values().len(), length, "{name}");
        assert!((embedding.values().iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-4, "{name}");
    });
}

/// Mean distance of two meshes' points over the distance of the eyes' outer corners.
fn apart(found: &ObservedFace, exact: &ObservedFace) -> f32 {
    let distance = |a: &[f32; 3], b: &[f32; 3]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let sum: f32 = found.mesh.iter().zip(&exact.mesh).map(|(a, b)| distance(a, b)).sum();
    sum / exact.mesh.len() as f32 / distance(&exact.mesh[33], &exact.mesh[263])
}

#[test]
fn a_rough_look_shows_the_pose_and_the_mesh_and_a_closer_one_from_there_the_same_face() {
    // docs/biometrics.md, "What a cheaper look changes".
    let mut looked = 0;
    for name in serde_json::from_str::<BTreeMap<String, serde::de::IgnoredAny>>(
        &std::fs::read_to_string(fixture("golden.json")).unwrap(),
    )
    .unwrap()
    .into_keys()
    {
        let (picture, mut pipeline) = (png(&name), pipeline());
        let exact = pipeline.observe_picture(&picture).unwrap().face.expect(&name);
        let rough = pipeline.observe_roughly(&picture).unwrap();
        assert_eq!(rough.faces, 1, "{name}");
        let rough = rough.face.expect(&name);
        let off = (rough.pose.yaw - exact.pose.yaw).abs().max((rough.pose.pitch - exact.pose.pitch).abs());
        let apart = apart(&rough, &exact);
        let closer = |pipeline: &mut Pipeline, face: &ObservedFace, worth| {
            let look = pipeline.look_closer_at(&picture, &WorthyFace::new(0, face, worth)).unwrap();
            look.embedding.unwrap().values().to_vec()
        };
        let golden = closer(&mut pipeline, &exact, Worth::Everything);
        let compared = closer(&mut pipeline, &rough, Worth::Everything);
        let turned = closer(&mut pipeline, &rough, Worth::Embedding);
        drop(pipeline);
        let (same, near) = (cosine(&golden, &compared), cosine(&golden, &turned));
        println!(
            "{name}: pose {off:.2}°, mesh {apart:.4} of the eyes' distance, cosine {same:.6}, from the surroundings {near:.4}"
        );
        assert!(off <= 6.0, "{name}: pose");
        assert!(apart <= 0.05, "{name}: mesh");
        assert!(same >= 0.999_999, "{name}: closer");
        assert!(near >= 0.97, "{name}: from the surroundings");
        looked += 1;
    }
    assert!(looked >= 7);
}

#[test]
fn a_phone_and_a_print_before_the_camera_look_less_alive_than_the_portrait_they_show() {
    compare(|name, _, _, closer| {
        if name.starts_with("synth_spoof") {
            assert!(!closer.live.unwrap().reaches(0.1), "{name}");
        }
    });
}
