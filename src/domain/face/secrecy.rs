//! What must not be printed, told or kept, held by the compiler: none of these types has a way into a log line, an error text
//! or a reply. A similarity has no name outside this folder, so it is said here and not in `tests/compile_fail.rs`.

use std::fmt::{Debug, Display, LowerExp};

use serde::Serialize;
use static_assertions::assert_not_impl_any;

use super::{
    conduct::{Case, Conduct},
    examination::{CloserLooks, WorthyFace},
    face_map::FaceMap,
    observation::{
        Bounds, CloserLook, FrameObservation, FrameQuality, Glance, GlancedFace, LiveScore, ObservedFace,
        Point, Pose,
    },
    renewal::{FaceReference, ProtectedReference, TransformKey},
    template::{Embedding, FaceTemplate, Similarity},
    verification::{Identity, Passed, Reference, Verdict},
};

assert_not_impl_any!(Similarity: Debug, Display, LowerExp, Serialize, Clone, Into<f32>, Into<f64>);
assert_not_impl_any!(LiveScore: Debug, Display, LowerExp, Serialize, Into<f32>, Into<f64>);
assert_not_impl_any!(Embedding: Debug, Display, Serialize);
assert_not_impl_any!(FaceTemplate: Debug, Display, Serialize);
assert_not_impl_any!(FaceMap: Debug, Display, Serialize);
assert_not_impl_any!(FaceReference: Debug, Display, Serialize);
assert_not_impl_any!(ProtectedReference: Debug, Display, Serialize, Clone);
assert_not_impl_any!(TransformKey: Debug, Display, Serialize, Into<[u8; 32]>);
assert_not_impl_any!(FrameQuality: Debug, Display, Serialize);
assert_not_impl_any!(Pose: Debug, Display, Serialize);
assert_not_impl_any!(Bounds: Debug, Display, Serialize);
assert_not_impl_any!(Point: Debug, Display, Serialize);
assert_not_impl_any!(ObservedFace: Debug, Display, Serialize);
assert_not_impl_any!(FrameObservation: Debug, Display, Serialize);
assert_not_impl_any!(Glance: Debug, Display, Serialize);
assert_not_impl_any!(GlancedFace: Debug, Display, Serialize);
assert_not_impl_any!(CloserLook: Debug, Display, Serialize);
assert_not_impl_any!(CloserLooks: Debug, Display, Serialize);
assert_not_impl_any!(WorthyFace: Debug, Display, Serialize);
assert_not_impl_any!(Case<'static>: Debug, Display, Serialize);
assert_not_impl_any!(Conduct<'static>: Debug, Display, Serialize);
assert_not_impl_any!(Identity<'static>: Debug, Display, Serialize);
assert_not_impl_any!(Reference<'static>: Debug, Display, Serialize);
assert_not_impl_any!(Passed: Debug, Display, Serialize, Clone);
assert_not_impl_any!(Verdict: Debug, Display, Serialize, Clone);
