//! The port as the flows use it: a capture observed in order, costly models on the frames that deserve them.

use std::{num::NonZeroUsize, time::Duration};

use facestep::{
    domain::face::{capture::EncodedFrame, observation::ObservedFace},
    inference::{
        analyzer::{Analyzer, AnalyzerSettings},
        selection::SelectionPolicy,
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

#[tokio::test]
async fn a_capture_is_observed_in_order_and_only_chosen_frames_get_the_costly_models() {
    let selection = SelectionPolicy { frontal: 2, ..SelectionPolicy::default() };
    let analyzer = analyzer(AnalyzerSettings { selection, ..AnalyzerSettings::default() });
    let mut frames = capture();
    frames.push(frame("two_faces.jpg"));
    frames.push(frame("no_face.jpg"));
    let seen = analyzer.observe(frames).await.unwrap();
    assert_eq!(seen.iter().map(|o| o.faces).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 2, 0]);
    let yaw: Vec<f32> = seen[..3].iter().map(|o| o.face.as_ref().unwrap().pose.yaw).collect();
    assert!(yaw[1] > yaw[0] + 18.0 && yaw[2] < yaw[0] - 18.0, "{yaw:?}");
    let pitch = |i: usize| seen[i].face.as_ref().unwrap().pose.pitch;
    assert!(pitch(3) > pitch(0) + 9.0 && pitch(4) < pitch(0) - 9.0);
    let with = |has: fn(&ObservedFace) -> bool| -> Vec<usize> {
        (0..seen.len()).filter(|i| seen[*i].face.as_ref().is_some_and(has)).collect()
    };
    assert_eq!(with(|face| face.embedding.is_some()), [0, 1, 2, 3, 4], "every turn is embedded");
    assert_eq!(with(|face| face.live.is_some()), [0, 4], "only frontal frames are asked for liveness");
    assert!(seen.iter().flat_map(|o| &o.face).all(|face| face.mesh.len() == 478));
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
    assert!(matches!(analyzer.observe(capture()).await, Err(AnalyzerFault::Busy)));
    assert!(matches!(analyzer.glance(frame("no_face.jpg")).await, Err(AnalyzerFault::Busy)));
}

#[tokio::test]
async fn a_frame_that_cannot_be_decoded_refuses_the_whole_capture() {
    let mut frames = capture();
    frames.insert(1, EncodedFrame::new(b"nothing".to_vec()));
    let refused = analyzer(AnalyzerSettings::default()).observe(frames).await;
    assert!(matches!(refused, Err(AnalyzerFault::BadPicture("not a readable JPEG"))));
}

#[tokio::test]
async fn more_frames_than_may_wait_are_refused_and_a_hint_is_still_answered() {
    let waiting = Waiting { hints: 1, captures: 1 };
    let analyzer = analyzer(AnalyzerSettings { waiting, ..AnalyzerSettings::default() });
    let frames = |count| (0..count).map(|_| frame("no_face.jpg")).collect();
    assert!(matches!(analyzer.observe(frames(65)).await, Err(AnalyzerFault::Busy)));
    assert_eq!(analyzer.observe(frames(64)).await.unwrap().len(), 64);
    assert_eq!(analyzer.glance(frame("no_face.jpg")).await.unwrap().faces, 0);
}
