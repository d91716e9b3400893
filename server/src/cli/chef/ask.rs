//! What is typed, as a command.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::aftermath::Aftermath;
use super::key_file::Waiting;
use super::{Acl, Chef, Client, Entry, Group, Key, Membership, NewUser, Org, Owner, User};
use crate::admin::chef::{self, Chef as Command, NewKey, Thing};

/// The command, and what is done with its answer.
pub(crate) fn command(typed: &Chef, json: bool) -> anyhow::Result<(Command, Option<Aftermath>)> {
    let aftermath = match typed {
        Chef::StarterKit(kit) => Some(Aftermath::Kit(kit.clone())),
        // As JSON, what failed is part of the answer.
        Chef::Export { .. } | Chef::Verify { .. } => (!json).then_some(Aftermath::Whole),
        other => file_of(other).map(Waiting::open).transpose()?.map(Aftermath::Key),
    };
    let command = match typed {
        Chef::Org(org) => of_org(org)?,
        Chef::User(user) => of_user(user)?,
        Chef::Client(client) => of_client(client)?,
        Chef::Key(key) => of_key(key)?,
        Chef::Acl(acl) => of_acl(acl),
        Chef::Group(group) => of_group(group),
        Chef::Runs { node, org, status, limit } => {
            Command::Runs { organization: org.clone(), node: node.clone(), status: status.clone(), limit: *limit }
        }
        Chef::Run { id, org } => Command::Run { organization: org.clone(), id: id.clone() },
        Chef::Compliance { node, limit } => Command::Compliance { node: node.clone(), limit: *limit },
        Chef::ComplianceReport { id } => Command::ComplianceReport { id: id.clone() },
        Chef::Actions { limit } => Command::Actions { limit: *limit },
        Chef::StarterKit(kit) => {
            super::starter_kit::is_free(kit)?;
            Command::StarterKit {
                organization: kit.organization.clone(),
                user: kit.user.clone(),
                server_url: kit.server_url.clone(),
            }
        }
        Chef::Reindex { organization } => Command::Reindex { only: organization.clone() },
        Chef::Verify { organization } => Command::Verify { only: organization.clone() },
        Chef::Export { dir, org } => Command::Export { dir: absolute(dir)?, only: org.clone() },
        Chef::Import { dir, org, overwrite_pivotal } => {
            Command::Import { dir: absolute(dir)?, only: org.clone(), overwrite_superuser: *overwrite_pivotal }
        }
    };
    Ok((command, aftermath))
}

/// As the server finds it, which may be in another folder.
fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| path.display().to_string())
}

fn file_of(typed: &Chef) -> Option<&Path> {
    match typed {
        Chef::Org(Org::Create { file, .. })
        | Chef::User(User::Create(NewUser { file, .. }))
        | Chef::Client(Client::Create { file, .. } | Client::Reregister { file, .. })
        | Chef::Key(Key::Add { file, .. } | Key::Rotate { file, .. }) => file.file.as_deref(),
        _ => None,
    }
}

fn of_org(org: &Org) -> anyhow::Result<Command> {
    Ok(match org {
        Org::Create { name, full_name, association_user, .. } => Command::OrgCreate {
            name: name.clone(),
            full_name: full_name.clone(),
            association_user: association_user.clone(),
        },
        Org::List => Command::OrgList,
        Org::Show { name } => Command::OrgShow { name: name.clone() },
        Org::Delete { name, sure } => {
            confirm(sure.yes, &format!("the organization {name} with all that is in it"))?;
            Command::OrgDelete { name: name.clone() }
        }
        Org::UserAdd { organization, user, admin } => {
            Command::OrgUserAdd { organization: organization.clone(), user: user.clone(), admin: *admin }
        }
        Org::ReadOnly { organization, names } => {
            Command::OrgReadOnly { organization: organization.clone(), names: names.clone() }
        }
        Org::UserRemove { organization, user, force } => {
            Command::OrgUserRemove { organization: organization.clone(), user: user.clone(), force: *force }
        }
    })
}

