use super::Version;

#[test]
fn reads_one_to_three_parts() {
    assert_eq!(Version::parse("1"), Ok(Version::new(1, 0, 0)));
    assert_eq!(Version::parse("1.2"), Ok(Version::new(1, 2, 0)));
    assert_eq!(Version::parse("1.2.20130730201745"), Ok(Version::new(1, 2, 20_130_730_201_745)));
    assert_eq!(Version::parse("01.002.3").map(|version| version.to_string()), Ok("1.2.3".to_owned()));
    assert_eq!(Version::parse("1.2.9223372036854775807").map(|version| version.patch), Ok(i64::MAX as u64));
}

#[test]
fn refuses_what_is_no_version() {
    for text in ["", "abc", "1.2.3.4", "1.", ".1", "1..2", "1.2.-42", "1.2.9223372036854775808", "1 .2", "1.2.3 "] {
        let error = Version::parse(text).expect_err(text);
        assert_eq!(error.to_string(), format!("Invalid cookbook version '{text}'."));
    }
}

#[test]
fn compares_by_number() {
    let mut versions: Vec<Version> =
        ["1.10.0", "1.9.0", "0.99.0"].iter().map(|text| Version::parse(text).expect("a version")).collect();
    versions.sort();
    assert_eq!(versions.iter().map(ToString::to_string).collect::<Vec<_>>(), ["0.99.0", "1.9.0", "1.10.0"]);
}
