//! Every path that the server answers, as one list.
//!
//! [`parse`] is pure: method and decoded path in, endpoint out. Who may call an endpoint is said
//! by the rules of [`crate::guard`], which look at the same decoded path, so that no trick of
//! encoding can show the two of them different requests.

use actix_web::http::Method;

/// One thing that can be asked of the server. Names are as they came; handlers parse them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    // /puppet-ca/v1
    /// `GET certificate/NAME`; `ca` is the bundle of the authority
    Certificate { name: String },
    /// `GET certificate_request/NAME`
    CertificateRequest { name: String },
    /// `PUT certificate_request/NAME`
    SubmitCertificateRequest { name: String },
    /// `DELETE certificate_request/NAME`
    DeleteCertificateRequest { name: String },
    /// `GET certificate_revocation_list/ANYTHING`
    RevocationList,
    /// `GET certificate_status/NAME`
    CertificateStatus { name: String },
    /// `PUT certificate_status/NAME`
    SetCertificateStatus { name: String },
    /// `DELETE certificate_status/NAME`
    DeleteCertificateStatus { name: String },
    /// `GET certificate_statuses/ANYTHING?state=`; the last segment must be there and says nothing
    CertificateStatuses { key: String },
    /// `GET expirations`
    Expirations,
    /// `PUT clean`
    Clean,
    /// `POST sign`
    Sign,
    /// `POST sign/all`
    SignAll,

    // /puppet/v3
    /// `GET node/NAME`
    Node { name: String },
    /// `GET catalog/NAME`, and `POST` with facts
    Catalog { name: String },
    /// `PUT facts/NAME`
    SaveFacts { name: String },
    /// `PUT report/NAME`
    SaveReport { name: String },
    /// `GET file_metadata/MOUNT/PATH`
    FileMetadata { path: String },
    /// `GET file_metadatas/MOUNT/PATH`
    FileMetadatas { path: String },
    /// `GET file_content/MOUNT/PATH`
    FileContent { path: String },
    /// `GET static_file_content/PATH?environment=&code_id=`; the path may be empty
    StaticFileContent { path: String },
    /// `GET file_bucket_file/ALGORITHM/SUM[/PATH]`
    BucketFile { key: String },
    /// `HEAD file_bucket_file/ALGORITHM/SUM[/PATH]`
    BucketFileExists { key: String },
    /// `PUT file_bucket_file/ALGORITHM/SUM[/PATH]`
    SaveBucketFile { key: String },
    /// `GET environment/NAME`
    Environment { name: String },
    /// `GET environments`
    Environments,
    /// `GET environment_classes?environment=`
    EnvironmentClasses,
    /// `GET environment_modules[?environment=]`
    EnvironmentModules,
    /// `GET environment_transports?environment=`
    EnvironmentTransports,
    /// `GET tasks?environment=`
    Tasks,
    /// `GET tasks/MODULE/NAME?environment=`
    Task { module: String, name: String },
    /// `GET plans?environment=`
    Plans,
    /// `GET plans/MODULE/NAME?environment=`
    Plan { module: String, name: String },

    // /puppet-admin-api/v1
    /// `DELETE environment-cache[?environment=]`
    FlushEnvironments,

    // /status/v1
    /// `GET simple[/SERVICE]`
    StatusSimple { service: Option<String> },
    /// `GET services[/SERVICE][?level=]`
    StatusServices { service: Option<String> },

    /// `GET /metrics`
    Metrics,
}

/// Why a request names no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// The path has a `.` or `..` in it, or bytes that no path has.
    BadPath,
    /// Somebody else's method on a path of ours.
    WrongMethod,
    /// A key is missing where one must be: `/puppet/v3/node/`.
    NoKey,
    Unknown,
}

/// Finds the endpoint of a request. `path` is percent-decoded and begins with a slash.
pub(crate) fn parse(method: &Method, path: &str) -> Result<Endpoint, Miss> {
    if path.split('/').any(|segment| segment == "." || segment == "..") || path.contains('\0') {
        return Err(Miss::BadPath);
    }
    if let Some(rest) = path.strip_prefix("/puppet-ca/v1/") {
        return puppet_ca(method, rest);
    }
    if let Some(rest) = path.strip_prefix("/puppet/v3/") {
        return puppet(method, rest);
    }
    if let Some(rest) = path.strip_prefix("/status/v1/") {
        return status(method, rest);
    }
    match path {
        "/metrics" => read_only(method, Endpoint::Metrics),
        "/puppet-admin-api/v1/environment-cache" if method == Method::DELETE => Ok(Endpoint::FlushEnvironments),
        "/puppet-admin-api/v1/environment-cache" => Err(Miss::WrongMethod),
        _ => Err(Miss::Unknown),
    }
}

