//! `environment_classes`: the classes of every manifest of an environment, with the parameters that they take.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web;
use compiler::class_information::{self, Class};
use modules::path;
use modules::place::{self, Sort};
use modules::{Module, Snapshot};
use serde::Serialize;

use super::snapshot_of;
use super::tagged::Tagged;
use crate::environments::Environment;
use crate::environments::parsed::Reading;
use crate::http::Asked;
use crate::respond::Problem;

/// Fields are in the order of the wire.
#[derive(Serialize)]
struct Document<'a> {
    files: Vec<File>,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum File {
    Classes { classes: Vec<Class>, path: String },
    Error { error: String, path: String },
}

pub(crate) async fn list(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let environment = snapshot_of(asked).await?;
    let found = web::block(move || environment.classes(|| Arc::new(document(&environment)))).await;
    Ok(found.map_err(|error| Problem::server_error(error.to_string()))?.answer(asked))
}

/// Parses every manifest: for threads that may block.
fn document(environment: &Environment) -> Tagged {
    let snapshot = &environment.snapshot;
    let of_module = |module| Snapshot::manifests_of(module).into_iter().map(move |path| (path, Some(module)));
    let mut found: BTreeMap<String, Option<&Module>> = super::modules::all(snapshot).flat_map(of_module).collect();
    found.extend(snapshot.manifests().into_iter().map(|(path, _)| (path, None)));
    let files = found.into_iter().map(|(path, module)| file(environment, path, module)).collect();
    let document = Document { files, name: snapshot.name.as_str() };
    Tagged::new(&document).expect("texts, numbers and maps with text keys can always be written")
}

fn file(environment: &Environment, path: String, module: Option<&Module>) -> File {
    let name = module.and_then(|module| name_by_place(&path, module));
    let namespace = name.as_deref().and_then(|name| place::namespace(Sort::Manifest, name));
    let reading = namespace.map_or(Reading::Manifest, |namespace| Reading::Module { namespace });
    match environment.program(&path, reading) {
        Ok(program) => File::Classes { classes: class_information::of(&program), path },
        Err(error) => File::Error { error: error.to_string(), path },
    }
}

/// What the file of a module should define.
fn name_by_place(path: &str, module: &Module) -> Option<String> {
    let below = path::below(path, &path::join(&module.path, "manifests"))?.strip_suffix(".pp")?;
    Some(format!("{}::{}", module.name, below.replace('/', "::")))
}