fn of_user(user: &User) -> anyhow::Result<Command> {
    Ok(match user {
        User::Create(new) => Command::UserCreate { user: new_user(new)? },
        User::List { verbose } => Command::UserList { verbose: *verbose },
        User::Show { name } => Command::UserShow { name: name.clone() },
        User::Delete { name, force, sure } => {
            confirm(sure.yes, &format!("the user {name}"))?;
            Command::UserDelete { name: name.clone(), force: *force }
        }
        User::Password { name, password } => Command::UserPassword {
            name: name.clone(),
            password: password.clone().map_or_else(|| ask_password(true), Ok)?,
        },
        User::ServerAdmins => Command::ServerAdmins,
        User::GrantServerAdmin { name } => Command::GrantServerAdmin { name: name.clone() },
        User::RevokeServerAdmin { name } => Command::RevokeServerAdmin { name: name.clone() },
    })
}

fn new_user(new: &NewUser) -> anyhow::Result<chef::NewUser> {
    let (mut first, mut middle, mut last) = (new.first_name.clone(), None, new.last_name.clone());
    let (mut email, mut password) = (new.email.clone(), new.password.clone());
    match new.details.as_slice() {
        [] => {}
        [given_first, given_last, address, rest @ ..] if rest.len() < 2 => {
            (first, last, email) = (Some(given_first.clone()), Some(given_last.clone()), Some(address.clone()));
            password = rest.first().cloned().or(password);
        }
        [given_first, given_middle, given_last, address, given_password] => {
            (first, last) = (Some(given_first.clone()), Some(given_last.clone()));
            (middle, email) = (Some(given_middle.clone()), Some(address.clone()));
            password = Some(given_password.clone());
        }
        _ => bail!("after the name come FIRST [MIDDLE] LAST EMAIL [PASSWORD], or options such as --email"),
    }
    if new.prompt_for_password {
        password = None;
    }
    Ok(chef::NewUser {
        name: new.name.clone(),
        first_name: first.unwrap_or_default(),
        middle_name: middle,
        last_name: last.unwrap_or_default(),
        email: email.unwrap_or_default(),
        password: password.map_or_else(|| ask_password(false), Ok)?,
        key: new_key(new.user_key.as_deref(), new.prevent_keygen)?,
        organization: new.orgname.clone(),
    })
}

fn of_client(client: &Client) -> anyhow::Result<Command> {
    Ok(match client {
        Client::Create { organization, name, validator, public_key, prevent_keygen, .. } => Command::ClientCreate {
            organization: organization.clone(),
            name: name.clone(),
            validator: *validator,
            key: new_key(public_key.as_deref(), *prevent_keygen)?,
        },
        Client::List { organization } => Command::ClientList { organization: organization.clone() },
        Client::Show { organization, name } => {
            Command::ClientShow { organization: organization.clone(), name: name.clone() }
        }
        Client::Delete { organization, name } => {
            Command::ClientDelete { organization: organization.clone(), name: name.clone() }
        }
        Client::Reregister { organization, name, .. } => {
            Command::ClientReregister { organization: organization.clone(), name: name.clone() }
        }
    })
}

fn of_key(key: &Key) -> anyhow::Result<Command> {
    let owner = |owner: &Owner| chef::Owner { name: owner.name.clone(), organization: owner.org.clone() };
    Ok(match key {
        Key::Add { owner: of, key_name, public_key_path, expiration_date, .. } => Command::KeyAdd {
            owner: owner(of),
            name: key_name.clone(),
            key: new_key(public_key_path.as_deref(), false)?,
            expiration_date: expiration_date.clone(),
        },
        Key::List { owner: of, .. } => Command::KeyList { owner: owner(of) },
        Key::Delete { owner: of, key_name } => Command::KeyDelete { owner: owner(of), name: key_name.clone() },
        Key::Rotate { owner: of, key_name, expiration_date, .. } => {
            Command::KeyRotate { owner: owner(of), name: key_name.clone(), expiration_date: expiration_date.clone() }
        }
    })
}

