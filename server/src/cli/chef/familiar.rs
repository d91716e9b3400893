//! The names that users of `chef-server-ctl` know.

use std::ffi::OsString;

/// What a command of `chef-server-ctl` is called here. Those of clients' keys begin with the organization.
const FAMILIAR: [(&str, &[&str], bool); 20] = [
    ("org-create", &["org", "create"], false),
    ("org-delete", &["org", "delete"], false),
    ("org-list", &["org", "list"], false),
    ("org-show", &["org", "show"], false),
    ("org-user-add", &["org", "user-add"], false),
    ("org-user-remove", &["org", "user-remove"], false),
    ("user-create", &["user", "create"], false),
    ("user-delete", &["user", "delete"], false),
    ("user-list", &["user", "list"], false),
    ("user-show", &["user", "show"], false),
    ("password", &["user", "password"], false),
    ("grant-server-admin-permissions", &["user", "grant-server-admin"], false),
    ("remove-server-admin-permissions", &["user", "revoke-server-admin"], false),
    ("list-server-admins", &["user", "server-admins"], false),
    ("add-user-key", &["key", "add"], false),
    ("list-user-keys", &["key", "list"], false),
    ("delete-user-key", &["key", "delete"], false),
    ("add-client-key", &["key", "add"], true),
    ("list-client-keys", &["key", "list"], true),
    ("delete-client-key", &["key", "delete"], true),
];

/// Rewrites `chef NAME …` where the name is one of `chef-server-ctl`'s.
pub(crate) fn translated(arguments: Vec<OsString>) -> Vec<OsString> {
    let Some(place) = arguments.iter().position(|argument| argument == "chef") else { return arguments };
    let Some(typed) = arguments.get(place + 1) else { return arguments };
    let Some((_, here, is_of_client)) = FAMILIAR.iter().find(|(name, ..)| typed == name) else { return arguments };
    let mut written = arguments[..=place].to_vec();
    written.extend(here.iter().map(OsString::from));
    let rest = &arguments[place + 2..];
    // `--help` and the like stay what they are.
    if *is_of_client && rest.first().is_some_and(|first| !first.to_string_lossy().starts_with('-')) {
        written.push("--org".into());
    }
    written.extend_from_slice(rest);
    written
}

#[cfg(test)]
mod tests;
