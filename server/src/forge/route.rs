//! Every path of the Forge, as one list.

use actix_web::http::Method;

/// One thing that can be asked of the Forge. Names are as they came; handlers parse them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `GET /v3/modules`
    Modules,
    /// `GET /v3/modules/SLUG`
    Module { slug: String },
    /// `PATCH /v3/modules/SLUG`
    ChangeModule { slug: String },
    /// `DELETE /v3/modules/SLUG`
    DeleteModule { slug: String },
    /// `GET /v3/releases`
    Releases,
    /// `POST /v3/releases`
    Publish,
    /// `GET /v3/releases/SLUG`
    Release { slug: String },
    /// `DELETE /v3/releases/SLUG`
    DeleteRelease { slug: String },
    /// `GET /v3/files/SLUG.tar.gz`
    File { name: String },
    /// `GET /api/v1/releases.json`
    FirstReleases,
}

/// The one path of the first API.
pub(crate) const FIRST: &str = "/api/v1/releases.json";

/// Why a request names no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    WrongMethod,
    Unknown,
}

/// Finds the endpoint of a request. `path` is percent-decoded. A slug may be written with a slash in place of a dash.
pub(crate) fn parse(method: &Method, path: &str) -> Result<Endpoint, Miss> {
    if path == FIRST {
        return if method == Method::GET { Ok(Endpoint::FirstReleases) } else { Err(Miss::WrongMethod) };
    }
    let path = path.strip_prefix("/v3/").ok_or(Miss::Unknown)?;
    let (kind, slug) = path.split_once('/').map_or((path, ""), |(kind, slug)| (kind, slug.trim_end_matches('/')));
    let owned = || slug.to_owned();
    match (kind, slug.is_empty(), method.as_str()) {
        ("modules", true, "GET" | "HEAD") => Ok(Endpoint::Modules),
        ("modules", false, "GET" | "HEAD") => Ok(Endpoint::Module { slug: owned() }),
        ("modules", false, "PATCH") => Ok(Endpoint::ChangeModule { slug: owned() }),
        ("modules", false, "DELETE") => Ok(Endpoint::DeleteModule { slug: owned() }),
        ("releases", true, "GET" | "HEAD") => Ok(Endpoint::Releases),
        ("releases", true, "POST") => Ok(Endpoint::Publish),
        ("releases", false, "GET" | "HEAD") => Ok(Endpoint::Release { slug: owned() }),
        ("releases", false, "DELETE") => Ok(Endpoint::DeleteRelease { slug: owned() }),
        ("files", false, "GET" | "HEAD") => Ok(Endpoint::File { name: owned() }),
        ("modules" | "releases", ..) | ("files", false, _) => Err(Miss::WrongMethod),
        _ => Err(Miss::Unknown),
    }
}

impl Endpoint {
    /// The name under which requests are counted.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Modules => "forge_modules",
            Self::Module { .. } => "forge_module_get",
            Self::ChangeModule { .. } => "forge_module_patch",
            Self::DeleteModule { .. } => "forge_module_delete",
            Self::Releases => "forge_releases",
            Self::Publish => "forge_publish",
            Self::Release { .. } => "forge_release_get",
            Self::DeleteRelease { .. } => "forge_release_delete",
            Self::File { .. } => "forge_file",
            Self::FirstReleases => "forge_first_releases",
        }
    }

    /// Whether it changes nothing.
    pub(crate) const fn only_reads(&self) -> bool {
        matches!(
            self,
            Self::Modules
                | Self::Module { .. }
                | Self::Releases
                | Self::Release { .. }
                | Self::File { .. }
                | Self::FirstReleases
        )
    }
}

#[cfg(test)]
mod tests;
