use facestep::domain::face::template::FaceTemplate;

fn leak(live: &FaceTemplate, template: &FaceTemplate) {
    let similarity = live.compare(template);
    drop(similarity);
}

fn main() {}
