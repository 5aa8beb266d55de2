use super::*;

fn compiled(change: impl FnOnce(&mut PolicyDocument)) -> Result<PolicySet, Vec<PolicyProblem>> {
    let house = House::default();
    let mut document = PolicyDocument::shipped(&house);
    change(&mut document);
    document.compile(&house)
}

#[test]
fn what_ships_fits_together_and_reads_back() {
    let document = PolicyDocument::shipped(&House::default());
    assert_eq!(document.compile(&House::default()).map(|set| set.catalogue().names().count()), Ok(4));
    let text = toml::to_string(&document).unwrap();
    assert_eq!(toml::from_str::<PolicyDocument>(&text).unwrap(), document);
}

#[test]
fn without_an_engine_nothing_says_face() {
    // OpenID Connect Core 1.0 §2: an acr says what was done; who cannot look at faces says nothing of them.
    let house = House { offers_face: false, ..House::default() };
    let set = PolicyDocument::shipped(&house).compile(&house).unwrap();
    assert_eq!(set.catalogue().names().collect::<Vec<_>>(), [&Acr::pwd()]);
}

#[test]
fn no_face_alone_is_told_as_resistant_to_phishing_or_as_aal2() {
    // EAP ACR Values 1.0 §2; NIST SP 800-63B-4 §3.2.3
    for name in ["phr", "phrh", "PHR", "http://idmanagement.gov/ns/assurance/aal/2", "urn:example:aal2"] {
        let problems = compiled(|document| {
            document.dialects[0].values[0].theirs = Acr(name.into());
        })
        .unwrap_err();
        assert_eq!(problems.len(), 1, "{name}");
        assert_eq!(problems[0].at, "dialects[0].values[0].theirs");
    }
    let with_key = compiled(|document| {
        let value = &mut document.dialects[0].values[0];
        (value.theirs, value.ours) = (Acr("urn:example:aal2".into()), Acr(Acr::FACE_DEVICE.into()));
    });
    assert!(with_key.is_ok());
}
