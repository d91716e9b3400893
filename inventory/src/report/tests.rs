use jiff::Timestamp;
use model::Certname;

use super::NewReport;
use crate::Error;

fn parse(body: &[u8]) -> Result<NewReport, Error> {
    NewReport::parse(Certname::parse("web01").unwrap(), body.to_vec(), Timestamp::UNIX_EPOCH)
}

#[test]
fn the_captured_report_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/wire/report.json");
    #[allow(clippy::disallowed_methods)]
    let Ok(body) = std::fs::read(path) else {
        eprintln!("skipped: {path} is not there");
        return;
    };
    let report = parse(&body).unwrap();
    assert_eq!(report.header.report_format, 12);
    assert!(report.header.status.is_some() && report.header.puppet_version.is_some());
    assert_eq!(report.document, body);
}

#[test]
fn what_is_no_report_is_refused() {
    for body in ["", "nojson", "[]", "{}", r#"{"host":"a","time":"t"}"#, r#"{"host":1,"time":"t","report_format":12}"#]
    {
        assert!(matches!(parse(body.as_bytes()), Err(Error::NotAReport(_))), "{body}");
    }
}

#[test]
fn bytes_that_are_no_text_do_not_lose_the_report() {
    let report = parse(b"{\"host\":\"a\",\"time\":\"t\",\"report_format\":12,\"logs\":[\"\xff\xfe\"]}").unwrap();
    assert!(String::from_utf8(report.document).unwrap().contains('\u{fffd}'));
}

#[test]
fn versions_are_texts_or_numbers() {
    let version = |text: &str| {
        let body = format!(r#"{{"host":"a","time":"t","report_format":12,"configuration_version":{text}}}"#);
        parse(body.as_bytes()).unwrap().header.configuration_version
    };
    assert_eq!(version("1795430000"), Some("1795430000".to_owned()));
    assert_eq!(version("\"abc\""), Some("abc".to_owned()));
    assert_eq!(version("null"), None);
}
