use facestep::domain::face::template::Similarity;

fn leak(similarity: Similarity) -> String {
    format!("{similarity:?} {similarity}")
}

fn main() {}