fn puppet_ca(method: &Method, path: &str) -> Result<Endpoint, Miss> {
    let (kind, key) = split(path);
    let name = || key.map(str::to_owned).filter(|key| !key.is_empty() && !key.contains('/')).ok_or(Miss::Unknown);
    match (kind, method.as_str()) {
        ("certificate", "GET" | "HEAD") => Ok(Endpoint::Certificate { name: name()? }),
        ("certificate_request", "GET" | "HEAD") => Ok(Endpoint::CertificateRequest { name: name()? }),
        ("certificate_request", "PUT") => Ok(Endpoint::SubmitCertificateRequest { name: name()? }),
        ("certificate_request", "DELETE") => Ok(Endpoint::DeleteCertificateRequest { name: name()? }),
        ("certificate_revocation_list", "GET" | "HEAD") => name().map(|_| Endpoint::RevocationList),
        ("certificate_status", "GET" | "HEAD") => Ok(Endpoint::CertificateStatus { name: name()? }),
        ("certificate_status", "PUT") => Ok(Endpoint::SetCertificateStatus { name: name()? }),
        ("certificate_status", "DELETE") => Ok(Endpoint::DeleteCertificateStatus { name: name()? }),
        ("certificate_statuses", "GET" | "HEAD") => {
            Ok(Endpoint::CertificateStatuses { key: key.ok_or(Miss::Unknown)?.to_owned() })
        }
        ("expirations", "GET" | "HEAD") if key.is_none() => Ok(Endpoint::Expirations),
        ("clean", "PUT") if key.is_none() => Ok(Endpoint::Clean),
        ("sign", "POST") if key.is_none() => Ok(Endpoint::Sign),
        ("sign", "POST") if key == Some("all") => Ok(Endpoint::SignAll),
        (
            "certificate"
            | "certificate_request"
            | "certificate_revocation_list"
            | "certificate_status"
            | "certificate_statuses"
            | "expirations"
            | "clean"
            | "sign",
            _,
        ) => Err(Miss::WrongMethod),
        _ => Err(Miss::Unknown),
    }
}

fn puppet(method: &Method, path: &str) -> Result<Endpoint, Miss> {
    let (kind, key) = split(path);
    let key = || key.map(str::to_owned).filter(|key| !key.is_empty()).ok_or(Miss::NoKey);
    match (kind, method.as_str()) {
        ("node", "GET" | "HEAD") => Ok(Endpoint::Node { name: key()? }),
        ("catalog", "GET" | "HEAD" | "POST") => Ok(Endpoint::Catalog { name: key()? }),
        ("facts", "PUT") => Ok(Endpoint::SaveFacts { name: key()? }),
        ("report", "PUT") => Ok(Endpoint::SaveReport { name: key()? }),
        ("file_metadata", "GET" | "HEAD") => Ok(Endpoint::FileMetadata { path: key()? }),
        ("file_metadatas", "GET" | "HEAD") => Ok(Endpoint::FileMetadatas { path: key()? }),
        ("file_content", "GET" | "HEAD") => Ok(Endpoint::FileContent { path: key()? }),
        ("static_file_content", "GET") => {
            let (_, path) = path.split_once('/').ok_or(Miss::Unknown)?;
            Ok(Endpoint::StaticFileContent { path: path.to_owned() })
        }
        ("file_bucket_file", "GET") => Ok(Endpoint::BucketFile { key: key()? }),
        ("file_bucket_file", "HEAD") => Ok(Endpoint::BucketFileExists { key: key()? }),
        ("file_bucket_file", "PUT") => Ok(Endpoint::SaveBucketFile { key: key()? }),
        ("environment", "GET" | "HEAD") => Ok(Endpoint::Environment { name: key()? }),
        ("environments", "GET" | "HEAD") if path == "environments" => Ok(Endpoint::Environments),
        ("environment_classes", "GET") => Ok(Endpoint::EnvironmentClasses),
        ("environment_modules", "GET" | "HEAD") => Ok(Endpoint::EnvironmentModules),
        ("environment_transports", "GET") => Ok(Endpoint::EnvironmentTransports),
        ("tasks", "GET" | "HEAD") if path == "tasks" => Ok(Endpoint::Tasks),
        ("plans", "GET" | "HEAD") if path == "plans" => Ok(Endpoint::Plans),
        ("tasks", "GET" | "HEAD") => pair(&key()?).map(|(module, name)| Endpoint::Task { module, name }),
        ("plans", "GET" | "HEAD") => pair(&key()?).map(|(module, name)| Endpoint::Plan { module, name }),
        (
            "node"
            | "catalog"
            | "facts"
            | "report"
            | "file_metadata"
            | "file_metadatas"
            | "file_content"
            | "static_file_content"
            | "file_bucket_file"
            | "environment"
            | "environments"
            | "environment_classes"
            | "environment_modules"
            | "environment_transports"
            | "tasks"
            | "plans",
            _,
        ) => Err(Miss::WrongMethod),
        _ => Err(Miss::Unknown),
    }
}

