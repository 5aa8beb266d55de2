//! What must not compile: proofs made anywhere but where they are earned, and a similarity, a score or a template that is
//! printed or serialised.

use facestep::domain::face::{
    capture::EncodedFrame,
    observation::{FrameObservation, LiveScore, ObservedFace},
    renewal::{FaceReference, ProtectedReference, TransformKey},
    template::{Embedding, FaceTemplate},
};
use static_assertions::{assert_impl_all, assert_not_impl_any};

// What a model says of a face has no way into a log line, an error text or a reply. Said here and not by a case of its own:
// what the compiler answers names whatever else it knows, which differs from build to build.
assert_not_impl_any!(LiveScore: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(Embedding: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(FaceTemplate: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(FaceReference: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(ProtectedReference: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(TransformKey: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(ObservedFace: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(FrameObservation: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(EncodedFrame: std::fmt::Display, serde::Serialize);

// What a face became is wiped where it ends.
assert_impl_all!(Embedding: zeroize::ZeroizeOnDrop);
assert_impl_all!(FaceTemplate: zeroize::ZeroizeOnDrop);

#[test]
fn proofs_cannot_be_made_elsewhere_and_a_similarity_cannot_leave() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
