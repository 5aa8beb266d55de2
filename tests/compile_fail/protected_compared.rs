use facestep::domain::face::{renewal::ProtectedReference, template::FaceTemplate};

fn leak(kept: &ProtectedReference, live: &FaceTemplate) {
    let similarity = kept.compare(live);
    drop(similarity);
}

fn main() {}