/// `MODULE/NAME`
fn pair(key: &str) -> Result<(String, String), Miss> {
    let (module, name) = key.split_once('/').ok_or(Miss::Unknown)?;
    let whole = !module.is_empty() && !name.is_empty() && !name.contains('/');
    if whole { Ok((module.to_owned(), name.to_owned())) } else { Err(Miss::Unknown) }
}

fn status(method: &Method, path: &str) -> Result<Endpoint, Miss> {
    let (kind, service) = split(path);
    let service = service.filter(|name| !name.is_empty()).map(str::to_owned);
    match kind {
        "simple" => read_only(method, Endpoint::StatusSimple { service }),
        "services" => read_only(method, Endpoint::StatusServices { service }),
        _ => Err(Miss::Unknown),
    }
}

fn read_only(method: &Method, endpoint: Endpoint) -> Result<Endpoint, Miss> {
    if method == Method::GET || method == Method::HEAD { Ok(endpoint) } else { Err(Miss::WrongMethod) }
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(kind, key)| (kind, Some(key)))
}

impl Endpoint {
    /// The name under which requests are counted.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Certificate { .. } => "certificate",
            Self::CertificateRequest { .. } => "certificate_request_get",
            Self::SubmitCertificateRequest { .. } => "certificate_request_put",
            Self::DeleteCertificateRequest { .. } => "certificate_request_delete",
            Self::RevocationList => "certificate_revocation_list",
            Self::CertificateStatus { .. } => "certificate_status_get",
            Self::SetCertificateStatus { .. } => "certificate_status_put",
            Self::DeleteCertificateStatus { .. } => "certificate_status_delete",
            Self::CertificateStatuses { .. } => "certificate_statuses",
            Self::Expirations => "expirations",
            Self::Clean => "clean",
            Self::Sign => "sign",
            Self::SignAll => "sign_all",
            Self::Node { .. } => "node",
            Self::Catalog { .. } => "catalog",
            Self::SaveFacts { .. } => "facts",
            Self::SaveReport { .. } => "report",
            Self::FileMetadata { .. } => "file_metadata",
            Self::FileMetadatas { .. } => "file_metadatas",
            Self::FileContent { .. } => "file_content",
            Self::StaticFileContent { .. } => "static_file_content",
            Self::BucketFile { .. } => "file_bucket_file_get",
            Self::BucketFileExists { .. } => "file_bucket_file_head",
            Self::SaveBucketFile { .. } => "file_bucket_file_put",
            Self::Environment { .. } => "environment",
            Self::Environments => "environments",
            Self::EnvironmentClasses => "environment_classes",
            Self::EnvironmentModules => "environment_modules",
            Self::EnvironmentTransports => "environment_transports",
            Self::Tasks => "tasks",
            Self::Task { .. } => "task",
            Self::Plans => "plans",
            Self::Plan { .. } => "plan",
            Self::FlushEnvironments => "environment_cache",
            Self::StatusSimple { .. } => "status_simple",
            Self::StatusServices { .. } => "status_services",
            Self::Metrics => "metrics",
        }
    }
}

#[cfg(test)]
mod tests;