fn of_acl(acl: &Acl) -> Command {
    let on = |entry: &Entry| thing(&entry.object_type, &entry.object_name);
    let member = |entry: &Entry| thing(&entry.member_type, &entry.member_name);
    match acl {
        Acl::Show { organization, object_type, object_name } => {
            Command::AclShow { organization: organization.clone(), on: thing(object_type, object_name) }
        }
        Acl::Grant(entry) => Command::AclGrant {
            organization: entry.organization.clone(),
            on: on(entry),
            member: member(entry),
            permissions: entry.permissions.clone(),
        },
        Acl::Revoke(entry) => Command::AclRevoke {
            organization: entry.organization.clone(),
            on: on(entry),
            member: member(entry),
            permissions: entry.permissions.clone(),
        },
    }
}

fn of_group(group: &Group) -> Command {
    let member = |membership: &Membership| thing(&membership.member_type, &membership.member_name);
    match group {
        Group::List { organization } => Command::GroupList { organization: organization.clone() },
        Group::Show { organization, group } => {
            Command::GroupShow { organization: organization.clone(), name: group.clone() }
        }
        Group::Create { organization, group } => {
            Command::GroupCreate { organization: organization.clone(), name: group.clone() }
        }
        Group::Delete { organization, group } => {
            Command::GroupDelete { organization: organization.clone(), name: group.clone() }
        }
        Group::Add(membership) => Command::GroupAdd {
            organization: membership.organization.clone(),
            name: membership.group.clone(),
            member: member(membership),
        },
        Group::Remove(membership) => Command::GroupRemove {
            organization: membership.organization.clone(),
            name: membership.group.clone(),
            member: member(membership),
        },
    }
}

fn thing(kind: &str, name: &str) -> Thing {
    Thing { kind: kind.to_owned(), name: name.to_owned() }
}

fn new_key(given: Option<&Path>, none: bool) -> anyhow::Result<NewKey> {
    match given {
        Some(path) => {
            let pem = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            if !pem.contains("BEGIN PUBLIC KEY") && !pem.contains("BEGIN RSA PUBLIC KEY") {
                bail!("{} holds no public key: it begins with -----BEGIN PUBLIC KEY-----", path.display());
            }
            Ok(NewKey::Given(pem))
        }
        None if none => Ok(NewKey::None),
        None => Ok(NewKey::Made),
    }
}

/// Asks whether something is to be deleted, where somebody can be asked.
fn confirm(yes: bool, what: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("{what} would be deleted: say --yes");
    }
    let answer = asked(&format!("Do you want to delete {what}? (Y/N) "))?;
    if answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    bail!("nothing was deleted")
}

/// A password that is typed unseen, or the first line of standard input.
fn ask_password(twice: bool) -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let line = line()?;
        if line.is_empty() {
            bail!("no password: --password, or a line on standard input");
        }
        return Ok(line);
    }
    let first = unseen("Enter the password: ")?;
    if twice && unseen("Enter the password again: ")? != first {
        bail!("the passwords did not match");
    }
    Ok(first)
}

fn unseen(question: &str) -> anyhow::Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = std::io::stdin();
    let seen = tcgetattr(&terminal).context("the terminal")?;
    let mut hidden = seen.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Flush, &hidden).context("the terminal")?;
    let answer = asked(question);
    let back = tcsetattr(&terminal, OptionalActions::Flush, &seen).context("the terminal");
    // The line's end was not shown either.
    let _ = writeln!(std::io::stderr());
    back?;
    answer
}

fn asked(question: &str) -> anyhow::Result<String> {
    let mut terminal = std::io::stderr();
    write!(terminal, "{question}").and_then(|()| terminal.flush()).context("standard error")?;
    line()
}

fn line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
