//! The port as the flows use it: a capture observed in order, costly models on the frames that deserve them.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use facestep::{
    domain::face::{
        capture::EncodedFrame,
        examination::{Worth, WorthyFace},
    },
    inference::{
        analyzer::{Analyzer, AnalyzerSettings},
        image::Limits,
        workers::Waiting,
    },
    ports::face::{AnalyzerFault, FaceAnalyzer, PortraitRefusal},
};

use crate::support::{cosine, frame, models};

fn analyzer(settings: AnalyzerSettings) -> Analyzer {
    Analyzer::start(models(), &AnalyzerSettings { threads: NonZeroUsize::MIN, ..settings }).unwrap()
}

fn capture() -> Vec<EncodedFrame> {
    ["", "_yaw+35", "_yaw-35", "_pitch+15", "_pitch-15"]
        .map(|turn| match turn {
            "" => frame("collins_nasa.jpg"),
            turn => frame(&format!("synth_collins_nasa{turn}.jpg")),
        })
        .into()
}

/// The places of all frames.
fn all(frames: &[EncodedFrame]) -> Vec<usize> {
    (0..frames.len()).collect()
}

#[tokio::test]
async fn a_capture_is_observed_in_order_and_only_where_it_is_asked_for() {
    // The picture of two people is larger than a frame may be.
    let analyzer = analyzer(AnalyzerSettings { limits: Limits::PICTURE, ..AnalyzerSettings::default() });
    let mut frames = capture();
    frames.push(frame("two_faces.jpg"));
    frames.push(frame("no_face.jpg"));
    let seen = analyzer.observe(frames.into(), vec![6, 0, 1, 2, 3, 5]).await.unwrap();
    let faces: Vec<_> = seen.iter().map(|o| o.as_ref().map(|o| o.faces)).collect();
    assert_eq!(faces, [Some(1), Some(1), Some(1), Some(1), None, Some(2), Some(0)]);
    let pose = |i: usize| seen[i].as_ref().unwrap().face.as_ref().unwrap().pose;
    assert!(pose(1).yaw > pose(0).yaw + 18.0 && pose(2).yaw < pose(0).yaw - 18.0);
    assert!(pose(3).pitch > pose(0).pitch + 9.0);
    assert!(seen.iter().flatten().flat_map(|o| &o.face).all(|face| face.mesh.len() == 478));
}

#[tokio::test]
async fn a_frame_larger_than_what_was_asked_for_refuses_the_capture_and_a_portrait_of_that_size_is_looked_at()
{
    // docs/capture-protocol.md
    let analyzer = analyzer(AnalyzerSettings::default());
    let mut frames = capture();
    frames.push(frame("two_faces.jpg"));
    let refused = analyzer.observe(frames.clone().into(), all(&frames)).await;
    assert!(matches!(refused, Err(AnalyzerFault::BadPicture("too many pixels"))));
    let refused = analyzer.embed_portrait(frame("two_faces.jpg")).await;
    assert!(matches!(refused, Err(PortraitRefusal::Unusable("more than one face in it"))));
}

#[tokio::test]
async fn a_closer_look_is_taken_at_the_named_faces_by_the_named_models() {
    let analyzer = analyzer(AnalyzerSettings::default());
    let frames: Arc<[EncodedFrame]> = capture().into();
    let seen = analyzer.observe(frames.clone(), all(&frames)).await.unwrap();
    let worthy = |place: usize, worth| {
        WorthyFace::new(place, seen[place].as_ref().unwrap().face.as_ref().unwrap(), worth)
    };
    let faces = vec![worthy(0, Worth::Everything), worthy(2, Worth::Embedding)];
    let looks = analyzer.look_closer(frames, faces).await.unwrap();
    let has = |place| looks.at(place).map(|look| (look.live.is_some(), look.embedding.is_some()));
    assert_eq!([has(0), has(1), has(2)], [Some((true, true)), None, Some((false, true))]);
}

#[tokio::test]
async fn a_portrait_and_a_frame_of_one_person_are_alike_and_of_two_are_not() {
    let analyzer = analyzer(AnalyzerSettings::default());
    let mut templates = Vec::new();
    for name in ["collins_nasa.jpg", "synth_collins_nasa_pitch-15.jpg", "obama_official_2012.jpg"] {
        let template = analyzer.embed_portrait(frame(name)).await.unwrap();
        assert!(*template.model() == analyzer.model());
        let values: Vec<f32> =
            template.to_bytes().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        templates.push(values);
    }
    assert!(cosine(&templates[0], &templates[1]) > 0.6);
    assert!(cosine(&templates[0], &templates[2]) < 0.3);
}

#[tokio::test]
async fn an_unusable_portrait_is_refused_with_a_reason() {
    let analyzer = analyzer(AnalyzerSettings::default());
    let refusal = |name: &'static str| analyzer.embed_portrait(frame(name));
    assert!(matches!(refusal("no_face.jpg").await, Err(PortraitRefusal::Unusable("no face in it"))));
    assert!(matches!(
        refusal("two_faces.jpg").await,
        Err(PortraitRefusal::Unusable("more than one face in it"))
    ));
    let garbage = analyzer.embed_portrait(EncodedFrame::new(vec![0; 99])).await;
    assert!(matches!(
        garbage,
        Err(PortraitRefusal::Analyzer(AnalyzerFault::BadPicture("not a readable JPEG")))
    ));
}

#[tokio::test]
async fn an_analysis_whose_time_is_over_answers_busy() {
    let analyzer = analyzer(AnalyzerSettings { deadline: Duration::ZERO, ..AnalyzerSettings::default() });
    assert!(matches!(analyzer.observe(capture().into(), vec![0]).await, Err(AnalyzerFault::Busy)));
    assert!(matches!(analyzer.glance(frame("no_face.jpg")).await, Err(AnalyzerFault::Busy)));
}

#[tokio::test]
async fn a_frame_that_cannot_be_decoded_refuses_the_whole_capture() {
    let mut frames = capture();
    frames.insert(1, EncodedFrame::new(b"nothing".to_vec()));
    let refused = analyzer(AnalyzerSettings::default()).observe(frames.clone().into(), all(&frames)).await;
    assert!(matches!(refused, Err(AnalyzerFault::BadPicture("not a readable JPEG"))));
}

#[tokio::test]
async fn more_frames_than_may_wait_are_refused_and_a_hint_is_still_answered() {
    let waiting = Waiting { hints: 1, captures: 1 };
    let analyzer = analyzer(AnalyzerSettings { waiting, ..AnalyzerSettings::default() });
    let observe = |count| {
        let frames: Vec<_> = (0..count).map(|_| frame("no_face.jpg")).collect();
        let places = all(&frames);
        analyzer.observe(frames.into(), places)
    };
    assert!(matches!(observe(65).await, Err(AnalyzerFault::Busy)));
    assert_eq!(observe(64).await.unwrap().len(), 64);
    assert_eq!(analyzer.glance(frame("no_face.jpg")).await.unwrap().faces, 0);
}
