//! Puppet's extensions and their short names.

/// Registered extensions (`pp_uuid` and so on).
pub const REGISTERED: &str = "1.3.6.1.4.1.34380.1.1";
/// Extensions that a site defines for itself.
pub const PRIVATE: &str = "1.3.6.1.4.1.34380.1.2";
/// Extensions that authorization rules look at.
pub const AUTHORIZATION: &str = "1.3.6.1.4.1.34380.1.3";
/// Marks a certificate that may administer the authority. Never signed from a request.
pub const CLI_AUTH: &str = "1.3.6.1.4.1.34380.1.3.39";

pub const ALT_NAMES: &str = "2.5.29.17";

/// Short names by OID, in the order of the OIDs.
pub const SHORT_NAMES: [(&str, &str); 29] = [
    ("1.3.6.1.4.1.34380.1.1.1", "pp_uuid"),
    ("1.3.6.1.4.1.34380.1.1.2", "pp_instance_id"),
    ("1.3.6.1.4.1.34380.1.1.3", "pp_image_name"),
    ("1.3.6.1.4.1.34380.1.1.4", "pp_preshared_key"),
    ("1.3.6.1.4.1.34380.1.1.5", "pp_cost_center"),
    ("1.3.6.1.4.1.34380.1.1.6", "pp_product"),
    ("1.3.6.1.4.1.34380.1.1.7", "pp_project"),
    ("1.3.6.1.4.1.34380.1.1.8", "pp_application"),
    ("1.3.6.1.4.1.34380.1.1.9", "pp_service"),
    ("1.3.6.1.4.1.34380.1.1.10", "pp_employee"),
    ("1.3.6.1.4.1.34380.1.1.11", "pp_created_by"),
    ("1.3.6.1.4.1.34380.1.1.12", "pp_environment"),
    ("1.3.6.1.4.1.34380.1.1.13", "pp_role"),
    ("1.3.6.1.4.1.34380.1.1.14", "pp_software_version"),
    ("1.3.6.1.4.1.34380.1.1.15", "pp_department"),
    ("1.3.6.1.4.1.34380.1.1.16", "pp_cluster"),
    ("1.3.6.1.4.1.34380.1.1.17", "pp_provisioner"),
    ("1.3.6.1.4.1.34380.1.1.18", "pp_region"),
    ("1.3.6.1.4.1.34380.1.1.19", "pp_datacenter"),
    ("1.3.6.1.4.1.34380.1.1.20", "pp_zone"),
    ("1.3.6.1.4.1.34380.1.1.21", "pp_network"),
    ("1.3.6.1.4.1.34380.1.1.22", "pp_securitypolicy"),
    ("1.3.6.1.4.1.34380.1.1.23", "pp_cloudplatform"),
    ("1.3.6.1.4.1.34380.1.1.24", "pp_apptier"),
    ("1.3.6.1.4.1.34380.1.1.25", "pp_hostname"),
    ("1.3.6.1.4.1.34380.1.1.26", "pp_owner"),
    ("1.3.6.1.4.1.34380.1.3.1", "pp_authorization"),
    ("1.3.6.1.4.1.34380.1.3.13", "pp_auth_role"),
    ("1.3.6.1.4.1.34380.1.3.39", "pp_cli_auth"),
];

/// The short name of an OID.
pub fn short_name(oid: &str) -> Option<&'static str> {
    SHORT_NAMES.iter().find(|(id, _)| *id == oid).map(|(_, name)| *name)
}

/// The OID of a short name.
pub fn by_name(name: &str) -> Option<&'static str> {
    SHORT_NAMES.iter().find(|(_, short)| *short == name).map(|(id, _)| *id)
}

/// Whether `oid` lies below `arc` (not: is it).
pub fn is_below(arc: &str, oid: &str) -> bool {
    oid.strip_prefix(arc).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether `oid` lies in one of Puppet's three arcs.
pub fn is_puppet(oid: &str) -> bool {
    [REGISTERED, PRIVATE, AUTHORIZATION].iter().any(|arc| is_below(arc, oid))
}
