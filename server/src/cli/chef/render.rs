//! Answers to `chef …` as people read them.

use std::io::Write;

use serde_json::Value;

use super::{Chef, Client, Group, Key, Org, User};

/// Prints a line. Who has closed the pipe wants no more of it.
macro_rules! put {
    ($($text:tt)*) => { drop(writeln!(std::io::stdout(), $($text)*)) };
}

/// Prints a line on standard error, beside a key that goes to standard output.
macro_rules! tell {
    ($($text:tt)*) => { drop(writeln!(std::io::stderr(), $($text)*)) };
}

/// Prints the answer.
pub(crate) fn answer(typed: &Chef, value: &Value) {
    match typed {
        Chef::Org(org) => of_org(org, value),
        Chef::User(user) => of_user(user, value),
        Chef::Client(client) => of_client(client, value),
        Chef::Key(key) => of_key(key, value),
        Chef::Acl(_) => acl(value.get("acl").unwrap_or(value)),
        Chef::Group(group) => of_group(group, value),
        Chef::Runs { .. } => runs(value),
        Chef::Run { .. } | Chef::ComplianceReport { .. } => whole(value),
        Chef::Compliance { .. } => compliance(value),
        Chef::Actions { .. } => actions(value),
        Chef::StarterKit(_) => put!("wrote {}; try: knife client list", text(&value["folder"])),
        Chef::Reindex { .. } => {
            for (name, count) in value["indexed"].as_object().into_iter().flatten() {
                put!("{name}: {count} objects indexed");
            }
        }
        Chef::Verify { .. } => {
            for (name, counts) in value["checked"].as_object().into_iter().flatten() {
                put!("{name}: {} objects, {} files of cookbooks", counts["objects"], counts["files"]);
            }
        }
        Chef::Export { .. } => exported(value),
        Chef::Import { .. } => imported(value),
    }
    if let Some(key) = value.get("private_key").and_then(Value::as_str) {
        put!("{}", key.trim_end());
    }
    if let Some(file) = value.get("key_file").and_then(Value::as_str) {
        tell!("the private key is in {file}");
    }
}

fn of_org(org: &Org, value: &Value) {
    match org {
        Org::Create { name, .. } => tell!("Created {name}; the validator is {}", text(&value["clientname"])),
        Org::List => names(value),
        Org::Show { .. } => fields(value),
        Org::Delete { name, .. } => put!("deleted: {name}"),
        Org::UserAdd { organization, user, admin } => {
            let already = if value["was_in"] == Value::Bool(true) { "is already in" } else { "was added to" };
            let office = if *admin { ", and to its groups admins and billing-admins" } else { "" };
            put!("User {user} {already} {organization}{office}");
        }
        Org::ReadOnly { organization, names } => {
            put!("The group {} may read all of {organization}", text(&value["group"]));
            for name in names {
                put!("{name} is in it");
            }
        }
        Org::UserRemove { organization, user, .. } => put!("User {user} was removed from {organization}"),
    }
}

fn of_user(user: &User, value: &Value) {
    match user {
        User::Create(new) => tell!("Created {}", new.name),
        User::List { verbose: false } | User::ServerAdmins => names(value),
        User::List { verbose: true } => {
            for (name, user) in value.as_object().into_iter().flatten() {
                put!("{name}  {}  {}", text(&user["email"]), text(&user["display_name"]));
            }
        }
        User::Show { .. } => fields(value),
        User::Delete { name, .. } => put!("deleted: {name}"),
        User::Password { name, .. } => put!("Authentication info updated for {name}."),
        User::GrantServerAdmin { name } => {
            put!("User {name} was added to server-admins: it can now list, read, make and delete users.");
        }
        User::RevokeServerAdmin { name } => put!("User {name} was removed from server-admins."),
    }
}

fn of_client(client: &Client, value: &Value) {
    match client {
        Client::Create { name, .. } => tell!("Created {name}"),
        Client::List { .. } => names(value),
        Client::Show { .. } => fields(value),
        Client::Delete { name, .. } => put!("deleted: {name}"),
        Client::Reregister { name, .. } => tell!("{name} has a new key"),
    }
}

