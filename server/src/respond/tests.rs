use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::{StatusCode, header};
use actix_web::test::TestRequest;

use super::{COMPRESS_FROM, Problem, VARY, accepts_gzip, compress};

fn body(problem: Problem) -> (u16, Option<String>, String) {
    let answer = problem.into_response();
    let content_type = answer.headers().get(header::CONTENT_TYPE).map(|v| v.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    let bytes = answer.into_body().try_into_bytes().unwrap_or_default();
    (status, content_type, String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn issues_are_json_with_a_kind() {
    let (status, content_type, text) = body(Problem::not_found("Could not find environment 'nosuch'"));
    assert_eq!(status, 404);
    assert_eq!(content_type.as_deref(), Some("application/json;charset=utf-8"));
    assert_eq!(text, r#"{"message":"Not Found: Could not find environment 'nosuch'","issue_kind":"RUNTIME_ERROR"}"#);
}

#[test]
fn a_refusal_may_have_no_content_type() {
    let (status, content_type, text) = body(Problem::text_as(StatusCode::FORBIDDEN, None, "Forbidden request: /x"));
    assert_eq!((status, content_type), (403, None));
    assert_eq!(text, "Forbidden request: /x");
}

#[test]
fn a_limit_names_its_setting() {
    let (status, _, text) = body(Problem::too_large("The report", 10, "limits.report_body"));
    assert_eq!(status, 413);
    assert!(text.contains("limits.report_body") && text.contains("10 bytes"), "{text}");
}

#[actix_web::test]
async fn compressing_adds_to_what_an_answer_varies_by() {
    let request = TestRequest::default().insert_header((header::ACCEPT_ENCODING, "gzip")).to_http_request();
    let answer = HttpResponse::Ok().insert_header((header::VARY, "Accept")).body("x".repeat(COMPRESS_FROM));
    let answer = compress(&request, answer).await;
    assert_eq!(answer.headers().get(header::CONTENT_ENCODING).unwrap(), "gzip");
    let vary: Vec<_> = answer.headers().get_all(header::VARY).collect();
    assert_eq!(vary, ["Accept", VARY]);
}

#[test]
fn gzip_is_taken_only_where_it_is_wanted() {
    assert!(accepts_gzip("gzip;q=1.0,deflate;q=0.6,identity;q=0.3"));
    assert!(accepts_gzip("*"));
    assert!(!accepts_gzip("identity"));
    assert!(!accepts_gzip("gzip;q=0"));
}
