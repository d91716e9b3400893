//! Webhooks: what the hosts of repositories say when somebody has pushed.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde_json::Value;

/// A host of repositories, by the shape of what it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    Github,
    Gitlab,
    /// In the cloud.
    Bitbucket,
    /// On premises, 5.4 or later.
    BitbucketServer,
    /// Its forerunner, by the plug-in that posts hooks.
    Stash,
    /// Azure DevOps and Team Foundation Server.
    Azure,
    /// Also Forgejo and Gogs.
    Gitea,
}

/// The names of the hosts, as addresses of webhooks have them.
pub const TYPES: &[(&str, Host)] = &[
    ("github", Host::Github),
    ("gitlab", Host::Gitlab),
    ("stash", Host::Stash),
    ("tfs-git", Host::Azure),
    ("bitbucket", Host::Bitbucket),
    ("bitbucket-server", Host::BitbucketServer),
    ("gitea", Host::Gitea),
];

/// No host has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Unrecognized webhook type: '{0}'")]
pub struct UnknownType(pub String);

impl FromStr for Host {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        let known = TYPES.iter().find(|(name, _)| *name == text);
        known.map(|(_, host)| *host).ok_or_else(|| UnknownType(text.to_owned()))
    }
}

/// The branches that were pushed or removed, each once, in order of their names. Tags are left out,
/// and so is all that is no push.
pub fn branches(host: Host, body: &Value) -> Vec<String> {
    let named: Vec<Option<&str>> = match host {
        Host::Github | Host::Gitea if body["ref_type"].is_string() => {
            vec![body["ref"].as_str().filter(|_| body["ref_type"] == "branch")]
        }
        Host::Github | Host::Gitea => vec![branch(&body["ref"])],
        Host::Gitlab => vec![branch(&body["ref"])],
        Host::Bitbucket => {
            let sides = each(&body["push"]["changes"]).flat_map(|change| [&change["new"], &change["old"]]);
            sides.filter(|side| side["type"] == "branch").map(|side| side["name"].as_str()).collect()
        }
        Host::BitbucketServer => each(&body["changes"]).map(|change| branch(&change["ref"]["id"])).collect(),
        Host::Stash => each(&body["refChanges"]).map(|change| branch(&change["refId"])).collect(),
        Host::Azure => each(&body["resource"]["refUpdates"]).map(|update| branch(&update["name"])).collect(),
    };
    let named: BTreeSet<&str> = named.into_iter().flatten().filter(|name| !name.is_empty()).collect();
    named.into_iter().map(str::to_owned).collect()
}

/// The branch that a reference names.
fn branch(reference: &Value) -> Option<&str> {
    reference.as_str()?.strip_prefix("refs/heads/")
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests;
