use actix_web::http::Method;

use super::{Endpoint, Miss, parse};

#[test]
fn paths_are_those_of_the_public_forge() {
    let slug = || "a-b".to_owned();
    assert_eq!(parse(&Method::GET, "/v3/modules"), Ok(Endpoint::Modules));
    assert_eq!(parse(&Method::GET, "/v3/modules/"), Ok(Endpoint::Modules));
    assert_eq!(parse(&Method::HEAD, "/v3/modules/a-b"), Ok(Endpoint::Module { slug: slug() }));
    assert_eq!(parse(&Method::GET, "/v3/modules/a/b"), Ok(Endpoint::Module { slug: "a/b".to_owned() }));
    assert_eq!(parse(&Method::PATCH, "/v3/modules/a-b"), Ok(Endpoint::ChangeModule { slug: slug() }));
    assert_eq!(parse(&Method::DELETE, "/v3/modules/a-b"), Ok(Endpoint::DeleteModule { slug: slug() }));
    assert_eq!(parse(&Method::POST, "/v3/releases"), Ok(Endpoint::Publish));
    assert_eq!(parse(&Method::DELETE, "/v3/releases/a-b"), Ok(Endpoint::DeleteRelease { slug: slug() }));
    assert_eq!(parse(&Method::GET, "/api/v1/releases.json"), Ok(Endpoint::FirstReleases));
    assert_eq!(parse(&Method::GET, "/v3/files/a-b"), Ok(Endpoint::File { name: slug() }));
}

#[test]
fn what_is_not_there_is_told_from_what_is_not_taken() {
    assert_eq!(parse(&Method::POST, "/v3/modules"), Err(Miss::WrongMethod));
    assert_eq!(parse(&Method::PUT, "/v3/releases/a-b"), Err(Miss::WrongMethod));
    assert_eq!(parse(&Method::DELETE, "/v3/files/a-b"), Err(Miss::WrongMethod));
    assert_eq!(parse(&Method::GET, "/v3/files"), Err(Miss::Unknown));
    assert_eq!(parse(&Method::GET, "/v3/nothing"), Err(Miss::Unknown));
}
