//! `static_file_content/PATH`: the files of the version that a catalog was made from.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use model::EnvironmentName;
use modules::deploy::CodeId;
use regex::Regex;

use super::file_server;
use super::files::FileError;
use crate::http::Asked;
use crate::respond::Problem;

const TEXT: Option<&str> = Some("text/plain");
const INCOMPLETE: &str = "Error: A /static_file_content request requires an environment, a code-id, and a file-path";
const DENIED: &str = "Request Denied: A /static_file_content request must be a file within the files, lib, scripts, or \
                      tasks directory of a module.";

/// The bytes of a file of one version of an environment.
pub(crate) async fn get(asked: &Asked<'_>, path: &str) -> Result<HttpResponse, Problem> {
    let parameter = |name: &str| asked.query.get(name).filter(|value| !value.is_empty());
    let (Some(environment), Some(code_id), false) = (parameter("environment"), parameter("code_id"), path.is_empty())
    else {
        return Err(bad_request(INCOMPLETE));
    };
    let name = EnvironmentName::parse(environment).map_err(|error| bad_request(error.to_string()))?;
    let is_of_an_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-_;:".contains(&byte);
    if !code_id.bytes().all(is_of_an_id) {
        return Err(bad_request(format!(
            "Invalid code-id '{code_id}'. Must contain only alpha-numerics and '-', '_', ';', or ':'"
        )));
    }
    if !is_of_a_module(path) {
        return Err(Problem::text_as(StatusCode::FORBIDDEN, TEXT, DENIED));
    }
    let unknown = || {
        not_there(format!(
            "Version {code_id} of environment '{environment}' is not kept here: only deployed code has versions, and they \
             are kept for as long as the settings deploy.keep and deploy.keep_for say"
        ))
    };
    let id = CodeId::try_from(code_id.to_owned()).map_err(|_| unknown())?;
    let found = asked.app.code.earlier(&name, &id).await;
    let version = found.map_err(|error| Problem::server_error(error.to_string()))?.ok_or_else(unknown)?;
    let missing = || not_there(format!("Could not find {path} in version {code_id} of environment '{environment}'"));
    let snapshot = &version.snapshot;
    let full_path = modules::path::join(&snapshot.path, path);
    let node = snapshot.look(&full_path).ok().flatten().filter(|node| node.is_file());
    node.ok_or_else(missing)?;
    let opened = web::block(move || file_server::opened(&full_path)).await;
    let opened = opened.map_err(|error| Problem::server_error(error.to_string()))?;
    opened.map(file_server::sent).map_err(|error: FileError| Problem::server_error(error.to_string()))
}

/// `FOLDER/MODULE/MOUNT/…`
fn is_of_a_module(path: &str) -> bool {
    static OF_A_MODULE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[^/]+/[A-Za-z0-9_.-]+/(files|tasks|scripts|lib)/.+").expect("the pattern is valid")
    });
    OF_A_MODULE.is_match(path)
}

fn bad_request(text: impl Into<String>) -> Problem {
    Problem::text_as(StatusCode::BAD_REQUEST, TEXT, text)
}

fn not_there(text: String) -> Problem {
    Problem::text_as(StatusCode::NOT_FOUND, TEXT, text)
}