fn of_key(key: &Key, value: &Value) {
    match key {
        Key::Add { .. } | Key::Rotate { .. } => {
            tell!("key {}, expires: {}", text(&value["name"]), text(&value["expiration_date"]));
        }
        Key::Delete { key_name, .. } => put!("deleted: {key_name}"),
        Key::List { verbose, .. } => {
            for key in value.as_array().into_iter().flatten() {
                let (name, end) = (text(&key["name"]), text(&key["expiration_date"]));
                let expired = if key["expired"] == Value::Bool(true) { "  expired" } else { "" };
                put!("{name}  {end}{expired}");
                if *verbose {
                    put!("{}", text(&key["public_key"]).trim_end());
                }
            }
        }
    }
}

fn acl(lists: &Value) {
    for (permission, list) in lists.as_object().into_iter().flatten() {
        put!("{permission}:");
        for kind in ["users", "clients", "groups"] {
            let all: Vec<String> = list[kind].as_array().into_iter().flatten().map(text).collect();
            if !all.is_empty() {
                put!("  {kind}: {}", all.join(", "));
            }
        }
    }
}

fn of_group(group: &Group, value: &Value) {
    match group {
        Group::List { .. } => names(value),
        Group::Delete { group, .. } => put!("deleted: {group}"),
        Group::Show { .. } | Group::Create { .. } | Group::Add(_) | Group::Remove(_) => {
            put!("{}:", text(&value["name"]));
            for kind in ["users", "clients", "groups"] {
                let all: Vec<String> = value[kind].as_array().into_iter().flatten().map(text).collect();
                if !all.is_empty() {
                    put!("  {kind}: {}", all.join(", "));
                }
            }
        }
    }
}

fn runs(value: &Value) {
    for run in value.as_array().into_iter().flatten() {
        let [id, node, status, began] = ["run", "node", "status", "started_at"].map(|field| text(&run[field]));
        put!("{id}  {began:30}  {status:8}  {node}  {} of {} changed", run["updated"], run["total"]);
    }
}

fn compliance(value: &Value) {
    for report in value.as_array().into_iter().flatten() {
        let [id, node, status, at] = ["report", "node", "status", "ended_at"].map(|field| text(&report[field]));
        let [passed, failed, skipped] = ["passed", "failed", "skipped"].map(|field| text(&report[field]));
        put!("{id}  {at:30}  {status:8}  {node}  {passed} passed, {failed} failed, {skipped} skipped");
    }
}

fn actions(value: &Value) {
    for action in value.as_array().into_iter().flatten() {
        let [at, organization, task] = ["at", "organization", "task"].map(|field| text(&action[field]));
        let [kind, name, who] = ["entity_type", "entity_name", "requestor"].map(|field| text(&action[field]));
        put!("{at:30}  {organization}  {who}  {task}  {kind} {name}");
    }
}

fn whole(value: &Value) {
    put!("{}", serde_json::to_string_pretty(value).unwrap_or_default());
}

fn exported(value: &Value) {
    put!("wrote {}", text(&value["folder"]));
    for (what, count) in value["written"].as_object().into_iter().flatten() {
        put!("  {what}: {count}");
    }
}

fn imported(value: &Value) {
    for (place, sorts) in value["imported"].as_object().into_iter().flatten() {
        if !place.is_empty() {
            put!("{place}:");
        }
        for (sort, counts) in sorts.as_object().into_iter().flatten() {
            let part = |name: &str| match counts[name].as_u64() {
                None | Some(0) => None,
                Some(count) => Some(format!("{count} {name}")),
            };
            let parts: Vec<String> = ["created", "replaced", "unchanged"].into_iter().filter_map(part).collect();
            put!("  {sort}: {}", parts.join(", "));
        }
    }
    for warning in value["warnings"].as_array().into_iter().flatten() {
        tell!("Warning: {}", text(warning));
    }
}

/// Names, one a line.
fn names(value: &Value) {
    for name in value.as_array().into_iter().flatten() {
        put!("{}", text(name));
    }
}

/// Fields, one a line.
fn fields(value: &Value) {
    let width = value.as_object().into_iter().flatten().map(|(name, _)| name.len()).max().unwrap_or_default() + 1;
    for (name, value) in value.as_object().into_iter().flatten() {
        let value = match value {
            Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join(", "),
            other => text(other),
        };
        put!("{:width$} {value}", format!("{name}:"));
    }
}

/// The text of a JSON value; of `null`, a dash.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
