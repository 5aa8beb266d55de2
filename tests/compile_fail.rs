//! What must not compile: proofs made anywhere but where they are earned, and a similarity that leaves the face core.

#[test]
fn proofs_cannot_be_made_elsewhere_and_a_similarity_cannot_leave() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
